import fc from 'fast-check';
import type { PageOrigin } from '../../../../core/extract/range/fetched-range';
import { lineage, type RowOrigins } from '../../../../core/shape/stage/lineage';
import type { LineageColumn } from '../../../../core/source/source';
import { stageFiles } from './stage-files';

const files = stageFiles();
const columns = ['_run_id', '_slice', '_page', '_fetched_at'] as const;
const runId = '2026-01-31t03-00-00-000z';
const fetchedAt = '2026-01-31T03:00:00.123Z';

function origin(changes: Partial<PageOrigin>): PageOrigin {
  return { slice: 'all', page: 0, parameters: {}, fetchedAt, ...changes };
}

/** What each of the columns is for a record of each page, with its types. */
async function valuesOf(at: RowOrigins) {
  const query = `SELECT ${columns.map((column) => lineage(column, at)).join(', ')} FROM range(${at.origins.length}) AS rows(ordinal) ORDER BY ordinal`;
  const reader = await files().duckdb.connection.runAndReadAll(query);
  return { types: reader.columnTypes().map(String), rows: reader.getRowsJson() };
}

describe('lineage', () => {
  it.each<[LineageColumn, string]>([
    ['_run_id', `CAST('${runId}' AS VARCHAR)`],
    ['_slice', `CAST('all' AS VARCHAR)`],
    ['_page', 'CAST(ordinal + 7 AS INTEGER)'],
    ['_fetched_at', `CAST('${fetchedAt}' AS TIMESTAMP WITH TIME ZONE)`],
  ])('of consecutive pages of one slice needs no list for %s', (column, expression) => {
    expect(lineage(column, { runId, origins: [7, 8, 9].map((page) => origin({ page })) })).toBe(expression);
  });

  it('is what is known of the page of each row', async () => {
    const anyOrigin = fc
      .record({
        slice: fc.constantFrom('all', 's-1', 's-2'),
        page: fc.oneof(fc.nat(3), fc.constant(999_999_999)),
        time: fc.constantFrom(0, 1, 1769828400123),
      })
      .map(({ slice, page, time }) => origin({ slice, page, fetchedAt: new Date(time).toISOString() }));
    await fc.assert(
      fc.asyncProperty(fc.array(anyOrigin, { minLength: 1, maxLength: 5 }), async (origins) => {
        const { types, rows } = await valuesOf({ runId, origins });
        expect(types).toEqual(['VARCHAR', 'VARCHAR', 'INTEGER', 'TIMESTAMP WITH TIME ZONE']);
        const expected = origins.map(({ slice, page, fetchedAt }) => [runId, slice, page, fetchedAt]);
        const iso = (text: unknown) => new Date(String(text).replace(/\+00$/, 'Z')).toISOString();
        expect(rows.map(([run, slice, page, time]) => [run, slice, page, iso(time)])).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('of many pages is one constant, whatever their number', async () => {
    const origins = Array.from({ length: 5000 }, (_, i) =>
      origin({ slice: `s-${i}`, page: i % 7, fetchedAt: new Date(i).toISOString() }),
    );
    const { rows } = await valuesOf({ runId, origins });
    expect(rows.at(-1)).toEqual([runId, 's-4999', 4999 % 7, '1970-01-01 00:00:04.999+00']);
  });
});
