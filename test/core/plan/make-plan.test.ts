import fc from 'fast-check';
import { countPages, countRanges } from '../../../core/plan/grid';
import { expectedRecords, makePlan, type PlanInput } from '../../../core/plan/make-plan';
import { planSchema } from '../../../core/plan/plan';
import { definitionHash } from '../../../core/source/definition-hash';
import { aDataset } from '../../support/source-fixture';

const moment = new Date('2026-01-31T03:00:00.000Z');

function input(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    source: 'geonames',
    dataset: aDataset(),
    limits: { requestsPerSecond: 50, burst: 0, lanes: 4 },
    runId: '2026-01-31t03-00-00-000z',
    extent: { total: 100_000, pageSize: 100 },
    watermark: moment,
    plannedAt: new Date(moment.getTime() + 1000),
    ...changes,
  };
}

const anyInput = fc
  .record({
    extent: fc.record({ total: fc.nat(2_000_000_000), pageSize: fc.integer({ min: 1, max: 100_000 }) }),
    limits: fc.record({
      requestsPerSecond: fc.double({ min: 0.001, max: 10_000, noNaN: true }),
      burst: fc.nat(100),
      lanes: fc.integer({ min: 1, max: 1000 }),
    }),
    onlyPages: fc.option(fc.integer({ min: 1, max: 5_000_000 }), { nil: undefined }),
  })
  .map(input);

describe('makePlan', () => {
  it('plans every page that the total implies, at least one, and no page more', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const plan = makePlan({ ...any, onlyPages: undefined });
        const pages = countPages(plan);
        expect(pages * plan.pageSize).toBeGreaterThanOrEqual(plan.total);
        expect((pages - 1) * plan.pageSize).toBeLessThan(Math.max(1, plan.total));
        expect(expectedRecords(plan)).toBe(plan.total);
        expect(plan.subset).toBe(false);
      }),
    );
  });

  it('plans no more than onlyPages, and says so', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 1000 }), (any, onlyPages) => {
        const whole = countPages(makePlan({ ...any, onlyPages: undefined }));
        const plan = makePlan({ ...any, onlyPages });
        expect(countPages(plan)).toBe(Math.min(whole, onlyPages));
        expect(plan.subset).toBe(onlyPages < whole);
        expect(expectedRecords(plan)).toBe(Math.min(plan.total, onlyPages * plan.pageSize));
      }),
    );
  });

  it('bounds a range by ten seconds of a lane, by 50,000 records and by a fair share for every lane', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const { requestsPerSecond, lanes } = any.limits;
        const plan = makePlan(any);
        const { pagesPerRange } = plan;
        expect(pagesPerRange).toBeGreaterThanOrEqual(1);
        if (pagesPerRange === 1) return;
        expect(pagesPerRange - 1).toBeLessThan((10 * requestsPerSecond) / lanes);
        expect(pagesPerRange * plan.pageSize).toBeLessThanOrEqual(50_000);
        expect((pagesPerRange - 1) * 4 * lanes).toBeLessThan(countPages(plan));
      }),
    );
  });

  it('gives every lane something to do when there are pages enough', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const plan = makePlan(any);
        const pages = countPages(plan);
        expect(countRanges(plan)).toBeGreaterThanOrEqual(Math.min(pages, 2 * any.limits.lanes));
      }),
    );
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const plan = makePlan(any);
        expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
      }),
    );
  });

  it('plans one page for an empty dataset, so that it becomes a table too', () => {
    const plan = makePlan(input({ extent: { total: 0, pageSize: 100 } }));
    expect(countRanges(plan)).toBe(1);
    expect(countPages(plan)).toBe(1);
    expect(expectedRecords(plan)).toBe(0);
  });

  it('keeps what later steps need: times, definition and ceiling', () => {
    const dataset = aDataset({ maxQuarantinedRatio: 0.25 });
    expect(makePlan(input({ dataset }))).toMatchObject({
      watermark: '2026-01-31T03:00:00.000Z',
      plannedAt: '2026-01-31T03:00:01.000Z',
      definition: definitionHash(dataset),
      maxQuarantinedRatio: 0.25,
      total: 100_000,
      pageSize: 100,
      pagesPerRange: 63, // 1,000 pages, four ranges for each of four lanes
    });
  });
});

describe('planSchema', () => {
  const plan = makePlan(input());
  it.each([
    ['no slice', { slices: [] }],
    ['a slice without pages', { slices: [{ name: 'all', pages: 0 }] }],
    ['a slice whose name is a path', { slices: [{ name: '../all', pages: 1 }] }],
    ['a slice whose name cannot begin a part of a key', { slices: [{ name: '-all', pages: 1 }] }],
    ['another version', { version: 2 }],
    ['a ratio above one', { maxQuarantinedRatio: 1.1 }],
  ])('refuses %s', (_, change) => {
    expect(planSchema.safeParse({ ...plan, ...change }).success).toBe(false);
  });
});
