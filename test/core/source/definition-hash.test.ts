import fc from 'fast-check';
import { definitionHash } from '../../../core/source/definition-hash';
import type { Dataset } from '../../../core/source/source';
import geonames from '../../../sources/geonames';

const cities: Dataset = geonames.datasets[0];

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
    ['order of options', reorder(cities)],
  ])('does not change with the %s', (_part, changed) => {
    expect(definitionHash(changed)).toBe(definitionHash(cities));
  });

  test.each<readonly [string, Dataset]>([
    ['request', { ...cities, request: { ...cities.request, query: { sort: 'id' } } }],
    ['pagination', { ...cities, pagination: { ...cities.pagination, pageSize: 499 } }],
    ['records', { ...cities, records: 'items' }],
    ['key', { ...cities, key: ['id', 'name'] }],
    ['order of the key', { ...cities, key: ['name', 'id'] }],
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
