import fc from 'fast-check';
import { makePlan, needsExtent, type PlanInput } from '../../../core/plan/make-plan';
import { planSchema, type Sequence, type UnseenSlice } from '../../../core/plan/plan';
import { definitionHash } from '../../../core/source/definition-hash';
import type { CursorPagination, PageNumberPagination, Pagination } from '../../../core/source/pagination';
import type { Dataset, Limits, Request } from '../../../core/source/source';
import { aDataset } from '../../support/source-fixture';

const moment = new Date('2026-01-31T03:00:00.000Z');
const limits: Limits = { requestsPerSecond: 50, burst: 0, lanes: 4, inFlight: 32 };
const request: Request = { method: 'GET', path: '/cities', query: {}, headers: {}, weight: 1, statuses: {} };

const numbered: PageNumberPagination = {
  type: 'page-number',
  pageSize: 100,
  firstPage: 1,
  pageParameter: { in: 'query', name: 'page' },
  sizeParameter: { in: 'query', name: 'per_page' },
  total: { type: 'body', path: 'meta.total', counts: 'records' },
};
const endless: Pagination = { ...numbered, total: { type: 'none' } };
const cursor: CursorPagination = {
  type: 'cursor',
  cursor: { type: 'body', path: 'next' },
  parameter: { in: 'query', name: 'cursor' },
  sizeParameter: undefined,
  end: [],
};
const bySlice = [{ type: 'values', name: 'status', values: ['open'] }] as const;

function dataset(changes: Partial<Dataset> = {}): Dataset {
  return aDataset({ request, pagination: numbered, slices: [], ...changes });
}

function input(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    source: 'geonames',
    dataset: dataset(),
    limits,
    runId: '2026-01-31t03-00-00-000z',
    extent: { total: 100_000, pages: 1000, pageSize: 100 },
    watermark: moment,
    plannedAt: new Date(moment.getTime() + 1000),
    ...changes,
  };
}

function slices(count: number): UnseenSlice[] {
  return Array.from({ length: count }, (_, i) => ({ name: `s-${i}`, parameters: { status: i } }));
}

/** The plan's one sequence, which must be of the type. */
function sequence<Type extends Sequence['type']>(
  type: Type,
  changes: Partial<PlanInput>,
): Extract<Sequence, { type: Type }> {
  const [only, ...others] = makePlan(input(changes)).sequences;
  expect([only?.type, others]).toEqual([type, []]);
  return only as Extract<Sequence, { type: Type }>; // as the line above says
}

const anyLimits = fc.record({
  requestsPerSecond: fc.double({ min: 0.001, max: 10_000, noNaN: true }),
  burst: fc.nat(100),
  lanes: fc.integer({ min: 1, max: 1000 }),
  inFlight: fc.integer({ min: 1, max: 256 }),
});
const anyExtent = fc
  .record({ total: fc.nat(1_000_000_000), pageSize: fc.integer({ min: 1, max: 100_000 }) })
  .map(({ total, pageSize }) => ({ total, pageSize, pages: Math.max(1, Math.ceil(total / pageSize)) }));
const anyWeight = fc
  .integer({ min: 1, max: 50 })
  .map((weight) => dataset({ request: { ...request, weight } }));
const anyInput = fc.record({ extent: anyExtent, limits: anyLimits, dataset: anyWeight }).map(input);

