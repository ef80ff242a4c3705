import { column, dataset, pagesFrom, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const posts = dataset(
  {
    userId: column('bigint', undefined, { slice: 'userId' }),
    id: column('bigint'),
    country: column({ type: 'varchar' }, undefined, { slice: 'country', sql: 'upper(value)' }),
  },
  { key: ['userId', 'id'] },
);

const page = (...ids: unknown[]) =>
  JSON.stringify({ data: ids.map((id) => ({ id, userId: 'of the record' })) });
const origin = (slice: string, parameters: Record<string, string | number>, number = 0) => ({
  slice,
  page: number,
  parameters,
  fetchedAt: '2026-01-02T03:04:05.678Z',
});

describe('columns that take their value from the slice', () => {
  test('hold the parameter of the slice that the page is of', async () => {
    const shaped = await bench.shape(posts, [page(1, 2), page(), page(3), page(4)], 0, [
      origin('s-1', { userId: '9007199254740993', country: "d'e" }),
      origin('s-2', { userId: 2, country: 'fr' }),
      origin('s-3', { userId: 3, country: 'it' }),
      origin('s-3', { userId: 3, country: 'it' }, 1),
    ]);
    expect(shaped.rows).toEqual([
      { userId: '9007199254740993', id: '1', country: "D'E" },
      { userId: '9007199254740993', id: '2', country: "D'E" },
      { userId: '3', id: '3', country: 'IT' },
      { userId: '3', id: '4', country: 'IT' },
    ]);
    expect(shaped.types[0]).toEqual(['userId', 'BIGINT']);
  });

  test('are quarantined like any other where they do not fit or are missing', async () => {
    const shaped = await bench.shape(posts, [page(1), page(2)], 0, [
      origin('s-1', { userId: 'x', country: 'de' }),
      origin('s-2', { country: 'fr' }, 7),
    ]);
    expect(shaped.staged).toBe(0);
    expect(shaped.unfit.map(({ slice, page, column, reason }) => ({ slice, page, column, reason }))).toEqual([
      { slice: 's-1', page: 0, column: 'userId', reason: "'x' is not a bigint" },
      {
        slice: 's-2',
        page: 7,
        column: 'userId',
        reason: "slice parameter 'userId' has no value, and one is required",
      },
    ]);
  });
});

test('a range without a page is an empty table with the declared columns', async () => {
  const shaped = await bench.shape(posts, []);
  expect(shaped).toMatchObject({ received: 0, staged: 0, recordsPerPage: [], firstRecords: [], rows: [] });
  expect(shaped.types.map(([name]) => name)).toEqual(['userId', 'id', 'country']);
});

test('pages that begin with the same record have the same first record, whatever else they say', async () => {
  const of = dataset({ id: column('bigint') });
  const bodies = [
    '{"page":1,"data":[{"id":1},{"id":2}]}',
    '{"page":2,"data":[{"id":1}]}',
    '{"page":3,"data":[{"id":2}]}',
    '{"page":4,"data":[]}',
  ];
  const { firstRecords } = await bench.shape(of, bodies, 0, pagesFrom(0, 4));
  expect(firstRecords[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(firstRecords[1]).toBe(firstRecords[0]);
  expect(firstRecords[2]).not.toBe(firstRecords[0]);
  expect(firstRecords[3]).toBeUndefined();
});

test('a malformed page of a slice is named by its slice and page', async () => {
  const of = dataset({ id: column('bigint') });
  const shaping = bench.shape(of, ['{"data":[]}', '{"data":[{]}'], 0, [
    origin('s-1', {}),
    origin('s-2', {}, 4),
  ]);
  await expect(shaping).rejects.toThrow(
    "page 5 of slice 's-2' of cities is cut off or malformed JSON: fetch it again",
  );
});
