import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fetchFirstPages } from '../../cli/preview/fetch-first-pages';
import { folderLake } from '../../cli/preview/folder-lake';
import { previewProblems } from '../../cli/preview/preview-problems';
import type { PreviewReport } from '../../cli/preview/preview-report';
import { previewSecrets } from '../../cli/preview/preview-secrets';
import { openSource } from '../../cli/preview/preview-source';
import { recordsTable } from '../../cli/preview/records-table';
import { reportLines } from '../../cli/preview/report-lines';
import { softened, stopsAt } from '../../cli/preview/softened';
import { typeName } from '../../cli/preview/type-name';
import type { Dataset } from '../../core/source/source';
import { temporaryFolder } from '../support/baseload-process';
import { type Behaviour, type ReceivedRequest, startScriptedApi } from '../support/scripted-api';
import { aDataset, aSource } from '../support/source-fixture';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const columns = [
  { name: 'id', type: 'bigint, key' },
  { name: 'name', type: 'varchar' },
];

describe('recordsTable', () => {
  test('has a line for each record where they fit, numbers to the right', () => {
    expect(
      recordsTable(
        columns,
        [
          [7, 'Ulm'],
          [10, null],
        ],
        80,
      ),
    ).toEqual([
      '         id  name',
      'bigint, key  varchar',
      '───────────  ───────',
      '          7  Ulm',
      '         10  null',
    ]);
  });

  test('has a line for each column where records are too wide, cut to the terminal', () => {
    const lines = recordsTable(
      columns,
      [
        [7, 'x'.repeat(100)],
        [8, { a: ['\u001b[2J'] } as never],
      ],
      60,
    );
    expect(lines.map((line) => line.slice(0, 21))).toEqual([
      'column  type         ',
      '──────  ───────────  ',
      'id      bigint, key  ',
      'name    varchar      ',
    ]);
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(lines.join('')).toContain('xxx…');
    expect(lines.join('')).not.toContain('\u001b');
  });

  test('shows the columns alone where there is no record', () => {
    expect(recordsTable(columns, [], 80).slice(2)).toEqual(['id      bigint, key', 'name    varchar']);
  });
});

const report: PreviewReport = {
  source: 'shop',
  dataset: 'orders',
  requests: [
    {
      request: 'POST https://shop.example/orders',
      body: '{"page":1}',
      status: 200,
      bytes: 1234,
      milliseconds: 5,
    },
  ],
  pages: 2,
  total: 40,
  counts: { received: 3, added: 2, staged: 2, quarantined: 2, filtered: 1 },
  columns: [{ name: 'id', type: 'bigint', key: true }],
  records: [{ id: 1 }, { id: 2 }],
  quarantined: [
    {
      column: 'id',
      rule: 'type',
      count: 2,
      value: 'x',
      example: { slice: 'all', page: 1, position: 6, reason: "'x\u001b[31m' is not a bigint" },
    },
  ],
  nulled: [
    {
      column: 'at',
      rule: 'type',
      count: 1,
      example: { slice: 's-00000001', page: 0, position: 0, reason: 'no time' },
    },
  ],
  filtered: [{ rule: 'filter', count: 1 }],
  unknownFields: Array.from({ length: 10 }, (_, index) => ({
    name: `f${index}`,
    count: 1,
    slice: 'all',
    page: 0,
    type: 'string',
  })),
  missingFields: [
    { column: 'gone', path: 'a.gone' },
    { column: 'lost', path: 'lost' },
  ],
  problems: [],
  next: 'npx baseload run orders',
};

describe('reportLines', () => {
  const text = (changes: Partial<PreviewReport> = {}, unknown = 'ignore') =>
    reportLines({ ...report, ...changes }, 100, unknown).join('\n');

  test('says everything that was found, each once', () => {
    expect(text()).toContain('shop/orders: 3 of 40 records, on 2 pages\n');
    expect(text()).toContain('  POST https://shop.example/orders  200, 1.2 kB, 5 ms\n    {"page":1}\n');
    expect(text()).toContain('rows         2 of 5 that came of 3 records');
    expect(text()).toContain(
      "quarantined  2 × id, first on page 2 of orders, record 7: 'x\ufffd[31m' is not a bigint",
    );
    expect(text()).toContain(
      "made null    1 × at, on page 1 of slice 's-00000001' of orders, record 1: no time",
    );
    expect(text()).toContain('filtered     1 by filter');
    expect(text()).toContain('unknown      f0 (string, 1 record)\n');
    expect(text()).toContain('f7 (string, 1 record)\n               … and 2 more\n');
    expect(text()).toContain(
      "missing      no record has 'a.gone', which column gone reads\n               no record has 'lost'",
    );
    expect(text({}, 'capture')).toContain('kept in the column _extra');
  });

  test('is short where there is nothing to say', () => {
    const nothing = { quarantined: [], nulled: [], filtered: [], unknownFields: [], missingFields: [] };
    const counts = { received: 2, added: 0, staged: 2, quarantined: 0, filtered: 0 };
    expect(
      text({ ...nothing, counts })
        .split('\n')
        .slice(-2),
    ).toEqual(['', '  rows         2: every record fits']);
    const none = { ...counts, received: 0, staged: 0 };
    expect(text({ ...nothing, counts: none, records: [] })).toContain('records      the source sent none');
  });
});

