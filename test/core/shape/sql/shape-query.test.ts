import { shapeQuery } from '../../../../core/shape/sql/shape-query';
import type { ColumnType } from '../../../../core/source/column';
import { column, dataset, pagesFrom } from '../shaping';

const types: ColumnType[] = [
  { type: 'bigint' },
  { type: 'varchar' },
  { type: 'decimal', precision: 12, scale: 2 },
  { type: 'double' },
  { type: 'boolean' },
  { type: 'date' },
  { type: 'timestamp' },
];
const columns = Object.fromEntries(
  Array.from({ length: 21 }, (_, at) => [`c${at}`, column(types[at % 7] ?? 'bigint')]),
);
const pages = { file: { path: '/pages', maximumBodyBytes: 1000 }, runId: 'r-1', origins: pagesFrom(0, 500) };

test('a plain dataset pays for nothing that it does not ask for', () => {
  const { select, checks } = shapeQuery(dataset(columns, { key: ['c0'] }), pages, {
    observe: 'observe',
    watch: 'watch',
  });
  const calls = (name: string) => select.split(`${name}(`).length - 1;
  expect(calls('json_transform')).toBe(1);
  // Once for a page, to tell its first record by; never for a record.
  expect(select.split('json_extract_string(records[1],').length - 1).toBe(calls('json_extract_string'));
  expect(calls('tell')).toBe(1);
  expect(calls('watch')).toBe(1);
  for (const unasked of [
    'tally',
    'nulled',
    'nfc_normalize',
    'regexp_replace(clean',
    'row_number() OVER (PARTITION',
    'EXCLUDE',
    'REPLACE',
    'TRY({',
    'json_merge_patch',
    'sha256',
  ])
    expect(select).not.toContain(unasked);
  expect(select.split('json_extract(records[1],').length - 1).toBe(calls('json_extract'));
  // Only texts are cleaned before they are cast
  expect(select.match(/AS clean\$\d+/g)).toHaveLength(3);
  expect(checks.map(({ rule }) => rule).filter((rule) => rule === 'required')).toHaveLength(1);
  expect(select.length).toBeLessThan(2500 * Object.keys(columns).length);
});

test('the slice of one slice is one literal, whatever the number of pages', () => {
  const of = dataset(
    { ...columns, s: column({ type: 'varchar' }, undefined, { slice: 's' }) },
    { lineage: ['_run_id', '_slice'] },
  );
  const origins = pagesFrom(0, 500).map((origin) => ({ ...origin, parameters: { s: 'only-once' } }));
  expect(shapeQuery(of, { ...pages, origins }).select.split('only-once')).toHaveLength(2);
});
