import type { Plan } from '../../../../core/plan/plan';
import { type CurateServices, curateOnce } from '../../../../core/run/curate/curate-once';
import { readCurated } from '../../../../core/run/curate/curated';
import type { CurationEngine, Merge } from '../../../../core/run/curate/curation-engine';
import { duckdbEngine } from '../../../../core/run/curate/duckdb-engine';
import { manifestKey, manifestPartKey, stageKey, stagePrefix } from '../../../../core/run/keys';
import type { Lake } from '../../../../core/run/ports';
import type { Manifest, ManifestObject } from '../../../../core/run/verify/manifest';
import { tableOf } from '../../../../core/shape/stage/table';
import { type LakeCall, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { datasetOf } from '../../shape/stage/every-type';
import { aManifest } from '../publish/publish-fixture';
import { aPlan, aReceipt, startOfTime } from '../run-fixture';
import { MergeWorld } from './merge-world';

const world = new MergeWorld();
beforeAll(() => world.open());
afterAll(() => world.close());

const dataset = datasetOf({ id: { type: 'bigint' }, seen: { type: 'varchar' } });
const earlier = '2026-01-30t03-00-00-000z';

interface Loaded {
  readonly look?: number;
  /** Minutes after the run began. */
  readonly fetched?: number;
  readonly rows: readonly (readonly [number, string])[];
}

/** Writes objects, and the manifest that names them; the engine is the real one. */
async function aRunOf(
  loaded: readonly Loaded[],
  {
    objects = new MemoryObjects(),
    plan = {},
    manifest = {},
  }: {
    readonly objects?: MemoryObjects;
    readonly plan?: Partial<Plan>;
    readonly manifest?: Partial<Manifest>;
  } = {},
) {
  const lake = memoryLake(objects);
  const planned = aPlan({ ...tableOf(dataset), ...plan });
  const entries: ManifestObject[] = [];
  for (const [index, { look, fetched = 0, rows }] of loaded.entries()) {
    const values = rows.map(([id, seen]) => `(${id}::BIGINT, '${seen}')`).join(', ');
    const query =
      rows.length === 0
        ? "SELECT 1::BIGINT AS id, '' AS seen WHERE false"
        : `SELECT * FROM (VALUES ${values}) AS t(id, seen)`;
    const written = await world.write(query, dataset);
    const key = stageKey({ ...planned, look }, { slice: 'all', index });
    await lake.put(key, { file: world.path(written) });
    const fetchedAt = new Date(startOfTime + fetched * 60_000).toISOString();
    const receipt = aReceipt({ staged: rows.length, received: rows.length, fetchedAt });
    entries.push({ key, bytes: written.bytes, etag: 'e', ...(look && { look }), receipt });
  }
  const part = { key: manifestPartKey(planned, 'all'), objects: entries.length };
  await lake.put(part.key, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const whole = aManifest(planned.runId, { ...tableOf(dataset), parts: [part], ...manifest });
  await lake.put(manifestKey(planned), JSON.stringify(whole));
  return { objects, lake, plan: planned, manifest: whole };
}

const engine = () => duckdbEngine({ workFolder: world.folder, memoryMegabytes: 200 });
const none: CurationEngine = {
  merge() {
    throw new Error('nothing is to be merged');
  },
};

/** The rows of the table, file after file. */
async function rowsIn(location: string, lake: Pick<Lake, 'list' | 'download'>) {
  const rows: unknown[] = [];
  for await (const { key } of lake.list(location)) {
    const file = `${world.folder}/read-${key.replaceAll('/', '-')}`;
    await lake.download(key, file);
    rows.push(...(await world.read(dataset, [file])));
  }
  return rows;
}

const curate = { targetMegabytes: 128 };
const one: Loaded = { rows: [[1, 'a']] };

describe('what is published as it is staged', () => {
  test('a run that nobody asks to merge and in which nothing is repeated', async () => {
    const { lake, plan, manifest } = await aRunOf([one, one]);
    expect(await curateOnce(plan, manifest, { lake, curation: none })).toEqual({
      location: stagePrefix(plan),
      files: 2,
      records: 950,
      bytes: 40_000,
    });
  });

  test('a run that was looked at again and found to have stood still', async () => {
    const drift = { looks: 1, moved: 0, grown: 0, outcome: 'settled', sentence: 's' } as const;
    const { lake, plan, manifest } = await aRunOf([one], { manifest: { drift } });
    expect((await curateOnce(plan, manifest, { lake, curation: none })).location).toBe(stagePrefix(plan));
  });
});

describe('what is merged', () => {
  const drift = { looks: 2, moved: 1, grown: 0, outcome: 'settled', sentence: 's' } as const;
  const counts = aManifest().counts;
  test.each<[string, Partial<Plan>, Partial<Manifest>]>([
    ['a run whose dataset asks for it', { curate }, {}],
    ['a run with rows that are repeated', {}, { counts: { ...counts, repeated: 1 } }],
    ['a run of which something was fetched again', {}, { drift }],
    ['a run that only grew at its end', {}, { drift: { ...drift, moved: 0, grown: 2 } }],
    ['a run whose source never stood still', {}, { drift: { ...drift, moved: 0, outcome: 'covered' } }],
  ])('%s', async (_, planned, found) => {
    const loaded: Loaded[] = [
      {
        rows: [
          [2, 'first'],
          [1, 'first'],
        ],
      },
      { look: 2, rows: [[1, 'second look']] },
      { look: 1, fetched: 9, rows: [[1, 'first look']] },
      { fetched: 5, rows: [[2, 'later']] },
      { fetched: 7, rows: [] },
    ];
    const { lake, plan, manifest } = await aRunOf(loaded, { plan: planned, manifest: found });
    const table = await curateOnce(plan, manifest, { lake, curation: engine() });
    expect(table).toMatchObject({ files: 1, records: 2 });
    expect(table.location).toMatch(/^tables\/geonames\/cities\/run=2026-01-31t03-00-00-000z\/[a-z0-9-]+\/$/);
    expect(await rowsIn(table.location, lake)).toEqual([
      ['1', 'second look'],
      ['2', 'later'],
    ]);
    const curated = await readCurated(lake, plan);
    expect(curated).toMatchObject({ version: 1, location: table.location, records: 2, removed: 3 });
    expect(curated?.files).toEqual([
      {
        key: `${table.location}part-00000.parquet`,
        bytes: table.bytes,
        etag: (await lake.head(`${table.location}part-00000.parquet`))?.etag,
        records: 2,
        firstKey: '[1]',
        lastKey: '[2]',
      },
    ]);
  });

  const increment = { since: 'x', sent: 'x', base: { runId: earlier } };
  test.each([false, true])(
    'what changed is added to the table of the run before, merged itself or not (%s)',
    async (merged) => {
      const base = await aRunOf(
        [
          {
            fetched: 60,
            rows: [
              [1, 'old'],
              [2, 'old'],
            ],
          },
          { fetched: 61, rows: [[3, 'old']] },
        ],
        { plan: { runId: earlier, ...(merged && { curate }) } },
      );
      if (merged) await curateOnce(base.plan, base.manifest, { lake: base.lake, curation: engine() });
      const { objects } = base;
      const { lake, plan, manifest } = await aRunOf(
        [
          {
            rows: [
              [2, 'new'],
              [4, 'new'],
            ],
          },
        ],
        { objects, plan: { increment }, manifest: { increment } },
      );
      const table = await curateOnce(plan, manifest, { lake, curation: engine() });
      expect(await rowsIn(table.location, lake)).toEqual([
        ['1', 'old'],
        ['2', 'new'],
        ['3', 'old'],
        ['4', 'new'],
      ]);
      expect(table.records).toBe(4);
    },
  );

  test('nothing that changed is the table before', async () => {
    const { objects } = await aRunOf([one], { plan: { runId: earlier } });
    const { lake, plan, manifest } = await aRunOf([{ rows: [] }], {
      objects,
      plan: { increment },
      manifest: { increment },
    });
    const table = await curateOnce(plan, manifest, { lake, curation: engine() });
    expect(await rowsIn(table.location, lake)).toEqual([['1', 'a']]);
  });

  test('a run before that is gone, or has another table, is refused with what to do', async () => {
    const only = await aRunOf([one], { plan: { increment }, manifest: { increment } });
    const services = { lake: only.lake, curation: engine() };
    await expect(curateOnce(only.plan, only.manifest, services)).rejects.toThrow(
      `adds to run ${earlier}, which is not in the lake any more: load everything`,
    );
    await aRunOf([one], {
      objects: only.objects,
      plan: { runId: earlier },
      manifest: { columns: [{ name: 'id', type: 'VARCHAR' }] },
    });
    await expect(curateOnce(only.plan, only.manifest, services)).rejects.toThrow('other columns');
  });

  test('files have the size that the dataset asks for', async () => {
    const merges: Merge[] = [];
    const spy: CurationEngine = {
      merge(merge, lake) {
        merges.push(merge);
        return engine().merge(merge, lake);
      },
    };
    const parquet = { compression: 'snappy', rowGroupSize: 4096 } as const;
    const { lake, plan, manifest } = await aRunOf([one], {
      plan: { curate: { targetMegabytes: 7 }, parquet },
    });
    await curateOnce(plan, manifest, { lake, curation: spy });
    expect(merges).toMatchObject([
      { targetBytes: 7_000_000, parquet, name: expect.stringContaining('geonames/cities') },
    ]);
  });
});

describe('whoever merges, and however often', () => {
  const rows: Loaded[] = [
    {
      rows: [
        [1, 'a'],
        [2, 'a'],
      ],
    },
    { rows: [[2, 'b']] },
  ];

  test('two at once come to one table, whose files nobody has mixed', async () => {
    const { lake, plan, manifest } = await aRunOf(rows, { plan: { curate } });
    const services: CurateServices = { lake, curation: engine() };
    const [mine, other] = await Promise.all([1, 2].map(() => curateOnce(plan, manifest, services)));
    expect(mine).toEqual(other);
    expect(await rowsIn(mine?.location ?? '', lake)).toHaveLength(2);
  });

  test('is merged no second time', async () => {
    const { lake, plan, manifest } = await aRunOf(rows, { plan: { curate } });
    const first = await curateOnce(plan, manifest, { lake, curation: engine() });
    expect(await curateOnce(plan, manifest, { lake, curation: none })).toEqual(first);
  });

  test('killed at any call and run again, there is one table, and it is right', async () => {
    for (let call = 0; ; call++) {
      const { objects, plan, manifest } = await aRunOf(rows, { plan: { curate } });
      let calls = 0;
      const fault = (_: LakeCall) => (calls++ === call ? (call % 2 ? 'after' : 'before') : undefined);
      const ended = await curateOnce(plan, manifest, {
        lake: memoryLake(objects, { fault }),
        curation: engine(),
      }).then(
        () => true,
        () => false,
      );
      const lake = memoryLake(objects);
      const table = await curateOnce(plan, manifest, { lake, curation: engine() });
      expect(await rowsIn(table.location, lake)).toEqual([
        ['1', 'a'],
        ['2', 'b'],
      ]);
      if (ended) return expect(call).toBeGreaterThan(5);
    }
  });
});
