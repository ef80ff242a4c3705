import type { Manifest } from '../../../core/run/manifest';
import { publish, readPointer } from '../../../core/run/pointer';
import { unroll } from '../../../core/run/unroll';
import { verifyOnce } from '../../../core/run/verify-once';
import { type LakeCall, MemoryObjects, memoryLake } from '../../support/memory-lake';
import { aPlan, startOfTime, writeRun } from './run-fixture';

const now = new Date(startOfTime + 60_000);
const earlier = '2026-01-30t03-00-00-000z';
const later = '2026-02-01t03-00-00-000z';

async function verified(runId?: string): Promise<Manifest> {
  const lake = memoryLake();
  const plan = aPlan(runId === undefined ? {} : { runId });
  await writeRun(lake, plan);
  return verifyOnce(plan, await unroll(plan, lake), { lake, findRepeatedKeys: async () => undefined });
}

describe('publish', () => {
  it('points readers to the run: its folder, its manifest and what is in it', async () => {
    const lake = memoryLake();
    expect(await publish(lake, await verified(), now)).toBe('published');
    const { etag, ...pointer } = (await readPointer(lake, aPlan())) ?? {};
    expect(pointer).toEqual({
      version: 2,
      source: 'geonames',
      dataset: 'cities',
      runId: '2026-01-31t03-00-00-000z',
      extension: 'parquet',
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'name', type: 'VARCHAR' },
      ],
      key: ['id'],
      tableVersion: 1,
      location: 'stage/geonames/cities/run=2026-01-31t03-00-00-000z/',
      manifest: 'runs/geonames/cities/2026-01-31t03-00-00-000z/manifest.json',
      files: 4,
      records: 950,
      watermark: '2026-01-31T03:00:00.000Z',
      publishedAt: '2026-01-31T03:01:00.000Z',
    });
  });

  it('does nothing the second time', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects);
    const manifest = await verified();
    await publish(lake, manifest, now);
    expect(await publish(lake, manifest, new Date(startOfTime + 90_000))).toBe('already');
    expect(objects.changes).toHaveLength(1);
  });

  it('moves to a later run, and never back', async () => {
    const lake = memoryLake();
    expect(await publish(lake, await verified(earlier), now)).toBe('published');
    expect(await publish(lake, await verified(later), now)).toBe('published');
    expect(await publish(lake, await verified(), now)).toBe('already');
    expect((await readPointer(lake, aPlan()))?.runId).toBe(later);
  });

  it('lets exactly one of two win, and never leaves the older run', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects);
    const manifests = await Promise.all([verified(earlier), verified(later)]);
    const answers = await Promise.all(manifests.map((manifest) => publish(lake, manifest, now)));
    expect(answers.sort()).toEqual(['conflict', 'published']);
    for (const manifest of manifests) await publish(lake, manifest, now);
    expect((await readPointer(lake, aPlan()))?.runId).toBe(later);
  });

  it('does not overwrite what somebody published after it looked', async () => {
    const objects = new MemoryObjects();
    const faster = await verified(later);
    let looks = 0;
    const turn = async ({ operation }: LakeCall) => {
      if (operation === 'get' && ++looks === 2) await publish(memoryLake(objects), faster, now); // after the look
    };
    expect(await publish(memoryLake(objects, { turn }), await verified(earlier), now)).toBe('conflict');
    expect((await readPointer(memoryLake(objects), aPlan()))?.runId).toBe(later);
  });

  it('says that texts are neutralised where they are', async () => {
    const lake = memoryLake();
    await publish(lake, { ...(await verified()), neutralised: true, extension: 'csv.gz' }, now);
    expect(await readPointer(lake, aPlan())).toMatchObject({ neutralised: true, extension: 'csv.gz' });
  });

  it('moves on from a pointer of the first version, which does not tell columns and key', async () => {
    const lake = memoryLake();
    const first = {
      ...{
        version: 1,
        source: 'geonames',
        dataset: 'cities',
        runId: earlier,
        location: 'stage/x/',
        manifest: 'm',
      },
      ...{ files: 1, records: 2, watermark: now.toISOString(), publishedAt: now.toISOString() },
    };
    await lake.put('tables/geonames/cities/current.json', JSON.stringify(first));
    const table = { extension: 'parquet', columns: [], key: [], tableVersion: 1 };
    const { etag, ...pointer } = (await readPointer(lake, aPlan())) ?? {};
    expect(pointer).toEqual({ ...first, version: 2, ...table });
    expect(await publish(lake, await verified(), now)).toBe('published');
    expect((await readPointer(lake, aPlan()))?.columns).toHaveLength(2);
  });

  it('does not move a pointer that it cannot read', async () => {
    const lake = memoryLake();
    await lake.put('tables/geonames/cities/current.json', '{}');
    await expect(publish(lake, await verified(), now)).rejects.toThrow(
      'tables/geonames/cities/current.json in the lake is not a document of this version',
    );
  });
});