test('types are named as their builders are called', () => {
  const bigint = { columnType: { type: 'bigint' }, options: {} } as const;
  expect(typeName({ type: 'decimal', precision: 12, scale: 2 })).toBe('decimal(12, 2)');
  expect(typeName({ type: 'list', of: { columnType: { type: 'map', of: bigint }, options: {} } })).toBe(
    'list(map(bigint))',
  );
  expect(typeName({ type: 'struct', fields: { id: bigint, name: bigint } })).toBe('struct(id, name)');
});

describe('what would end a run', () => {
  const strict: Dataset = aDataset({
    onUnfit: 'fail',
    unknownFields: 'fail',
    columns: {
      id: { columnType: { type: 'bigint' }, options: { onUnfit: 'null' } },
      name: { columnType: { type: 'varchar' }, options: { onUnfit: 'fail' } },
    },
  });
  const shaped = (column: string | null, ratio = {}) => ({
    ...{
      received: 10,
      added: 0,
      staged: 9,
      quarantined: 1,
      filtered: 0,
      uniqueKeys: true,
      recordsPerPage: [],
      firstRecords: [],
      stageBytes: 0,
    },
    observations: {
      quarantined: [
        { column, rule: 'type', count: 1, example: { slice: 'all', page: 0, position: 0, reason: '' } },
      ],
      ...{ nulled: [], filtered: [], missingFields: [] },
      unknownFields: [{ name: 'note', count: 1, slice: 'all', page: 0, type: 'string' }],
    },
    ...ratio,
  });

  test('ends no preview', () => {
    const soft = softened(strict);
    expect([soft.onUnfit, soft.unknownFields]).toEqual(['quarantine', 'ignore']);
    expect(soft.columns.id?.options.onUnfit).toBe('null');
    expect(soft.columns.name?.options.onUnfit).toBe('quarantine');
    expect(softened(aDataset())).toEqual(aDataset());
    expect([stopsAt(strict, 'id'), stopsAt(strict, 'name'), stopsAt(strict, null)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  const pages = (column: string | null, repeatedKeys?: string) => ({ shaped: shaped(column), repeatedKeys });

  test('is said, each in a sentence', () => {
    expect(previewProblems(strict, pages('name'))).toEqual([
      "a run would stop at the first record that 'name' does not fit, as onUnfit is 'fail'",
      "a run would stop at the field 'note', as no column reads it and unknownFields is 'fail'",
    ]);
    expect(previewProblems(aDataset(), pages(null))).toEqual([
      '1 of 10 records would be quarantined, above maxQuarantinedRatio 0, so a run would not be published',
    ]);
    expect(previewProblems(aDataset({ maxQuarantinedRatio: 0.1 }), pages(null))).toEqual([
      '1 of 10 records would be quarantined, within maxQuarantinedRatio 0.1',
    ]);
    expect(
      previewProblems(aDataset({ maxQuarantinedRatio: 0.1 }), pages(null, '1 key came more than once')),
    ).toEqual([
      '1 of 10 records would be quarantined, within maxQuarantinedRatio 0.1',
      'a run would not be published: 1 key came more than once',
    ]);
  });
});

describe('previewSecrets', () => {
  test('keeps a replaced token in the data folder, and writes nothing else', async () => {
    const data = join(folder.path, 'data');
    const declared = () => 'first';
    const secrets = previewSecrets(declared, data);
    expect(await secrets.get('shop/token')).toBe('first');
    expect(existsSync(data)).toBe(false);
    await secrets.put('shop/token', 'second');
    expect(await secrets.refresh('shop/token')).toBe('second');
    expect(await previewSecrets(declared, data).get('shop/token')).toBe('second');
    expect(await previewSecrets(() => 'newer', data).get('shop/token')).toBe('newer');
    expect(readdirSync(data)).toEqual(['secrets.json']);
  });

  test('names a credential that is missing, and its variable', async () => {
    const secrets = previewSecrets(() => undefined, folder.path);
    await expect(secrets.get('shop/token')).rejects.toThrow(
      "secret 'shop/token' is missing: set SHOP_TOKEN in the environment or in .env",
    );
  });
});

test('folderLake reads the lake as it lies on the disk', async () => {
  const lake = folderLake(folder.path);
  const put = (key: string, text: string) => {
    mkdirSync(dirname(join(folder.path, key)), { recursive: true });
    writeFileSync(join(folder.path, key), text);
  };
  put('stage/a/b/run=1/all-1.parquet', 'one');
  put('stage/a/b/run=1/all-0.parquet', 'zero');
  put('stage/a/c/all-0.parquet', 'other');
  const keys: string[] = [];
  for await (const { key } of lake.list('stage/a/b/')) keys.push(key);
  expect(keys).toEqual(['stage/a/b/run=1/all-0.parquet', 'stage/a/b/run=1/all-1.parquet']);
  expect(await lake.get('stage/a/c/all-0.parquet')).toMatchObject({ text: 'other' });
  expect(await lake.get('stage/a/d')).toBeUndefined();
  const copy = join(folder.path, 'copy');
  expect([
    await lake.download('stage/a/c/all-0.parquet', copy),
    await lake.download('nothing', copy),
  ]).toEqual([true, false]);
  for await (const _ of folderLake(undefined).list('')) throw new Error('there is nothing');
});

describe('fetchFirstPages', () => {
  /** A page-number API of ten pages of two records. */
  const ten = ({ query }: ReceivedRequest): Behaviour => {
    const page = Number(query.get('page'));
    return { body: { data: [{ id: page * 2 }, { id: page * 2 + 1 }], meta: { total: 20 } } };
  };
  const pagination = { ...aDataset().pagination, pageSize: 2 } as Dataset['pagination'];

  async function fetched(
    changes: Partial<Dataset>,
    pages: number,
    script: (request: ReceivedRequest) => Behaviour,
    stop = new AbortController(),
  ) {
    const api = await startScriptedApi(script);
    const dataset = aDataset({ pagination, ...changes });
    const source = aSource({ baseUrl: api.baseUrl, datasets: [dataset] });
    const secrets = previewSecrets(() => undefined, folder.path);
    const file = join(folder.path, `pages-${Math.random()}`);
    const asked = await openSource(source, secrets, stop.signal, () => {});
    const parents = {
      source: source.name,
      lake: folderLake(undefined),
      workFolder: folder.path,
      memoryMegabytes: 200,
    };
    try {
      const result = await fetchFirstPages({ source, dataset, pages, file }, asked, parents);
      return { ...result, paths: api.requests.map(({ path }) => path), requests: asked.requests };
    } finally {
      await asked.close();
      await api.close();
    }
  }

  test('asks for no page twice, and learns the total by the way', async () => {
    const { origins, total, paths, requests } = await fetched({}, 3, ten);
    expect(origins.map(({ page }) => page)).toEqual([0, 1, 2]);
    expect(total).toBe(20);
    expect(paths).toEqual([1, 2, 3].map((page) => `/cities?page=${page}&per_page=2`));
    expect(requests.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('goes on where a range would end, and stops where the pages do', async () => {
    const eight = await fetched({}, 8, ten);
    expect(eight.origins.map(({ page }) => page)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...new Set(eight.paths)]).toHaveLength(8);
    expect(eight.paths).toHaveLength(8);
    expect((await fetched({}, 100, ten)).origins).toHaveLength(10);
  });

  test('takes a page of each of the first slices, or more of each where there are few', async () => {
    const values = { type: 'values', name: 'country', values: ['DE', 'FR', 'IT'] } as const;
    const request = { ...aDataset().request, query: { country: '{country}' } };
    const sliced = { slices: [values], request };
    const two = await fetched(sliced, 2, ten);
    expect(two.origins.map(({ parameters, page }) => [parameters.country, page])).toEqual([
      ['DE', 0],
      ['FR', 0],
    ]);
    expect([two.slices, two.total]).toEqual([3, undefined]);
    const seven = await fetched(sliced, 7, ten);
    expect(seven.origins.map(({ parameters, page }) => `${parameters.country}${page}`).sort()).toEqual([
      'DE0',
      'DE1',
      'FR0',
      'FR1',
      'IT0',
      'IT1',
    ]);
  });

  test('follows a chain no further than asked', async () => {
    const chain: Dataset['pagination'] = {
      type: 'cursor',
      cursor: { type: 'body', path: 'next' },
      parameter: { in: 'query', name: 'cursor' },
      sizeParameter: undefined,
      end: [],
    };
    const script = ({ query }: ReceivedRequest): Behaviour => {
      const at = Number(query.get('cursor') ?? 0);
      return { body: { data: [{ id: at }], next: String(at + 1) } };
    };
    const { origins, paths } = await fetched({ pagination: chain }, 7, script);
    expect(origins.map(({ page }) => page)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(paths).toHaveLength(7);
  });

  test('says which parent to load first', async () => {
    const slices: Dataset['slices'] = [
      { type: 'records', dataset: 'countries', column: 'code', name: 'country' },
    ];
    await expect(fetched({ slices }, 1, ten)).rejects.toThrow('load geonames/countries first');
  });

  test('ends at once when somebody stops it, while it waits', async () => {
    const stop = new AbortController();
    const silent = (): Behaviour => {
      setImmediate(() => stop.abort(new Error('stopped')));
      return { silent: true };
    };
    await expect(fetched({}, 1, silent, stop)).rejects.toThrow('stopped');
    const throttling = new AbortController();
    const busy = (): Behaviour => {
      setImmediate(() => throttling.abort(new Error('stopped')));
      return { status: 429, headers: { 'retry-after': '20' } };
    };
    await expect(fetched({}, 1, busy, throttling)).rejects.toThrow('stopped');
  });
});
