import { plannedRanges } from '../../../../core/plan/grid';
import type { PageRange, Plan } from '../../../../core/plan/plan';
import { type Claim, claimDataset } from '../../../../core/run/claim';
import type { DeadRange } from '../../../../core/run/dead/dead-range';
import { deadKey, lookKey, planKey } from '../../../../core/run/keys';
import { unroll } from '../../../../core/run/missing/unroll';
import { openRun, secondsLeft } from '../../../../core/run/status/open-run';
import { verifyOnce } from '../../../../core/run/verify/verify-once';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { aChain, anOpenPlan, aPlan, aRun, startOfTime, stillClock, writeRange } from '../run-fixture';

let objects: MemoryObjects;
let lake: ReturnType<typeof memoryLake>;
let claim: Claim;

beforeEach(async () => {
  objects = new MemoryObjects();
  lake = memoryLake(objects);
  claim = await claimDataset(lake, aRun, new Date(startOfTime));
});

/** A planned run of which the first ranges are there. */
async function withRanges(plan: Plan, count: number): Promise<PageRange[]> {
  await lake.put(planKey(plan), JSON.stringify(plan));
  const ranges = [...plannedRanges(plan)];
  for (const [i, range] of ranges.slice(0, count).entries()) {
    const fetchedAt = new Date(startOfTime + i * 1000).toISOString();
    await writeRange(lake, plan, range, { fetchedAt, fetchMilliseconds: 1000 });
  }
  return ranges;
}

function dead(range: PageRange, changes: Partial<DeadRange> = {}): Promise<void> {
  const { slice, index } = range;
  const document: DeadRange = {
    ...{ slice, index, failure: 'permanent', error: 'PermanentError', reason: `page ${index}: HTTP 401` },
    ...{ status: 401, attempt: 'a1', at: new Date(startOfTime).toISOString() },
    ...changes,
  };
  return lake.put(deadKey({ ...aRun, look: document.look }, range), JSON.stringify(document));
}

it('is being planned while there is a claim and no plan', async () => {
  expect(await openRun(claim, lake)).toMatchObject({
    runId: aRun.runId,
    state: 'planning',
    pages: 0,
    failed: [],
  });
});

it('tells pages, ranges, and how fast they came', async () => {
  await withRanges(aPlan(), 2);
  const open = await openRun(claim, lake);
  expect(open).toMatchObject({
    ...{ state: 'loading', pages: 6, pagesKnown: 10, growing: false, ranges: 4, missing: 2 },
    pace: { pagesPerSecond: 3, lastAt: '2026-01-31T03:00:02.000Z' },
  });
  expect(secondsLeft(open)).toBeCloseTo(4 / 3);
});

it('goes no faster than the limit lets it, whatever a burst let through', async () => {
  const plan = aPlan({ requestsPerSecond: 2 });
  await withRanges(plan, 2); // six requests in two seconds
  expect((await openRun(claim, lake)).pace).toMatchObject({ pagesPerSecond: 2, requestsPerSecond: 2 });
});

it('tells the pages of ranges that failed, and how many records are in them at most', async () => {
  const ranges = await withRanges(aPlan(), 2);
  if (!ranges[2] || !ranges[3]) throw new Error('the grid has four ranges');
  await dead(ranges[2]);
  await dead(ranges[3]);
  expect((await openRun(claim, lake)).failed).toMatchObject([
    {
      names: ['all-00000002', 'all-00000003'],
      records: 350,
      example: { extent: { pages: expect.any(Number) } },
    },
  ]);
});

it('knows no end of a chain, and no time left', async () => {
  await withRanges(anOpenPlan(aChain()), 0);
  const open = await openRun(claim, lake);
  expect(open).toMatchObject({ state: 'loading', growing: true, missing: 1, pace: undefined });
  expect(secondsLeft(open)).toBeUndefined();
});

it('is loading while only some of what is missing has failed, and blocked when all of it has', async () => {
  const ranges = await withRanges(aPlan(), 2);
  if (!ranges[2] || !ranges[3]) throw new Error('the grid has four ranges');
  await dead(ranges[2]);
  expect(await openRun(claim, lake)).toMatchObject({
    state: 'loading',
    failed: [{ ranges: 1, status: 401 }],
  });
  await dead(ranges[3]);
  expect(await openRun(claim, lake)).toMatchObject({
    state: 'blocked',
    failed: [{ ranges: 2, reason: 'page #: HTTP 401', failure: 'permanent' }],
  });
});

it('takes no notice of what failed and came after all', async () => {
  const ranges = await withRanges(aPlan(), 2);
  for (const range of ranges.slice(0, 3)) await dead(range);
  expect(await openRun(claim, lake)).toMatchObject({ state: 'loading', failed: [{ ranges: 1 }] });
});

describe('once all pages are there', () => {
  const grid = { slice: 'all', parameters: {}, pageSize: 100, slicePages: 10, total: 950 };
  const stretches = [{ firstPage: 0, pages: 2, pagesPerRange: 1, index: 0 }];
  const look = { version: 1, look: 1, kind: 'edges', slices: [{ grid, pagesPerRange: 1, stretches }] };

  it('is verified, then published', async () => {
    const plan = aPlan();
    await withRanges(plan, 4);
    expect(await openRun(claim, lake)).toMatchObject({ state: 'verifying', pages: 10, missing: 0 });
    const services = { lake, clock: stillClock(), findRepeatedKeys: async () => undefined };
    await verifyOnce(plan, await unroll(plan, lake), services);
    expect(await openRun(claim, lake)).toMatchObject({ state: 'publishing', pages: 10 });
  });

  it('looks again, as far as the look has come, and is blocked by what fails then', async () => {
    const [first] = await withRanges(aPlan(), 4);
    await lake.put(lookKey(aRun, 1), JSON.stringify(look));
    expect(await openRun(claim, lake)).toMatchObject({ state: 'looking', look: 1, ranges: 2, missing: 2 });
    if (!first) throw new Error('the grid has four ranges');
    for (const index of [0, 1]) await dead({ ...first, index }, { look: 1 });
    expect(await openRun(claim, lake)).toMatchObject({ state: 'blocked', look: 1, failed: [{ ranges: 2 }] });
  });
});

it('writes nothing', async () => {
  await withRanges(aPlan(), 4);
  const before = objects.changes.length;
  await openRun(claim, lake);
  expect(objects.changes).toHaveLength(before);
});