describe('a plan of pages that are known at once', () => {
  it('holds every page that there is, and no page more', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const pages = sequence('pages', any);
        expect(pages).toMatchObject({ slice: 'all', parameters: {}, firstPage: 0, ...gridOf(any) });
        expect(makePlan(any)).toMatchObject({ subset: false, total: any.extent?.total });
      }),
    );
  });

  it('holds no more than onlyPages, says so, and does not forget how many there are', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 1000 }), (any, onlyPages) => {
        const all = any.extent?.pages ?? 0;
        const pages = sequence('pages', { ...any, onlyPages });
        expect(pages).toMatchObject({ pages: Math.min(all, onlyPages), slicePages: all });
        expect(makePlan({ ...any, onlyPages }).subset).toBe(true); // even where it happens to be the whole
      }),
    );
  });

  it('bounds a range by ten seconds of a lane, by 50,000 records and by a fair share for every lane', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const { requestsPerSecond, lanes } = any.limits;
        const { pagesPerRange, pages, pageSize } = sequence('pages', any);
        expect(makePlan(any).pagesPerRange).toBe(pagesPerRange);
        expect(Math.ceil(pages / pagesPerRange)).toBeGreaterThanOrEqual(Math.min(pages, 2 * lanes));
        if (pagesPerRange === 1) return;
        expect(pagesPerRange - 1).toBeLessThan(
          (10 * requestsPerSecond) / (lanes * any.dataset.request.weight),
        );
        expect(pagesPerRange * pageSize).toBeLessThanOrEqual(50_000);
        expect((pagesPerRange - 1) * 4 * lanes).toBeLessThan(pages);
      }),
    );
  });

  it('is one page for an empty dataset, so that it becomes a table too', () => {
    const extent = { total: 0, pages: 0, pageSize: 100 };
    expect(sequence('pages', { extent })).toMatchObject({ pages: 1, slicePages: 1, total: 0 });
  });

  it('has no total where the source counts pages only', () => {
    const plan = makePlan(input({ extent: { pages: 12, pageSize: 100 } }));
    expect(plan).not.toHaveProperty('total');
    expect(plan.sequences[0]).not.toHaveProperty('total');
    expect(plan.sequences[0]).toMatchObject({ pages: 12 });
  });

  it('is one page of a dataset that comes in one', () => {
    const single = { dataset: dataset({ pagination: { type: 'single' } }), extent: undefined };
    expect(sequence('pages', single)).toMatchObject({ pages: 1, slicePages: 1 });
    expect(makePlan(input(single)).subset).toBe(false);
  });

  it('is refused where the total can only be a mistake', () => {
    const extent = { total: 9_007_199_254_740_991, pages: 90_071_992_547_410, pageSize: 100 };
    expect(() => makePlan(input({ extent }))).toThrow(
      'geonames/cities would take 90,071,992,547,410 pages for 9,007,199,254,740,991 records: correct where its total is read',
    );
  });

  it('cannot be made without an extent', () => {
    expect(() => makePlan(input({ extent: undefined }))).toThrow('without the extent');
  });
});

describe('a plan of a chain', () => {
  const chained = { dataset: dataset({ pagination: cursor }), extent: undefined };

  it('begins at the beginning', () => {
    const position = { page: 0, records: 0 };
    const start = { type: 'chain', slice: 'all', parameters: {}, position, index: 0 };
    expect(sequence('chain', chained)).toEqual(start);
    expect(makePlan(input(chained))).toMatchObject({ subset: false, pagesPerRange: 125 });
    expect(makePlan(input(chained))).not.toHaveProperty('total');
  });

  it('ends after onlyPages, and is a part whatever comes', () => {
    expect(sequence('chain', { ...chained, onlyPages: 7 })).toMatchObject({ mostPages: 7 });
    expect(makePlan(input({ ...chained, onlyPages: 7 })).subset).toBe(true);
  });

  it.each([
    [1000, 50],
    [10, 125],
    [100_000, 1],
  ])('has ranges of 50,000 records or ten seconds: pages of %d, %d in a range', (pageSize, pages) => {
    const large = dataset({ pagination: { ...cursor, pageSize } });
    expect(makePlan(input({ ...chained, dataset: large })).pagesPerRange).toBe(pages);
  });
});

describe('a plan of slices that nobody has looked at', () => {
  const sliced = { dataset: dataset({ slices: bySlice }), extent: undefined };

  it.each([
    ['pages', numbered],
    ['pages without a total', endless],
    ['a chain', cursor],
    ['one page', { type: 'single' }],
  ] as const)('is a lead over all of them, whether each is %s', (_, pagination) => {
    const made = sequence('lead', {
      ...sliced,
      dataset: dataset({ slices: bySlice, pagination }),
      slices: slices(40),
    });
    expect(made).toEqual({ type: 'lead', slice: 'lead', slices: slices(40), slicesPerRange: 3 });
  });

  it('is a lead of one slice for pages without a total', () => {
    const made = sequence('lead', { dataset: dataset({ pagination: endless }), extent: undefined });
    expect(made).toEqual({
      type: 'lead',
      slice: 'lead',
      slices: [{ name: 'all', parameters: {} }],
      slicesPerRange: 1,
    });
  });

  it('bounds a range by ten seconds of a lane, by 50,000 records, by 500 slices and by a fair share', () => {
    const sizes = fc.record({ limits: anyLimits, count: fc.integer({ min: 1, max: 3000 }) });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 60_000 }), ({ limits, count }, pageSize) => {
        const many = dataset({ slices: bySlice, pagination: { ...numbered, pageSize } });
        const { slicesPerRange } = sequence('lead', {
          dataset: many,
          extent: undefined,
          limits,
          slices: slices(count),
        });
        expect(Math.ceil(count / slicesPerRange)).toBeGreaterThanOrEqual(Math.min(count, 2 * limits.lanes));
        if (slicesPerRange === 1) return;
        expect(slicesPerRange - 1).toBeLessThan((10 * limits.requestsPerSecond) / limits.lanes);
        expect(slicesPerRange).toBeLessThanOrEqual(Math.min(500, 50_000 / pageSize));
        expect((slicesPerRange - 1) * 4 * limits.lanes).toBeLessThan(count);
      }),
    );
  });

  it('keeps the slices of a range short enough for a message, however long their values are', () => {
    const long = slices(40).map((slice) => ({ ...slice, parameters: { text: 'ä'.repeat(10_000) } }));
    const fast = { ...limits, requestsPerSecond: 1000, lanes: 2 };
    const made = sequence('lead', { ...sliced, limits: fast, slices: long });
    expect(made.slicesPerRange).toBe(3); // of 20 KB each
    expect(sequence('lead', { ...sliced, limits: fast, slices: slices(40) }).slicesPerRange).toBe(5);
  });

  it.each([
    [3, 40, 3, 1],
    [40, 40, 40, 1],
    [90, 40, 40, 2],
    [5, 1, 1, 5],
  ])(
    'of %d pages only and %d slices takes the first %d slices, %d pages of each',
    (onlyPages, all, some, most) => {
      const made = sequence('lead', { ...sliced, slices: slices(all), onlyPages });
      expect(made).toMatchObject({ slices: slices(some), mostPages: most });
      expect(makePlan(input({ ...sliced, slices: slices(all), onlyPages })).subset).toBe(true);
    },
  );

  it('names the runs that its slices come from', () => {
    const parents = [{ dataset: 'users', runId: '2026-01-30t03-00-00-000z' }];
    expect(makePlan(input({ ...sliced, slices: slices(2), parents })).parents).toEqual(parents);
    expect(makePlan(input({ ...sliced, slices: slices(2) }))).not.toHaveProperty('parents');
  });
});

