import { bigint, date, list, time, timestamp } from '../../../core/source/columns';
import { defineSource } from '../../../core/source/define-source';
import type { DatasetInput, SourceSettingsInput } from '../../../core/source/input/source-input';
import type { Dataset, Source } from '../../../core/source/source';

/** What a dataset of one source becomes. */
function defined(
  changes: Partial<DatasetInput>,
  settings: Partial<SourceSettingsInput> = {},
): [Dataset, Source] {
  const source: Source = defineSource({
    name: 'shop',
    baseUrl: 'https://api.example.com',
    auth: { type: 'none' },
    limits: { requestsPerSecond: 50 },
    ...settings,
    datasets: [
      {
        name: 'things',
        request: { path: '/things' },
        pagination: { type: 'single' },
        records: '',
        key: ['id'],
        columns: { id: bigint() },
        ...changes,
      },
    ],
  });
  // A source that is checked again, as when an environment changes a limit, stays what it is.
  expect(defineSource(source as never)).toStrictEqual(source);
  const [dataset] = source.datasets;
  if (dataset === undefined) throw new Error('no dataset');
  return [dataset, source];
}

const query = (name: string) => ({ in: 'query', name });
const records = { type: 'body', path: 'n', counts: 'records' };

describe('pagination', () => {
  const cases: readonly (readonly [DatasetInput['pagination'], object])[] = [
    [{ type: 'single' }, { type: 'single' }],
    [
      {
        type: 'page-number',
        pageSize: 5,
        firstPage: 0,
        pageParameter: 'p',
        sizeParameter: false,
        total: { type: 'none' },
      },
      {
        type: 'page-number',
        pageSize: 5,
        firstPage: 0,
        pageParameter: query('p'),
        sizeParameter: undefined,
        total: { type: 'none' },
      },
    ],
    [
      {
        type: 'offset',
        pageSize: 5,
        firstOffset: 1,
        sizeParameter: { in: 'header', name: 'X-Size' },
        total: { type: 'last-link' },
      },
      {
        type: 'offset',
        pageSize: 5,
        firstOffset: 1,
        offsetParameter: query('offset'),
        sizeParameter: { in: 'header', name: 'X-Size' },
        total: { type: 'last-link' },
      },
    ],
    [
      { type: 'cursor', cursor: { type: 'header', name: 'X-Next' }, first: '*' },
      {
        type: 'cursor',
        cursor: { type: 'header', name: 'X-Next' },
        first: '*',
        parameter: query('cursor'),
        sizeParameter: undefined,
        end: [],
      },
    ],
    [
      { type: 'cursor', cursor: { type: 'body', path: 'next' }, pageSize: 7, sizeParameter: false },
      {
        type: 'cursor',
        cursor: { type: 'body', path: 'next' },
        pageSize: 7,
        parameter: query('cursor'),
        sizeParameter: undefined,
        end: [],
      },
    ],
    [
      { type: 'next-link', link: { type: 'header' }, pageSize: 7, end: ['repeated-cursor'] },
      {
        type: 'next-link',
        link: { type: 'header' },
        pageSize: 7,
        sizeParameter: query('limit'),
        end: ['repeated-cursor'],
      },
    ],
    [
      { type: 'keyset', field: 'id', pageSize: 7, sizeParameter: 'n', total: { type: 'body', path: 'n' } },
      {
        type: 'keyset',
        field: 'id',
        pageSize: 7,
        sizeParameter: query('n'),
        parameter: query('after'),
        total: records,
        end: ['empty-page'],
      },
    ],
  ];

  test.each(cases)('%j', (input, expected) => {
    const [{ pagination }] = defined({ pagination: input });
    expect(pagination).toStrictEqual(expected);
  });

  test('places in path and body stay as they are written', () => {
    const pageParameter = { in: 'path', name: 'page' } as const;
    const sizeParameter = { in: 'body', path: 'size' } as const;
    const [{ pagination }] = defined({
      request: { path: '/things/{page}', body: {} },
      pagination: { type: 'page-number', pageSize: 5, pageParameter, sizeParameter, total: { type: 'none' } },
    });
    expect(pagination).toMatchObject({ pageParameter, sizeParameter });
  });
});

describe('request', () => {
  test('is a POST where there is a body, unless it says otherwise', () => {
    expect(defined({ request: { path: '/x', body: { a: null } } })[0].request).toStrictEqual({
      method: 'POST',
      path: '/x',
      query: {},
      headers: {},
      body: { a: null },
      weight: 1,
      statuses: {},
    });
    expect(defined({ request: { path: '/x', method: 'POST' } })[0].request.method).toBe('POST');
    expect(defined({ request: { path: '/x' } })[0].request.method).toBe('GET');
  });

  test('takes a path for errors, several texts for a parameter, numbers for statuses', () => {
    const [{ request }] = defined({
      request: {
        path: '/x',
        errors: 'errors',
        query: { a: ['1', '2'] },
        statuses: { 204: 'empty', 404: 'empty' },
      },
    });
    expect(request).toMatchObject({
      errors: { path: 'errors' },
      query: { a: ['1', '2'] },
      statuses: { '204': 'empty', '404': 'empty' },
    });
    const errors = { path: 'errors', throttled: 'THROTTLED' };
    expect(defined({ request: { path: '/x', errors } })[0].request.errors).toStrictEqual(errors);
  });
});

