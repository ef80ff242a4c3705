import { anyPointerSchema, publish, readPointer } from '../../../../core/run/publish/pointer';
import { type LakeCall, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { aPlan, startOfTime } from '../run-fixture';
import { aPublication } from './publish-fixture';

const now = new Date(startOfTime + 60_000);
const earlier = '2026-01-30t03-00-00-000z';
const later = '2026-02-01t03-00-00-000z';

describe('publish', () => {
  it('points readers to the run: its folder, its manifest and what is in it', async () => {
    const lake = memoryLake();
    expect(await publish(lake, aPublication(), now)).toBe('published');
    const { etag, ...pointer } = (await readPointer(lake, aPlan())) ?? {};
    expect(pointer).toEqual({
      version: 3,
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
      bytes: 40_000,
      watermark: '2026-01-31T03:00:00.000Z',
      publishedAt: '2026-01-31T03:01:00.000Z',
      previous: [],
    });
  });

  it('does nothing the second time', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects);
    const publication = aPublication();
    await publish(lake, publication, now);
    expect(await publish(lake, publication, new Date(startOfTime + 90_000))).toBe('already');
    expect(objects.changes).toHaveLength(1);
  });

  it('moves to a later run, and never back', async () => {
    const lake = memoryLake();
    expect(await publish(lake, aPublication(earlier), now)).toBe('published');
    expect(await publish(lake, aPublication(later), now)).toBe('published');
    expect(await publish(lake, aPublication(), now)).toBe('superseded');
    expect((await readPointer(lake, aPlan()))?.runId).toBe(later);
  });

  it('lets exactly one of two win, and never leaves the older run', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects);
    const publications = [aPublication(earlier), aPublication(later)];
    const answers = await Promise.all(publications.map((publication) => publish(lake, publication, now)));
    expect(answers.sort()).toEqual(['conflict', 'published']);
    for (const publication of publications) await publish(lake, publication, now);
    expect((await readPointer(lake, aPlan()))?.runId).toBe(later);
  });

  it('does not overwrite what somebody published after it looked', async () => {
    const objects = new MemoryObjects();
    const faster = aPublication(later);
    let looks = 0;
    const turn = async ({ operation }: LakeCall) => {
      if (operation === 'get' && ++looks === 2) await publish(memoryLake(objects), faster, now); // after the look
    };
    expect(await publish(memoryLake(objects, { turn }), aPublication(earlier), now)).toBe('conflict');
    expect((await readPointer(memoryLake(objects), aPlan()))?.runId).toBe(later);
  });

  it('says that texts are neutralised where they are', async () => {
    const lake = memoryLake();
    await publish(lake, aPublication(undefined, { neutralised: true, extension: 'csv.gz' }), now);
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
    expect(pointer).toEqual({ ...first, version: 3, ...table, previous: [] });
    expect(await publish(lake, aPublication(), now)).toBe('published');
    expect((await readPointer(lake, aPlan()))?.columns).toHaveLength(2);
  });

  it('does not move a pointer that it cannot read', async () => {
    const lake = memoryLake();
    await lake.put('tables/geonames/cities/current.json', '{}');
    await expect(publish(lake, aPublication(), now)).rejects.toThrow(
      'tables/geonames/cities/current.json in the lake is not a document of this version',
    );
  });

  it('keeps as many other runs as it is told, the one that readers saw last first', async () => {
    const lake = memoryLake();
    const ids = [1, 2, 3, 4].map((day) => `2026-01-0${day}t03-00-00-000z`);
    for (const runId of ids) await publish(lake, { ...aPublication(runId), keepRuns: 2 }, now);
    const pointer = await readPointer(lake, aPlan());
    expect(pointer?.runId).toBe(ids[3]);
    expect(pointer?.previous.map(({ runId }) => runId)).toEqual([ids[2], ids[1]]);
    expect(pointer?.previous[0]).toEqual(expect.objectContaining({ records: 950, files: 4, bytes: 40_000 }));
    await publish(lake, { ...aPublication(later), keepRuns: 0 }, now);
    expect((await readPointer(lake, aPlan()))?.previous).toEqual([]);
  });

  it('reads a pointer of the second version', async () => {
    const lake = memoryLake();
    await publish(lake, aPublication(), now);
    const { etag, previous, bytes, ...pointer } = (await readPointer(lake, aPlan())) ?? {};
    const second = { ...pointer, version: 2 };
    expect(anyPointerSchema.parse(second)).toEqual({ ...second, version: 3, previous: [] });
  });
});
