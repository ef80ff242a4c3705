import { plannedRanges } from '../../../../core/plan/grid';
import type { Plan } from '../../../../core/plan/plan';
import {
  curatedKey,
  curatedPrefix,
  givenUpKey,
  manifestPartKey,
  planKey,
  stageKey,
} from '../../../../core/run/keys';
import { unroll } from '../../../../core/run/missing/unroll';
import { readManifest } from '../../../../core/run/verify/manifest';
import type { RepeatedKeys } from '../../../../core/run/verify/repeated-keys';
import { verifyAgain } from '../../../../core/run/verify/verify-again';
import { verifyOnce } from '../../../../core/run/verify/verify-once';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { aPlan, aRun, stillClock, writeRange, writeRun } from '../run-fixture';

const plan = aPlan();
const objectAt = (index: number) => stageKey(plan, { slice: 'all', index });

/** A run that is verified. */
async function verified(
  write: (objects: MemoryObjects) => Promise<void> = (objects) => writeRun(memoryLake(objects), plan),
) {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  await write(objects);
  let repeated: RepeatedKeys | undefined;
  const services = { lake, clock: stillClock(), findRepeatedKeys: async () => repeated };
  await verifyOnce(plan, await unroll(plan, lake), services);
  return {
    objects,
    lake,
    repeat: (found: RepeatedKeys) => {
      repeated = found;
    },
    async again(run: Pick<Plan, 'source' | 'dataset' | 'runId'> = aRun) {
      const { verdict, checks } = await verifyAgain(run, services);
      const wrong = checks.filter(({ outcome }) => outcome === 'failed' || outcome === 'warned');
      return { verdict, wrong: wrong.map(({ name, sentence }) => `${name}: ${sentence}`) };
    },
  };
}

describe('verifyAgain', () => {
  it('finds a run as it was, and writes nothing', async () => {
    const { again, objects } = await verified();
    objects.changes.length = 0;
    expect(await again()).toEqual({ verdict: 'complete', wrong: [] });
    expect(objects.changes).toEqual([]);
  });

  it('tells what was overwritten, removed or added since', async () => {
    const { again, lake, objects } = await verified();
    const head = await lake.head(objectAt(1));
    await lake.put(objectAt(1), 'by hand', { metadata: head?.metadata ?? {} });
    expect(await again()).toEqual({
      verdict: 'short',
      wrong: [
        `checksums: ${objectAt(1)} is not the object that its receipt was read from: somebody has overwritten it`,
      ],
    });
    objects.objects.delete(objectAt(1));
    expect(await again()).toEqual({
      verdict: 'short',
      wrong: [`checksums: ${objectAt(1)} is gone from the lake: somebody has removed it`],
    });
    const { again: another, lake: its } = await verified();
    await its.put(objectAt(9), 'by hand');
    expect(await another()).toEqual({
      verdict: 'short',
      wrong: [`checksums: ${objectAt(9)} came after the others were counted, and readers of the run read it`],
    });
  });

  it('reads the keys again', async () => {
    const { again, repeat } = await verified();
    repeat({ keys: 1, rows: 1, sentence: '1 key came more than once' });
    // What repeats is not the source's total any more
    expect(await again()).toEqual({
      verdict: 'short',
      wrong: [
        'source-total: received 949 records where the source holds 950',
        'unique-keys: 1 key came more than once',
      ],
    });
  });

  it('holds the files of a merged table against what was written', async () => {
    const { again, lake, objects } = await verified();
    const location = curatedPrefix(plan, 'a1');
    const files = ['part-00000.parquet', 'part-00001.parquet'].map((name) => `${location}${name}`);
    for (const file of files) await lake.put(file, 'rows');
    const etag = (await lake.head(files[0] ?? ''))?.etag;
    const listed = files.map((key) => ({ key, bytes: 4, etag, records: 475 }));
    const rest = { attempt: 'a1', location, records: 950, keyChecksum: 'c', removed: 0 };
    await lake.put(curatedKey(plan), JSON.stringify({ version: 1, files: listed, ...rest }));
    await lake.put(objectAt(9), 'nobody reads it');
    expect(await again()).toEqual({ verdict: 'complete', wrong: [] });
    await lake.put(files[0] ?? '', 'other rows');
    objects.objects.delete(files[1] ?? '');
    await lake.put(`${location}stray.parquet`, '');
    expect(await again()).toEqual({
      verdict: 'short',
      wrong: [
        `checksums: ${files[0]} is not the file that was written; ${location}stray.parquet is no file of the table, and readers of the run read it; ${files[1]} is gone from the lake: somebody has removed it`,
      ],
    });
  });

  it('still knows what was given up', async () => {
    const { again } = await verified(async (objects) => {
      const lake = memoryLake(objects);
      await lake.put(planKey(plan), JSON.stringify(plan));
      for (const range of plannedRanges(plan)) if (range.index !== 2) await writeRange(lake, plan, range);
      const document = {
        slice: 'all',
        index: 2,
        reason: 'broken',
        by: 'ann',
        at: '2026-01-31T04:00:00.000Z',
      };
      await lake.put(givenUpKey(plan, document), JSON.stringify(document));
    });
    expect(await again()).toMatchObject({ verdict: 'warned' });
  });

  it('says of what was given up what the manifest says, and where that cannot be told any more', async () => {
    const { again, lake, objects } = await verified(async (objects) => {
      const lake = memoryLake(objects);
      await writeRun(lake, plan);
      objects.objects.delete(objectAt(1));
      const document = {
        slice: 'all',
        index: 1,
        reason: 'broken there',
        by: 'ada',
        at: '2026-01-31T03:00:00Z',
      };
      await lake.put(givenUpKey(plan, document), JSON.stringify(document));
    });
    const given = (await again()).wrong.filter((sentence) => sentence.startsWith('given-up'));
    const manifest = await readManifest(lake, plan);
    expect(given).toEqual([expect.stringContaining('1 page range was given up, with at most ')]);
    expect(manifest?.warnings.map((warning) => `given-up: ${warning}`)).toEqual(
      expect.arrayContaining(given),
    );
    objects.objects.delete(givenUpKey(plan, { slice: 'all', index: 1 }));
    expect((await again()).wrong).toContainEqual(
      expect.stringContaining('1 page range was given up, and nobody knows how many records were in it: '),
    );
  });

  it('refuses a run that was never verified, and one whose receipts are gone', async () => {
    const { again, objects } = await verified();
    await expect(again({ ...aRun, runId: '2026-02-01t03-00-00-000z' })).rejects.toThrow(
      'run 2026-02-01t03-00-00-000z of geonames/cities has no manifest: only a run that has been verified once can be verified again',
    );
    const part = manifestPartKey(plan, 'rest-00000000-of-4');
    objects.objects.delete(part);
    await expect(again()).rejects.toThrow(
      `${part} is not in the lake, and lists objects of the run: start the run over`,
    );
  });
});