describe('needsExtent', () => {
  it.each([
    ['pages with a total', {}, true],
    ['a link to the last page', { pagination: { ...numbered, total: { type: 'last-link' } } }, true],
    ['pages without a total', { pagination: endless }, false],
    ['a chain', { pagination: cursor }, false],
    ['one page', { pagination: { type: 'single' } }, false],
    ['slices', { slices: bySlice }, false],
  ] as [string, Partial<Dataset>, boolean][])('%s', (_, changes, needed) => {
    expect(needsExtent(dataset(changes))).toBe(needed);
  });
});

describe('every plan', () => {
  const kinds = fc.constantFrom<Partial<PlanInput>[]>(
    {},
    { dataset: dataset({ pagination: cursor }), extent: undefined, onlyPages: 3 },
    { dataset: dataset({ slices: bySlice }), extent: undefined, slices: slices(9) },
    { dataset: dataset({ pagination: endless }), extent: undefined },
  );

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyInput, kinds, (any, kind) => {
        const plan = makePlan({ ...any, ...kind });
        expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
      }),
    );
  });

  it('keeps what later steps need: times, definition, table and ceiling', () => {
    const format = { type: 'csv', compression: 'zstd', sorted: false, neutralise: true } as const;
    const lenient = dataset({ maxQuarantinedRatio: 0.25, format, lineage: ['_page'], tableVersion: 2 });
    expect(makePlan(input({ dataset: lenient }))).toMatchObject({
      version: 3,
      extension: 'csv.zst',
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'name', type: 'VARCHAR' },
        { name: '_page', type: 'INTEGER' },
      ],
      key: ['id'],
      tableVersion: 2,
      neutralised: true,
      watermark: '2026-01-31T03:00:00.000Z',
      plannedAt: '2026-01-31T03:00:01.000Z',
      definition: definitionHash(lenient),
      maxQuarantinedRatio: 0.25,
      total: 100_000,
      pagesPerRange: 63, // 1,000 pages, four ranges for each of four lanes
    });
  });
});

describe('planSchema', () => {
  const plan = makePlan(input());
  const pages = plan.sequences[0];
  it.each([
    ['no sequence', { sequences: [] }],
    ['a sequence without pages', { sequences: [{ ...pages, pages: 0 }] }],
    ['a slice whose name is a path', { sequences: [{ ...pages, slice: '../all' }] }],
    ['a slice whose name cannot begin a part of a key', { sequences: [{ ...pages, slice: '-all' }] }],
    ['a lead of no slice', { sequences: [{ type: 'lead', slice: 'lead', slices: [], slicesPerRange: 1 }] }],
    ['another version', { version: 2 }],
    ['a ratio above one', { maxQuarantinedRatio: 1.1 }],
  ])('refuses %s', (_, change) => {
    expect(planSchema.safeParse(plan).success).toBe(true);
    expect(planSchema.safeParse({ ...plan, ...change }).success).toBe(false);
  });
});

function gridOf({ extent }: PlanInput) {
  return {
    total: extent?.total,
    pageSize: extent?.pageSize,
    pages: extent?.pages,
    slicePages: extent?.pages,
  };
}