describe('slices', () => {
  const windows = { type: 'windows', from: '2020-01-01', step: { months: 1 } } as const;
  const values = { type: 'values', name: 'country', values: ['DE', 7] } as const;
  const filled = { ...windows, format: 'iso', end: 'exclusive', fromName: 'from', toName: 'to' };

  test('one, or a list', () => {
    const request = { path: '/x', query: { a: '{from}', b: '{to}' } };
    expect(defined({ request, slices: windows })[0].slices).toStrictEqual([filled]);
    expect(
      defined({ request: { ...request, path: '/{country}' }, slices: [values, windows] })[0].slices,
    ).toStrictEqual([values, filled]);
    expect(defined({})[0].slices).toStrictEqual([]);
  });
});

describe('shaping', () => {
  const parquet = { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false };

  test('has a default for everything', () => {
    const [dataset] = defined({});
    expect(dataset).toMatchObject({
      lineage: [],
      onUnfit: 'quarantine',
      maxQuarantinedRatio: 0,
      unknownFields: 'ignore',
      format: parquet,
      tableVersion: 1,
      keepRaw: true,
    });
    for (const option of ['transform', 'explode', 'filter', 'deduplicate'])
      expect(dataset).not.toHaveProperty(option);
  });

  const formats: readonly (readonly [DatasetInput['format'], object])[] = [
    ['parquet', parquet],
    ['jsonl', { type: 'jsonl', compression: 'gzip', sorted: false }],
    ['csv', { type: 'csv', compression: 'gzip', sorted: false, neutralise: false }],
    [
      { type: 'parquet', compression: 'snappy', rowGroupSize: 2048, sorted: true },
      { type: 'parquet', compression: 'snappy', rowGroupSize: 2048, sorted: true },
    ],
    [
      { type: 'parquet', sorted: true },
      { ...parquet, sorted: true },
    ],
    [
      { type: 'jsonl', compression: 'zstd' },
      { type: 'jsonl', compression: 'zstd', sorted: false },
    ],
    [
      { type: 'csv', neutralise: true },
      { type: 'csv', compression: 'gzip', sorted: false, neutralise: true },
    ],
  ];

  test.each(formats)('%j', (format, expected) => {
    expect(defined({ format })[0].format).toStrictEqual(expected);
  });

  test('lineage is a list, in its own order, or all of it', () => {
    expect(defined({ lineage: true })[0].lineage).toEqual(['_run_id', '_slice', '_page', '_fetched_at']);
    expect(defined({ lineage: ['_page', '_run_id'] })[0].lineage).toEqual(['_page', '_run_id']);
  });

  test('keeps the function that transforms, and what it gives', () => {
    const [{ transform }] = defined({
      transform: (record, { page }) => [record, { ...record, page }],
    });
    expect(transform?.({ id: 2n ** 60n }, { parameters: {}, page: 7 })).toEqual([
      { id: 2n ** 60n },
      { id: 2n ** 60n, page: 7 },
    ]);
  });

  test('a format of times belongs to the type', () => {
    const columns = {
      id: bigint(),
      day: date({ format: '%d.%m.%Y', nullIf: ['-'] }),
      hour: time('from', { format: '%H:%M' }),
      at: timestamp({ format: 'epoch-seconds', required: true }),
      seen: list(timestamp({ format: 'epoch-millis' })),
    };
    expect(defined({ columns })[0].columns).toMatchObject({
      day: { columnType: { type: 'date', format: '%d.%m.%Y' }, options: { nullIf: ['-'] } },
      hour: { columnType: { type: 'time', format: '%H:%M' }, path: 'from', options: {} },
      at: { columnType: { type: 'timestamp', format: 'epoch-seconds' }, options: { required: true } },
      seen: {
        columnType: {
          type: 'list',
          of: { columnType: { type: 'timestamp', format: 'epoch-millis' }, options: {} },
        },
      },
    });
    expect(defined({ columns })[0].columns.day?.options).not.toHaveProperty('format');
  });
});

describe('source', () => {
  test('a patience that is half written is filled', () => {
    const [, { http }] = defined({}, { http: { bodySeconds: 5 } });
    expect(http).toStrictEqual({
      connectSeconds: 10,
      headersSeconds: 30,
      bodySeconds: 5,
      maximumMegabytes: 32,
    });
  });

  test('keeps the function that makes headers, and what it gives', async () => {
    const [, { auth }] = defined(
      {},
      {
        auth: {
          type: 'custom',
          headers: ({ method, now }) => ({ 'x-signature': `${method} ${now.getTime()}` }),
        },
      },
    );
    if (auth.type !== 'custom') throw new Error(auth.type);
    expect(auth.secrets).toStrictEqual({});
    const request = {
      method: 'GET',
      url: new URL('https://x.example'),
      body: '',
      secrets: {},
      now: new Date(7),
    };
    expect(await auth.headers(request)).toEqual({ 'x-signature': 'GET 7' });
  });

  test('takes everything that OAuth 2 needs', () => {
    const secretOf = (name: string) => ({ secret: name });
    const tokenUrl = 'https://login.example.com/token';
    const [, { auth }] = defined(
      {},
      { auth: { type: 'oauth2-refresh-token', tokenUrl, clientId: 'me', refreshToken: secretOf('r') } },
    );
    expect(auth).toStrictEqual({
      type: 'oauth2-refresh-token',
      tokenUrl,
      clientId: 'me',
      refreshToken: secretOf('r'),
      clientAuth: 'body',
      scopes: [],
      parameters: {},
    });
  });
});
