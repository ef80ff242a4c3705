import fc from 'fast-check';
import { RepeatedPageError } from '../../../../core/extract/guard-errors';
import { findExtent, type Probe, repetitions } from '../../../../core/extract/range/find-extent';
import { failureOf } from './range-fixture';

const holding = (page: number, hasMore?: boolean): Probe => ({
  body: Buffer.from(`{"data":[${page}]}`),
  records: 1,
  hasMore,
});
const nothing: Probe = { body: Buffer.from('{"data":[]}'), records: 0, hasMore: undefined };
const repeated = () => repetitions((page) => `page ${page + 1}`);

/** Finds the extent of a slice of so many pages; counts what was looked at. */
async function find(
  pages: number,
  known: number,
  answer: (page: number) => Probe | undefined,
  empty?: number,
) {
  const looked: number[] = [];
  const probe = async (page: number) => {
    looked.push(page);
    return page < pages ? holding(page) : answer(page);
  };
  return { found: await findExtent(probe, { known, empty, repeated: repeated() }), looked };
}

it('finds the number of pages with at most 2 log2(n) + 2 looks', async () => {
  const pages = fc.oneof(fc.integer({ min: 5, max: 200 }), fc.integer({ min: 5, max: 2 ** 31 - 2 }));
  await fc.assert(
    fc.asyncProperty(pages, fc.boolean(), async (pages, isAbsent) => {
      const { found, looked } = await find(pages, 4, () => (isAbsent ? undefined : nothing));
      expect(found).toBe(pages);
      expect(looked.length).toBeLessThanOrEqual(2 * Math.log2(pages) + 2);
      expect(new Set(looked).size).toBe(looked.length);
    }),
  );
});

it('looks at nothing behind a page that is known to be empty', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 5, max: 1000 }), fc.nat(1000), async (pages, beyond) => {
      const { found, looked } = await find(pages, 4, () => nothing, pages + beyond);
      expect(found).toBe(pages);
      expect(looked.filter((page) => page >= pages + beyond)).toEqual([]);
    }),
  );
});

it('believes a flag that nothing follows', async () => {
  const looked: number[] = [];
  const probe = async (page: number) => {
    looked.push(page);
    return page > 20 ? nothing : holding(page, page < 20);
  };
  expect(await findExtent(probe, { known: 4, repeated: repeated() })).toBe(21);
  expect(looked.at(-1)).toBe(20);
});

it('goes on behind a page without records that says that more follow', async () => {
  const gap = { ...nothing, hasMore: true };
  for (const last of [19, 20]) {
    const probe = async (page: number) =>
      page > last ? nothing : page % 2 === 0 ? gap : holding(page, true);
    expect(await findExtent(probe, { known: 4, repeated: repeated() })).toBe(last + 1);
  }
});

it('notices a source that answers with its last page beyond the end', async () => {
  const error = await failureOf(find(17, 4, () => holding(16)));
  expect(error).toBeInstanceOf(RepeatedPageError);
  expect(String(error)).toMatch(/page \d+ is the same as page \d+: the source ignores the position/);
});

it('gives up on a source that has no end', async () => {
  let looks = 0;
  const probe = async (page: number) => {
    looks += 1;
    return holding(page);
  };
  expect(await failureOf(findExtent(probe, { known: 4, repeated: repeated() }))).toBeInstanceOf(
    RepeatedPageError,
  );
  expect(looks).toBeLessThan(32);
});
