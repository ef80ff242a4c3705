import fc from 'fast-check';
import { definitionHash } from '../../../core/source/definition-hash';
import type { Dataset, Request, Transform } from '../../../core/source/source';
import geonames from '../../../sources/geonames';

const cities: Dataset = geonames.datasets[0];

const parquet = { type: 'parquet', compression: 'zstd', rowGroupSize: 122880, sorted: false } as const;

const withRequest = (changes: Partial<Request>): Dataset => ({
  ...cities,
  request: { ...cities.request, ...changes },
});

/** The same value with the properties of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
}

function reorder(dataset: Dataset): Dataset {
  const columns = Object.entries(dataset.columns).map(([name, column]) => [name, reversed(column)]);
  return { ...(reversed(dataset) as Dataset), columns: Object.fromEntries(columns) };
}

describe('definitionHash', () => {
  test('is 16 hexadecimal digits', () => {
    expect(definitionHash(cities)).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each<readonly [string, Dataset]>([
    ['description', { ...cities, description: 'other' }],
    ['name', { ...cities, name: 'towns' }],
    ['schedule', { ...cities, schedule: undefined }],
    ['ifLate', { ...cities, ifLate: undefined }],
    ['keepRaw', { ...cities, keepRaw: false }],
    ['maxQuarantinedRatio', { ...cities, maxQuarantinedRatio: 0.5 }],
    [
      'verification',
      { ...cities, verification: { looks: 1, ifShort: 'publish-with-warning', tolerance: 1, maxShrink: 1 } },
    ],
    ['curate', { ...cities, curate: { targetMegabytes: 7 } }],
    ['keepRuns', { ...cities, keepRuns: 7 }],
    [
      'incremental',
      { ...cities, incremental: { query: { since: '{since}' }, format: 'date', overlapMinutes: 0 } },
    ],
    ['weight of a request', withRequest({ weight: 7 })],
    ['order of options', reorder(cities)],
  ])('does not change with the %s', (_part, changed) => {
    expect(definitionHash(changed)).toBe(definitionHash(cities));
  });

  test.each<readonly [string, Dataset]>([
    ['request', withRequest({ query: { sort: 'id' } })],
    ['method', withRequest({ method: 'POST' })],
    ['body', withRequest({ body: { open: true } })],
    ['place of errors', withRequest({ errors: { path: 'errors' } })],
    ['meaning of a status', withRequest({ statuses: { 404: 'empty' } })],
    ['kind of pagination', { ...cities, pagination: { type: 'single' } }],
    ['slices', { ...cities, slices: [{ type: 'values', name: 'country', values: ['DE'] }] }],
    ['values of slices', { ...cities, slices: [{ type: 'values', name: 'country', values: ['FR'] }] }],
    ['records', { ...cities, records: 'items' }],
    ['key', { ...cities, key: ['id', 'name'] }],
    ['order of the key', { ...cities, key: ['name', 'id'] }],
    ['transform', { ...cities, transform: (record) => record }],
    ['explode', { ...cities, explode: 'items' }],
    ['filter', { ...cities, filter: 'population > 0' }],
    ['deduplicate', { ...cities, deduplicate: 'last' }],
    ['lineage', { ...cities, lineage: ['_page'] }],
    ['onUnfit', { ...cities, onUnfit: 'fail' }],
    ['unknownFields', { ...cities, unknownFields: 'capture' }],
    ['format', { ...cities, format: { type: 'jsonl', compression: 'gzip', sorted: false } }],
    ['order in a file', { ...cities, format: { ...parquet, sorted: true } }],
    ['tableVersion', { ...cities, tableVersion: 2 }],
    [
      'order of columns',
      { ...cities, columns: Object.fromEntries(Object.entries(cities.columns).reverse()) },
    ],
    [
      'a column',
      {
        ...cities,
        columns: {
          ...cities.columns,
          name: { columnType: { type: 'varchar' }, options: { verbatim: true } },
        },
      },
    ],
  ])('changes with the %s', (_part, changed) => {
    expect(definitionHash(changed)).not.toBe(definitionHash(cities));
  });

  test('tells transforms by their text where nothing is bundled', () => {
    const hash = (transform: Transform) => definitionHash({ ...cities, transform });
    expect(hash((record) => record)).toBe(hash((record) => record));
    expect(hash((record) => record)).not.toBe(hash(() => null));
  });

  test('tells each of these from all others', () => {
    const values = (...all: (string | number)[]): Dataset => ({
      ...cities,
      slices: [{ type: 'values', name: 'country', values: all }],
    });
    const hashes = [
      cities,
      values('DE'),
      values('FR'),
      values('DE', 'FR'),
      values('FR', 'DE'),
      values(1),
    ].map(definitionHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('tells any two requests apart, in any order of their parameters', () => {
    const queries = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
    const hash = (query: Record<string, string>) =>
      definitionHash({ ...cities, request: { ...cities.request, query } });
    fc.assert(
      fc.property(queries, queries, (a, b) => {
        expect(hash(a)).toBe(hash(Object.fromEntries(Object.entries(a).reverse())));
        const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
        expect(hash(a) === hash(b)).toBe(same);
      }),
    );
  });
});
