import type { Column } from '../../../core/source/column';
import {
  bigint,
  boolean,
  date,
  decimal,
  double,
  hugeint,
  integer,
  json,
  list,
  map,
  struct,
  time,
  timestamp,
  uuid,
  varchar,
} from '../../../core/source/columns';
import { defineSource, isDefinedSource, type RecordOf, secret } from '../../../core/source/define-source';
import type { Source } from '../../../core/source/source';
import geonames from '../../../sources/geonames';

const shop = defineSource({
  name: 'shop',
  baseUrl: 'https://api.example.com/v1/',
  auth: { type: 'api-key', key: secret('shop/key') },
  limits: { requestsPerSecond: 0.5 },
  datasets: [
    {
      name: 'orders',
      request: { path: '/orders' },
      pagination: { type: 'offset', pageSize: 100, total: { type: 'header', name: 'X-Total-Count' } },
      records: '',
      key: ['shop', 'number'],
      columns: {
        number: bigint(),
        shop: varchar(),
        customer: varchar('customer.name', { required: true }),
        price: decimal(12, 2, 'price.amount'),
        discount: decimal(4, 2, { nullIf: ['-'] }),
        lines: integer(),
        weight: double(),
        paid: boolean(),
        day: date(),
        placedAt: timestamp('placed'),
        extra: json(),
      },
    },
    {
      name: 'shops',
      request: { path: '/shops', query: { sort: 'id' } },
      pagination: { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } },
      records: 'items',
      key: ['id'],
      columns: { id: integer() },
    },
  ],
});

const nested = defineSource({
  name: 'nested',
  baseUrl: 'https://api.example.com',
  auth: { type: 'none' },
  limits: { requestsPerSecond: 1 },
  datasets: [
    {
      name: 'things',
      request: { path: '/things' },
      pagination: { type: 'single' },
      records: '',
      key: ['id'],
      keepRaw: false,
      lineage: true,
      columns: {
        id: uuid(),
        supply: hugeint('token.supply', { required: true }),
        opens: time({ format: '%H:%M' }),
        born: date('birth', { format: '%d.%m.%Y', required: true }),
        tags: list(varchar()),
        codes: list(integer(), 'a.codes', { required: true }),
        labels: map(decimal(5, 2), { required: true }),
        address: struct({ city: varchar(), geo: struct({ at: list(double(), 'point') }) }, 'place'),
        email: varchar({ mask: 'drop' }),
        cost: decimal(5, 2, 'price.cost', { mask: 'drop', required: true }),
        notes: list(json(), { mask: 'drop' }),
        phone: varchar('tel', { mask: { type: 'partial', keepLast: 4 }, required: true }),
      },
    },
  ],
});

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function sameType<A, B>(_same: Same<A, B>): void {}

