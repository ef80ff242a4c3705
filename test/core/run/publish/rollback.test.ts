import { curatedKey, manifestKey, stageKey } from '../../../../core/run/keys';
import { publish, readPointer } from '../../../../core/run/publish/pointer';
import { RollbackError, rollback } from '../../../../core/run/publish/rollback';
import { readWatermark, writeWatermark } from '../../../../core/run/publish/watermark';
import { type LakeCall, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { nobodyListens } from '../../../support/nobody-listens';
import { aPlan, aRun } from '../run-fixture';
import { writeFinished, writePublished } from './publish-fixture';

const { catalog } = nobodyListens;

const [first, second, third, fourth] = [1, 2, 3, 4].map((day) => `2026-01-0${day}t03-00-00-000z`) as [
  string,
  string,
  string,
  string,
];
const day = (n: number) => new Date(Date.UTC(2026, 0, n, 4));
const now = day(5);
const later = day(6);

async function threePublished() {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  for (const [n, runId] of [first, second, third].entries()) {
    const watermark = day(n + 1).toISOString();
    const lastKeys = Array.from({ length: n + 1 }, (_, i) => `[${i * 10}]`);
    await writePublished(lake, runId, { at: day(n + 1) }, { lastKeys, plan: { watermark } });
  }
  await writeWatermark(lake, aRun);
  const current = async () => {
    const pointer = await readPointer(lake, aRun);
    return { runId: pointer?.runId, kept: pointer?.previous.map(({ runId }) => runId) };
  };
  return { objects, lake, current };
}

describe('rollback', () => {
  test('goes to the latest kept run before the current one, keeps the one it left, and takes the watermark with it', async () => {
    const { lake, current } = await threePublished();
    const moved = await rollback({ lake, catalog }, aRun, {}, now);
    expect([moved.from.runId, moved.to.runId]).toEqual([third, second]);
    expect(await current()).toEqual({ runId: second, kept: [third, first] });
    const pointer = await readPointer(lake, aRun);
    expect(pointer).toMatchObject({
      records: 2,
      files: 2,
      location: `stage/geonames/cities/run=${second}/`,
      publishedAt: day(2).toISOString(),
      rolledBack: { from: third, at: now.toISOString() },
    });
    expect(await readWatermark(lake, aRun)).toMatchObject({
      runId: second,
      watermark: day(2).toISOString(),
      highestKey: 10,
    });
  });

  test('goes on to earlier ones, and forward again by name', async () => {
    const { lake, current } = await threePublished();
    await rollback({ lake, catalog }, aRun, {}, now);
    await rollback({ lake, catalog }, aRun, {}, now);
    expect(await current()).toEqual({ runId: first, kept: [second, third] });
    await rollback({ lake, catalog }, aRun, { to: third }, later);
    expect(await current()).toEqual({ runId: third, kept: [first, second] });
    expect((await readPointer(lake, aRun))?.rolledBack).toBeUndefined();
  });

  test('stays until a newer run is published, whoever tries again to publish the ones before', async () => {
    const { lake, current } = await threePublished();
    await rollback({ lake, catalog }, aRun, { to: first }, now);
    for (const runId of [second, third, '2026-01-02t23-00-00-000z']) {
      expect(await publish(lake, await writeFinished(lake, runId), now)).toBe('superseded');
    }
    expect((await current()).runId).toBe(first);
    expect(await publish(lake, await writeFinished(lake, fourth), later)).toBe('published');
    expect(await current()).toEqual({ runId: fourth, kept: [first, third, second] });
    expect((await readPointer(lake, aRun))?.rolledBack).toBeUndefined();
  });

  test.each([
    [
      'an unknown run',
      { to: fourth },
      `run ${fourth} of geonames/cities is not kept; those that are: ${second}, ${first}`,
    ],
    ['the current run', { to: third }, `see run ${third} already`],
  ])('refuses %s', async (_, options, sentence) => {
    const { lake, current } = await threePublished();
    await expect(rollback({ lake, catalog }, aRun, options, now)).rejects.toThrow(RollbackError);
    await expect(rollback({ lake, catalog }, aRun, options, now)).rejects.toThrow(sentence);
    expect((await current()).runId).toBe(third);
  });

  test('refuses where nothing is published, where nothing is kept, and where only later ones are', async () => {
    const lake = memoryLake();
    await expect(rollback({ lake, catalog }, aRun, {}, now)).rejects.toThrow(
      'nothing of geonames/cities is published',
    );
    await writePublished(lake, first, { at: day(1) });
    await expect(rollback({ lake, catalog }, aRun, {}, now)).rejects.toThrow(
      'no other run of geonames/cities is kept',
    );
    await writePublished(lake, second, { at: day(2) });
    await rollback({ lake, catalog }, aRun, {}, now);
    await expect(rollback({ lake, catalog }, aRun, {}, now)).rejects.toThrow(`only ${second}: say --to`);
  });

  test('refuses a run of which a file or the manifest is gone, or a file is another', async () => {
    const key = stageKey(aPlan({ runId: second }), { slice: 'all', index: 1 });
    const { lake, objects, current } = await threePublished();
    const whole = objects.objects.get(key);
    objects.objects.delete(key);
    await expect(rollback({ lake, catalog }, aRun, {}, now)).rejects.toThrow('has 1 of its 2 files');
    await lake.put(key, 'another');
    await expect(rollback({ lake, catalog }, aRun, {}, now)).rejects.toThrow('has 17 of its 20 bytes');
    if (whole) objects.objects.set(key, whole);
    objects.objects.delete(manifestKey({ ...aRun, runId: second }));
    await expect(rollback({ lake, catalog }, aRun, {}, now)).rejects.toThrow('manifest.json is gone');
    expect((await current()).runId).toBe(third);
  });

  test('does not move a pointer that somebody else has moved meanwhile', async () => {
    const { objects } = await threePublished();
    const own = memoryLake(objects);
    let moved = false;
    const turn = async ({ operation }: LakeCall) => {
      if (operation !== 'replace' || moved) return;
      moved = true;
      await writePublished(own, fourth, { at: day(4) });
    };
    await expect(rollback({ lake: memoryLake(objects, { turn }), catalog }, aRun, {}, now)).rejects.toThrow(
      'meanwhile',
    );
    expect((await readPointer(own, aRun))?.runId).toBe(fourth);
  });
});

describe('the catalog', () => {
  /** A catalog that remembers where its table is, and dies where it is told to. */
  function aCatalog() {
    const table = { runId: third, dies: false };
    const follow = async ({ runId }: { readonly runId: string }) => {
      if (table.dies) throw new Error('no such database');
      table.runId = runId;
    };
    return { table, catalog: { follow } };
  }

  test('follows the pointer back and forth', async () => {
    const { lake } = await threePublished();
    const { table, catalog } = aCatalog();
    await rollback({ lake, catalog }, aRun, {}, now);
    expect(table.runId).toBe(second);
    await rollback({ lake, catalog }, aRun, { to: third }, later);
    expect(table.runId).toBe(third);
  });

  test('that refuses keeps nobody from going back, and the next rollback to that run mends it', async () => {
    const { lake, current } = await threePublished();
    const { table, catalog } = aCatalog();
    table.dies = true;
    const services = { lake, catalog };
    const what =
      'the watermark or the table in the catalog does not follow (Error: no such database): mend that, then npx baseload rollback geonames/cities --to';
    await expect(rollback(services, aRun, { to: first }, now)).rejects.toThrow(
      `readers of geonames/cities in the lake see run ${first} now, but ${what} ${first} makes them follow`,
    );
    expect((await current()).runId).toBe(first);
    await expect(rollback(services, aRun, { to: first }, now)).rejects.toThrow(
      `see run ${first} already, but ${what} ${first}`,
    );
    table.dies = false;
    await expect(rollback(services, aRun, { to: first }, now)).rejects.toThrow(`see run ${first} already`);
    expect(table.runId).toBe(first);
  });

  test('and the watermark are right in the end, in whatever call a rollback dies, when it is run again', async () => {
    let at = 0;
    for (let died = true; died; at++) {
      for (const how of ['before', 'after'] as const) {
        const { objects, current } = await threePublished();
        const { table, catalog } = aCatalog();
        let calls = 0;
        const isOver = () => calls > at;
        const mortal = memoryLake(objects, {
          turn: async () => {
            if (isOver()) throw new Error('the process is dead');
          },
          fault: () => (calls++ === at ? how : undefined),
        });
        const alive = async (pointer: { readonly runId: string }) => {
          if (isOver()) throw new Error('the process is dead');
          await catalog.follow(pointer);
        };
        await rollback({ lake: mortal, catalog: { follow: alive } }, aRun, { to: first }, now).catch(
          () => {},
        );
        died = isOver();
        await rollback({ lake: memoryLake(objects), catalog }, aRun, { to: first }, later).catch((error) =>
          expect(String(error)).toContain(`see run ${first} already`),
        );
        expect((await current()).runId).toBe(first);
        expect(table.runId).toBe(first);
        expect(await readWatermark(memoryLake(objects), aRun)).toMatchObject({ runId: first });
      }
    }
    expect(at).toBeGreaterThan(10);
  });
});

describe('the watermark', () => {
  const lastKeys = ['["a"]', '["é"]', undefined];
  const keyed = { columns: [{ name: 'id', type: 'BIGINT' }], key: ['id'] };

  test('tells where incremental processing begins: the watermark less the overlap of the dataset', async () => {
    const lake = memoryLake();
    const watermark = '2026-01-01T03:00:00.000Z';
    await writePublished(
      lake,
      first,
      { at: day(1) },
      { lastKeys: ['[9]', '[10]'], plan: { watermark, overlapSeconds: 90 } },
    );
    expect(await writeWatermark(lake, aRun)).toEqual({
      version: 1,
      source: 'geonames',
      dataset: 'cities',
      runId: first,
      watermark,
      overlapSeconds: 90,
      since: '2026-01-01T02:58:30.000Z',
      keyColumn: 'id',
      highestKey: 10,
      location: `stage/geonames/cities/run=${first}/`,
      warnings: [],
      publishedAt: day(1).toISOString(),
    });
  });

  test('tells in what the table falls short', async () => {
    const lake = memoryLake();
    const warnings = ['1 page range was given up'];
    await writePublished(lake, first, { at: day(1) }, { manifest: { warnings } });
    expect(await writeWatermark(lake, aRun)).toMatchObject({ runId: first, warnings });
  });

  test.each([
    ['the largest of numbers, not of texts', keyed, ['[9]', '[10]'], 10],
    ['an integer beyond 2^53 as a text', keyed, ['[9007199254740993]', '[1]'], '9007199254740993'],
    [
      'texts by their bytes',
      { ...keyed, columns: [{ name: 'id', type: 'VARCHAR' }] },
      ['["Z"]', '["a"]'],
      'a',
    ],
    ['nothing where a receipt does not tell', keyed, ['[1]', undefined], undefined],
    ['nothing where the key has two columns', { ...keyed, key: ['id', 'name'] }, ['[1,2]'], undefined],
    ['nothing where there are no rows', keyed, [], undefined],
  ])('names %s', async (_, manifest, keys, expected) => {
    const lake = memoryLake();
    await writePublished(lake, first, { at: day(1) }, { lastKeys: keys, manifest });
    expect((await writeWatermark(lake, aRun))?.highestKey).toEqual(expected);
  });

  test('takes the largest key of a merged run from its last file', async () => {
    const lake = memoryLake();
    await writePublished(lake, first, { at: day(1) }, { lastKeys });
    const file = { key: 'k', bytes: 1, etag: 'e', records: 1, firstKey: '[1]', lastKey: '[77]' };
    const curated = {
      version: 1,
      attempt: 'a',
      location: 'tables/x/',
      files: [file],
      records: 1,
      keyChecksum: 'c',
      removed: 0,
    };
    await lake.put(curatedKey({ ...aRun, runId: first }), JSON.stringify(curated));
    expect((await writeWatermark(lake, aRun))?.highestKey).toBe(77);
  });

  test('is written once for a run, and is there for nobody else where nothing is published', async () => {
    const { lake, objects } = await threePublished();
    const before = objects.changes.length;
    await writeWatermark(lake, aRun);
    expect(objects.changes).toHaveLength(before);
    expect(await writeWatermark(memoryLake(), aRun)).toBeUndefined();
  });

  test('is that of the run that is published last, whoever of two writes last', async () => {
    const objects = new MemoryObjects();
    const own = memoryLake(objects);
    await writePublished(own, first, { at: day(1) });
    let moved = false;
    const turn = async ({ operation }: LakeCall) => {
      if (operation !== 'replace' || moved) return;
      moved = true;
      await writePublished(own, second, { at: day(2) });
      await writeWatermark(own, aRun);
    };
    await writeWatermark(memoryLake(objects, { turn }), aRun);
    expect(await readWatermark(own, aRun)).toMatchObject({ runId: second });
  });
});
