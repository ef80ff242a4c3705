import { pageRangeName } from '../../../core/plan/grid';
import type { PageRange } from '../../../core/plan/plan';
import { givenUpKey } from '../../../core/run/keys';
import { unroll } from '../../../core/run/missing/unroll';
import { memoryLake } from '../../support/memory-lake';
import { aChain, aGrid, aLead, anOpenPlan, aPlan, writeRange, writeRun } from './run-fixture';

const plan = aPlan();

/** A lake in which ranges are given up. */
async function lakeWithout(...ranges: { slice: string; index: number }[]) {
  const lake = memoryLake();
  for (const range of ranges) await lake.put(givenUpKey(plan, range), '{}');
  return lake;
}
const names = (ranges: Iterable<PageRange>) => [...ranges].map(pageRangeName);

describe('what an operator gave up', () => {
  it('is not missing of a grid, nor any of its ranges and pages', async () => {
    const lake = await lakeWithout({ slice: 'all', index: 1 }, { slice: 'all', index: 3 });
    const unrolled = await unroll(plan, lake);
    expect(unrolled).toMatchObject({ ranges: 2, missingRanges: 2, pages: 6, missingPages: 6 });
    expect(names(unrolled.missing())).toEqual(['all-00000000', 'all-00000002']);
    expect(names(unrolled.givenUp)).toEqual(['all-00000001', 'all-00000003']);
  });

  it('means nothing where the range came after all', async () => {
    const lake = await lakeWithout({ slice: 'all', index: 1 });
    await writeRun(lake, plan);
    const unrolled = await unroll(plan, lake);
    expect(unrolled).toMatchObject({ ranges: 4, pages: 10, missingRanges: 0, complete: true, givenUp: [] });
  });

  it('ends a chain', async () => {
    const lake = await lakeWithout({ slice: 'all', index: 1 });
    const chain = anOpenPlan(aChain());
    const next = aChain({ index: 1, position: { page: 1, cursor: 'c1', records: 100 } });
    await writeRange(lake, chain, aChain(), { next: { sequences: [next] } });
    const unrolled = await unroll(chain, lake);
    expect(unrolled).toMatchObject({ ranges: 1, pages: 1, missingRanges: 0, complete: true, growing: false });
    expect(names(unrolled.givenUp)).toEqual(['all-00000001']);
  });

  it('ends a lead, but not the others', async () => {
    const lake = await lakeWithout({ slice: 'lead', index: 0 });
    const leads = anOpenPlan(aLead(4));
    const rest = aGrid({ slice: 's-3', firstPage: 1, pages: 2 });
    const second = { ...aLead(4), index: 1, slices: aLead(4).slices.slice(2) };
    await writeRange(lake, leads, second, { next: { sequences: [rest] } });
    const unrolled = await unroll(leads, lake);
    expect(unrolled).toMatchObject({ ranges: 2, missingRanges: 1, complete: false, growing: false });
    expect(names(unrolled.missing())).toEqual(['s-3-00000000']);
    expect(names(unrolled.givenUp)).toEqual(['lead-00000000']);
  });
});