describe('defineSource', () => {
  test('fills every documented default', () => {
    expect(shop).toEqual({
      name: 'shop',
      baseUrl: 'https://api.example.com/v1',
      auth: { type: 'api-key', key: { secret: 'shop/key' }, in: 'header', name: 'x-api-key' },
      http: { connectSeconds: 10, headersSeconds: 30, bodySeconds: 30, maximumMegabytes: 32 },
      network: 'public',
      limits: { requestsPerSecond: 0.5, burst: 0, lanes: 2, inFlight: 32 },
      datasets: [
        expect.objectContaining({
          request: { method: 'GET', path: '/orders', query: {}, headers: {}, weight: 1, statuses: {} },
          slices: [],
          pagination: {
            type: 'offset',
            pageSize: 100,
            firstOffset: 0,
            offsetParameter: { in: 'query', name: 'offset' },
            sizeParameter: { in: 'query', name: 'limit' },
            total: { type: 'header', name: 'X-Total-Count', counts: 'records' },
          },
          maxQuarantinedRatio: 0,
          deadlineHours: 6,
          keepRaw: true,
        }),
        expect.objectContaining({
          pagination: {
            type: 'page-number',
            pageSize: 10,
            firstPage: 1,
            pageParameter: { in: 'query', name: 'page' },
            sizeParameter: { in: 'query', name: 'per_page' },
            total: { type: 'body', path: 'total', counts: 'records' },
          },
        }),
      ],
    });
    expect(shop.datasets[0].schedule).toBeUndefined();
    expect(geonames.datasets[0].schedule).toEqual({ type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' });
  });

  test('requires the columns of the key, and keeps the order of columns', () => {
    const { columns } = shop.datasets[0];
    expect(columns.number).toEqual({ columnType: { type: 'bigint' }, options: { required: true } });
    expect(columns.discount).toEqual({
      columnType: { type: 'decimal', precision: 4, scale: 2 },
      options: { nullIf: ['-'] },
    });
    expect(columns.price.path).toBe('price.amount');
    expect(Object.keys(columns).slice(0, 3)).toEqual(['number', 'shop', 'customer']);
  });

  test('takes an option that is undefined as one that is left out', () => {
    const source = defineSource({
      ...minimal,
      limits: { requestsPerSecond: 5, burst: undefined, lanes: undefined },
      datasets: [{ ...minimal.datasets[0], ifLate: undefined, schedule: undefined, keepRaw: undefined }],
    });
    expect(source).toStrictEqual(defineSource(minimal));
  });

  test('freezes a copy, to the bottom, and leaves the input alone', () => {
    const headers = { Accept: 'application/json' };
    const source = defineSource({
      ...minimal,
      datasets: [{ ...minimal.datasets[0], request: { path: '/x', headers } }],
    });
    expect(Object.isFrozen(headers)).toBe(false);
    const open: string[] = [];
    const visit = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${name}`);
    };
    visit(source, 'source');
    expect(open).toEqual([]);
    expect(source.datasets[0].request.headers).toEqual(headers);
  });

  test('takes what it made before, and recognises it', () => {
    const again = defineSource(minimal);
    expect(isDefinedSource(again)).toBe(true);
    expect(isDefinedSource(minimal)).toBe(false);
    expect(isDefinedSource(null)).toBe(false);
    expect(isDefinedSource({ ...again })).toBe(false);
  });

  test('keeps literal names and knows the type of a record', () => {
    const source: Source = shop;
    expect(source.name).toBe('shop');
    sameType<(typeof shop)['name'], 'shop'>(true);
    sameType<(typeof shop)['datasets'][number]['name'], 'orders' | 'shops'>(true);
    sameType<
      RecordOf<typeof shop, 'orders'>,
      {
        readonly number: bigint;
        readonly shop: string;
        readonly customer: string;
        readonly price: string | null;
        readonly discount: string | null;
        readonly lines: number | null;
        readonly weight: number | null;
        readonly paid: boolean | null;
        readonly day: Date | null;
        readonly placedAt: Date | null;
        readonly extra: unknown;
      }
    >(true);
    sameType<RecordOf<typeof shop, 'shops'>, { readonly id: number }>(true);
    sameType<RecordOf<typeof geonames, 'cities'>['population'], bigint | null>(true);
  });

  test('knows the type of what is nested, and leaves out what is dropped', () => {
    sameType<
      RecordOf<typeof nested, 'things'>,
      {
        readonly id: string;
        readonly supply: bigint;
        readonly opens: string | null;
        readonly born: Date;
        readonly tags: readonly (string | null)[] | null;
        readonly codes: readonly (number | null)[];
        readonly labels: ReadonlyMap<string, string | null>;
        readonly address: {
          readonly city: string | null;
          readonly geo: { readonly at: readonly (number | null)[] | null } | null;
        } | null;
        readonly phone: string;
      }
    >(true);
    const { address, labels, tags } = nested.datasets[0].columns;
    expect(address).toStrictEqual({
      columnType: {
        type: 'struct',
        fields: {
          city: { columnType: { type: 'varchar' }, options: {} },
          geo: {
            columnType: {
              type: 'struct',
              fields: {
                at: {
                  columnType: { type: 'list', of: { columnType: { type: 'double' }, options: {} } },
                  path: 'point',
                  options: {},
                },
              },
            },
            options: {},
          },
        },
      },
      path: 'place',
      options: {},
    });
    expect(labels).toStrictEqual({
      columnType: {
        type: 'map',
        of: { columnType: { type: 'decimal', precision: 5, scale: 2 }, options: {} },
      },
      options: { required: true },
    });
    expect(tags).toStrictEqual({
      columnType: { type: 'list', of: { columnType: { type: 'varchar' }, options: {} } },
      options: {},
    });
  });

  test('lets the compiler refuse what the run-time check refuses', () => {
    const { datasets, ...rest } = minimal;
    const [dataset] = datasets;
    const attempts = [
      // @ts-expect-error an unknown option of the limits
      () => defineSource({ ...minimal, limits: { requestsPerSecond: 1, lane: 3 } }),
      // @ts-expect-error a key that is not a column
      () => defineSource({ ...rest, datasets: [{ ...dataset, key: ['idd'], columns: { id: bigint() } }] }),
      // @ts-expect-error an unknown option of a dataset
      () => defineSource({ ...rest, datasets: [{ ...dataset, descripton: 'x' }] }),
      () =>
        defineSource({
          ...rest,
          // @ts-expect-error a kind of pagination that does not exist
          datasets: [{ ...dataset, pagination: { type: 'cursr', pageSize: 1 } }],
        }),
      () =>
        defineSource({
          ...rest,
          // @ts-expect-error countable pages of which nobody knows how many there are
          datasets: [{ ...dataset, pagination: { type: 'offset', pageSize: 1 } }],
        }),
      () =>
        defineSource({
          ...rest,
          datasets: [
            // @ts-expect-error an option of chains for pages that can be counted
            { ...dataset, pagination: { ...dataset.pagination, end: ['empty-page'] } },
          ],
        }),
      () =>
        defineSource({
          ...rest,
          datasets: [
            {
              ...dataset,
              // @ts-expect-error an option of countable pages for a chain
              pagination: { type: 'next-link', link: { type: 'header' }, resultWindow: 5 },
            },
          ],
        }),
      () =>
        defineSource({
          ...rest,
          // @ts-expect-error a step that is no length of time
          datasets: [{ ...dataset, ...windowed, slices: { ...windowed.slices, step: {} } }],
        }),
      // @ts-expect-error headers that no function makes
      () => defineSource({ ...minimal, auth: { type: 'custom', headers: { 'x-key': 'clear' } } }),
      // @ts-expect-error a credential in clear
      () => defineSource({ ...minimal, auth: { type: 'bearer', token: 'in clear' } }),
      // @ts-expect-error an unknown option of a column
      () => defineSource({ ...rest, datasets: [{ ...dataset, columns: { id: bigint({ nulIf: ['x'] }) } }] }),
      // @ts-expect-error an unknown option of a required column
      () => withX(bigint('y', { required: true, nulIf: ['x'] })),
      // @ts-expect-error an option of times for a number
      () => withX(bigint({ format: '%d' })),
      // @ts-expect-error a text step for a list
      () => withX(list(varchar(), { nullIf: ['x'] })),
      // @ts-expect-error a mask of texts for JSON
      () => withX(json({ mask: { type: 'partial', keepLast: 4 } })),
      // @ts-expect-error a mask that needs a salt
      () => withX(varchar({ mask: { type: 'sha256' } })),
      // @ts-expect-error a salt in clear
      () => withX(varchar({ mask: { type: 'sha256', salt: 'in clear' } })),
      // @ts-expect-error a policy that does not exist
      () => withX(varchar({ onUnfit: 'ignore' })),
      // @ts-expect-error a builder for a column
      () => withX(list(varchar)),
      // @ts-expect-error a format that does not exist
      () => defineSource({ ...rest, datasets: [{ ...dataset, format: 'orc' }] }),
      () =>
        defineSource({
          ...rest,
          // @ts-expect-error an option of CSV for Parquet
          datasets: [{ ...dataset, format: { type: 'parquet', neutralise: true } }],
        }),
      // @ts-expect-error a column of lineage that does not exist
      () => defineSource({ ...rest, datasets: [{ ...dataset, lineage: ['_run'] }] }),
    ];
    for (const attempt of attempts) expect(attempt).toThrow('1 problem');
  });
});

/** A source with one more column. */
function withX(x: Column) {
  const [dataset] = minimal.datasets;
  return defineSource({
    ...minimal,
    datasets: [{ ...dataset, keepRaw: false, columns: { id: bigint(), x } }],
  });
}

const windowed = {
  request: { path: '/things', query: { from: '{from}', to: '{to}' } },
  slices: { type: 'windows', from: '2020-01-01', step: { days: 1 } },
} as const;

const minimal = {
  name: 'minimal',
  baseUrl: 'http://127.0.0.1:1',
  auth: { type: 'none' },
  limits: { requestsPerSecond: 5 },
  datasets: [
    {
      name: 'things',
      request: { path: '/things' },
      pagination: { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } },
      records: 'items',
      key: ['id'],
      columns: { id: bigint() },
    },
  ],
} as const;
