import fc from 'fast-check';
import { pageRangeName, plannedRanges, rangesOf } from '../../../../core/plan/grid';
import type { PageRange, Plan, Sequence } from '../../../../core/plan/plan';
import { nextKey, stageKey } from '../../../../core/run/keys';
import { unroll } from '../../../../core/run/missing/unroll';
import type { Receipt } from '../../../../core/run/range/receipt';
import { type LakeCall, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { aChain, aGrid, aLead, anOpenPlan, aPlan, writeRange } from '../run-fixture';

/** A lake in memory, and the keys that were looked at in it. */
function openLake() {
  const looked: string[] = [];
  const objects = new MemoryObjects();
  const turn = async ({ operation, key }: LakeCall) => {
    if (operation === 'head' && looked.at(-1) !== key) looked.push(key); // each call has two turns
  };
  return { looked, objects, lake: memoryLake(objects, { turn }), quiet: memoryLake(objects) };
}

const names = (ranges: Iterable<PageRange>) => [...ranges].map(pageRangeName);
const chainAt = (index: number, slice = 'all') =>
  aChain({ slice, index, position: { page: 3 * index, cursor: `c${index}`, records: 300 * index } });
const following = (...sequences: Sequence[]): Partial<Receipt> => ({ next: { sequences } });

describe('unroll', () => {
  it('knows all of a grid, and looks at no object', async () => {
    const { lake, quiet, looked } = openLake();
    const plan = aPlan();
    const [, second, , last] = [...plannedRanges(plan)] as [PageRange, PageRange, PageRange, PageRange];
    await writeRange(quiet, plan, second);
    await writeRange(quiet, plan, last);
    const unrolled = await unroll(plan, lake);
    expect(unrolled).toMatchObject({ ranges: 4, missingRanges: 2, pages: 10, missingPages: 6 });
    expect(unrolled).toMatchObject({ complete: false, growing: false });
    expect(names(unrolled.missing())).toEqual(['all-00000000', 'all-00000002']);
    expect(unrolled.present.has(second)).toBe(true);
    expect(looked).toEqual([]);
  });

  it('knows all that a look reads again', async () => {
    const { lake, quiet } = openLake();
    const { pagesPerRange, firstPage, pages, type, ...grid } = aGrid();
    const stretches: [number, number, number][] = [
      [2, 5, 2],
      [8, 3, 3],
    ];
    const look = {
      ...aPlan(),
      look: 2,
      sequences: [{ type: 'again' as const, ...grid, read: 'pages' as const, stretches }],
    };
    expect(await unroll(look, lake)).toMatchObject({
      ranges: 4,
      missingRanges: 4,
      pages: 8,
      missingPages: 8,
    });
    const [, second] = [...(await unroll(look, lake)).missing()];
    await quiet.putIfAbsent(stageKey(look, second as PageRange), '');
    const unrolled = await unroll(look, lake);
    expect(unrolled).toMatchObject({
      ranges: 4,
      missingRanges: 3,
      pages: 8,
      missingPages: 6,
      growing: false,
    });
    expect(names(unrolled.missing())).toEqual(['all-00000000', 'all-00000002', 'all-00000003']);
  });

  it('looks at the last object of a chain only, which names the front', async () => {
    const { lake, quiet, looked } = openLake();
    const plan = anOpenPlan(aChain());
    expect(await unroll(plan, lake)).toMatchObject({ ranges: 1, missingRanges: 1, pages: 0, growing: true });
    for (let index = 0; index < 5; index++) {
      await writeRange(quiet, plan, chainAt(index), { pages: 3, ...following(chainAt(index + 1)) });
    }
    const unrolled = await unroll(plan, lake);
    expect(unrolled).toMatchObject({
      ranges: 6,
      missingRanges: 1,
      pages: 15,
      missingPages: 0,
      growing: true,
    });
    expect([...unrolled.missing()]).toEqual([chainAt(5)]);
    expect(looked).toEqual([stageKey(plan, chainAt(4))]);
    await writeRange(quiet, plan, chainAt(5), { pages: 2 });
    const ended = await unroll(plan, lake);
    expect(ended).toMatchObject({ ranges: 6, missingRanges: 0, pages: 17, complete: true, growing: false });
  });

  it('finds what leads found: grids, chains, and leads again', async () => {
    const { lake, quiet, looked } = openLake();
    const plan = anOpenPlan(aLead(6));
    const [first, second, third] = [...plannedRanges(plan)] as [PageRange, PageRange, PageRange];
    const rest = aGrid({ slice: 's-1', firstPage: 1, pages: 7 });
    const halves = aLead(2, { slice: 'lead-b' });
    await writeRange(quiet, plan, first, { pages: 2, ...following(rest, chainAt(0, 's-0')) });
    await writeRange(quiet, plan, third, { pages: 0, ...following(halves) });
    const begun = await unroll(plan, lake);
    expect(begun).toMatchObject({ ranges: 8, missingRanges: 6, pages: 9, missingPages: 7, growing: true });
    expect(names(begun.missing()).sort()).toEqual([
      'lead-00000001',
      'lead-b-00000000',
      's-0-00000000',
      's-1-00000000',
      's-1-00000001',
      's-1-00000002',
    ]);
    for (const range of [second, ...rangesOf(halves), ...rangesOf(rest), chainAt(0, 's-0')]) {
      await writeRange(quiet, plan, range);
    }
    looked.length = 0;
    expect(await unroll(plan, lake)).toMatchObject({ ranges: 8, missingRanges: 0, complete: true });
    expect(looked.length).toBe(5); // the leads and the chain's end, each once
  });

  it('reads what did not fit into a receipt from its document', async () => {
    const { quiet } = openLake();
    const plan = anOpenPlan(aLead(1));
    const [lead] = [...plannedRanges(plan)] as [PageRange];
    const key = nextKey(plan, lead, 'a1b2c3d4');
    await writeRange(quiet, plan, lead, { next: { key } });
    await expect(unroll(plan, quiet)).rejects.toThrow(`${key} is not in the lake`);
    await quiet.put(key, JSON.stringify({ version: 1, sequences: [aGrid({ slice: 's-0' })] }));
    expect((await unroll(plan, quiet)).missingRanges).toBe(4);
  });

  it('does not look twice at what it has seen', async () => {
    const { lake, quiet, looked } = openLake();
    const plan = anOpenPlan(aLead(2));
    const [lead] = [...plannedRanges(plan)] as [PageRange];
    await writeRange(quiet, plan, lead, following(chainAt(0, 's-0')));
    const seen = new Map();
    const first = await unroll(plan, lake, seen);
    const again = await unroll(plan, lake, seen);
    expect([...again.missing()]).toEqual([...first.missing()]);
    expect(again.pages).toBe(first.pages);
    expect(looked).toHaveLength(1);
  });

  it('refuses a lead that no worker wrote', async () => {
    const { quiet } = openLake();
    const plan = anOpenPlan(aLead(1));
    const key = stageKey(plan, { slice: 'lead', index: 0 });
    await quiet.put(key, 'by hand');
    await expect(unroll(plan, quiet)).rejects.toThrow(
      `${key} carries no receipt, so no worker wrote it: remove it from the lake`,
    );
  });

  it('misses exactly what has not been written, however far a run is', async () => {
    const tree = fc.record({ slices: fc.integer({ min: 1, max: 9 }), deep: fc.nat(4), written: fc.nat(40) });
    await fc.assert(
      fc.asyncProperty(tree, async ({ slices, deep, written }) => {
        const { quiet } = openLake();
        const plan = anOpenPlan(aLead(slices), aGrid());
        const known = [...plannedRanges(plan)];
        const done = new Set<string>();
        for (let step = 0; step < written; step++) {
          const range = known.filter((each) => !done.has(pageRangeName(each)))[step % 3];
          if (range === undefined) break;
          const next = followersIn(range, deep);
          await writeRange(quiet, plan, range, next.length > 0 ? following(...next) : {});
          known.push(...next.flatMap((sequence) => [...rangesOf(sequence)]));
          done.add(pageRangeName(range));
        }
        const unrolled = await unroll(plan, quiet);
        const missing = names(known).filter((name) => !done.has(name));
        expect(names(unrolled.missing()).sort()).toEqual(missing.sort());
        expect(unrolled).toMatchObject({ ranges: known.length, missingRanges: missing.length });
        expect(unrolled.complete).toBe(missing.length === 0);
      }),
      { numRuns: 200 },
    );
  });

  it('counts a million ranges of a grid at once', async () => {
    const sized = { pages: 1_000_000, slicePages: 1_000_000, pagesPerRange: 1 };
    const plan: Plan = aPlan({ sequences: [aGrid(sized)] });
    const { quiet } = openLake();
    await writeRange(quiet, plan, { ...aGrid(sized), index: 777_777, firstPage: 777_777, pages: 1 });
    const unrolled = await unroll(plan, quiet);
    expect(unrolled).toMatchObject({ ranges: 1_000_000, missingRanges: 999_999, missingPages: 999_999 });
    expect(unrolled.missing().next().value).toMatchObject({ index: 0 });
  });
});

/** A chain in every other slice of a lead, `deep` ranges long. */
function followersIn(range: PageRange, deep: number): Sequence[] {
  if (range.type === 'pages') return [];
  if (range.type === 'chain') return range.index < deep ? [chainAt(range.index + 1, range.slice)] : [];
  return range.slices.filter((_, i) => i % 2 === 0).map(({ name }) => chainAt(0, name));
}
