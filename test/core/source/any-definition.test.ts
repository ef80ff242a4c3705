import fc from 'fast-check';
import {
  bigint,
  decimal,
  double,
  integer,
  json,
  list,
  map,
  struct,
  time,
  timestamp,
  varchar,
} from '../../../core/source/columns';
import { defineSource, isDefinedSource, secret } from '../../../core/source/define-source';
import { SourceDefinitionError } from '../../../core/source/problems';

/** Has something at most places where something may stand. */
const full = {
  name: 'shop',
  baseUrl: 'https://api.example.com',
  auth: {
    type: 'oauth2-refresh-token',
    tokenUrl: 'https://login.example.com',
    clientId: 'me',
    refreshToken: secret('r'),
    clientSecret: secret('s'),
    clientAuth: 'basic',
    scopes: ['a'],
    parameters: { audience: 'x' },
  },
  tls: { certificate: secret('c'), key: secret('k') },
  http: { connectSeconds: 1 },
  limits: { requestsPerSecond: 50, burst: 1, lanes: 2, inFlight: 3 },
  datasets: [
    {
      name: 'users',
      request: { path: '/users', method: 'GET', query: { a: '{a}', b: '{b}' } },
      pagination: { type: 'offset', pageSize: 5, total: { type: 'header', name: 'n' }, resultWindow: 50 },
      slices: [
        {
          type: 'windows',
          from: '2020-01-01',
          to: '2021-01-01',
          step: { days: 1 },
          fromName: 'a',
          toName: 'b',
        },
      ],
      records: '',
      key: ['id'],
      columns: { id: bigint() },
    },
    {
      name: 'orders',
      request: {
        path: '/{userId}/{page}',
        query: { a: ['{country}'] },
        headers: { accept: 'x' },
        body: { a: [{}] },
        errors: 'errors',
        statuses: { 404: 'empty' },
        weight: 2,
      },
      slices: [
        { type: 'records', dataset: 'users', column: 'id', name: 'userId' },
        { type: 'values', name: 'country', values: ['DE', 7] },
      ],
      pagination: {
        type: 'keyset',
        field: 'id',
        parameter: { in: 'path', name: 'page' },
        pageSize: 7,
        sizeParameter: { in: 'body', path: 'a[0].b' },
        end: ['empty-page', 'total'],
        total: { type: 'body', path: 'n' },
      },
      records: 'data',
      key: ['userId'],
      transform: (record: object) => record,
      explode: 'a.items',
      filter: 'price > 0',
      deduplicate: 'last',
      columns: {
        userId: bigint({ slice: 'userId' }),
        at: timestamp({ page: 'meta.at', format: 'epoch-seconds', min: '2020-01-01', max: '2030-01-01' }),
        place: integer({ elementIndex: true, required: true }),
        price: decimal(12, 2, 'a.items[].price', { default: '0.00', onUnfit: 'null', min: 0 }),
        gross: double({ derived: 'price * 1.19', max: 1e6 }),
        name: varchar('a.items[]', {
          verbatim: true,
          nfc: true,
          collapse: true,
          case: 'lower',
          replace: [{ pattern: '(a)', with: '\\1' }, { pattern: 'b' }],
          nullIf: ['-'],
          values: { y: 'yes' },
          sql: 'trim(value)',
          pattern: '.*',
          enum: ['a'],
          mask: { type: 'sha256', salt: secret('salt') },
        }),
        card: varchar({ replace: { pattern: ' ' }, mask: { type: 'partial', keepFirst: 1, keepLast: 4 } }),
        hour: time({ format: '%H:%M' }),
        tags: list(map(varchar())),
        address: struct({ city: varchar(), geo: struct({ at: list(double()) }, 'p.q') }, { mask: 'drop' }),
        raw: json('', { onUnfit: 'fail' }),
      },
      lineage: ['_page', '_slice'],
      onUnfit: 'quarantine',
      unknownFields: 'capture',
      format: { type: 'csv', compression: 'zstd', sorted: true, neutralise: true },
      tableVersion: 2,
      keepRaw: false,
      schedule: { type: 'cron', hour: 1, minute: 2, weekDays: ['mon'] },
    },
  ],
};

/** The way to every value in another, itself included. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...path, name]))];
}

/** A copy with another value at a place. */
function replaced(value: unknown, [name, ...rest]: readonly string[], other: unknown): unknown {
  if (name === undefined) return other;
  if (Array.isArray(value)) return value.with(Number(name), replaced(value[Number(name)], rest, other));
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [name]: replaced(Reflect.get(value, name), rest, other) };
}

/** Accepts a definition, or says what is wrong with it; anything else is a defect. */
function define(input: unknown): 'accepted' | 'refused' {
  const untyped: (input: never) => unknown = defineSource;
  try {
    // What a plain JavaScript file could hand over.
    const source = untyped(input as never);
    expect(isDefinedSource(source)).toBe(true);
    // A source that is checked again is still the same.
    expect(untyped(source as never)).toStrictEqual(source);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof SourceDefinitionError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    const distinct = new Set(error.problems.map((problem) => JSON.stringify(problem)));
    expect(distinct.size).toBe(error.problems.length);
    return 'refused';
  }
}

test('the whole definition is accepted, so that what is refused below is refused for its change', () => {
  expect(define(full)).toBe('accepted');
});

test('whatever stands at whatever place is accepted or refused in words, each problem once', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...placesIn(full)),
      fc.oneof(
        fc.anything({ withBigInt: true, withMap: true, withDate: true, withNullPrototype: true }),
        fc.constantFrom(
          '',
          ' ',
          '{x}',
          '{}',
          'a[0]',
          'a..b',
          '__proto__',
          'constructor',
          false,
          null,
          -1,
          Number.NaN,
        ),
        fc.constantFrom({ in: 'body', path: 'a' }, { type: 'single' }, { secret: 'x' }, [[]], () => ({})),
      ),
      (place, other) => {
        seen.add(define(replaced(full, place, other)));
      },
    ),
    { numRuns: 1_500 },
  );
  expect([...seen].sort()).toEqual(['accepted', 'refused']);
});
