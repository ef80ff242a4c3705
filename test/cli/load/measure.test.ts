import { type Extent, type Moment, measure } from '../../../cli/load/measure';
import { Tally } from '../../../cli/load/tally';
import type { Plan, Sequence } from '../../../core/plan/plan';
import { RangeSet } from '../../../core/plan/range-set';

const pages: Sequence = {
  ...{ type: 'pages', slice: 'all', parameters: {}, pageSize: 100, slicePages: 10, total: 950 },
  ...{ firstPage: 0, pages: 10, pagesPerRange: 2 },
};
const position = { page: 0, records: 0 };
const chain: Sequence = { type: 'chain', slice: 'all', parameters: {}, position, index: 0 };

function planOf(sequence: Sequence, total?: number): Plan {
  return {
    ...{
      version: 3,
      source: 'crm',
      dataset: 'users',
      runId: 'r',
      plannedAt: '',
      watermark: '',
      definition: 'd',
    },
    ...{ extension: 'parquet', columns: [{ name: 'id', type: 'BIGINT' }], tableVersion: 1 },
    ...{ key: ['id'], pagesPerRange: 2, subset: false, sequences: [sequence], maxQuarantinedRatio: 0 },
    ...{ verification: { looks: 0, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 }, keepRuns: 3 },
    ...(total === undefined ? {} : { total }),
  };
}

/** Where so many ranges of a run are there. */
function extent(present: number, rest: Omit<Extent, 'present'>): Extent {
  const set = new RangeSet();
  for (let index = 0; index < present; index++) set.add({ slice: 'all', index });
  return { present: set, ...rest };
}

const grid = (present: number) => {
  return extent(present, {
    ...{ ranges: 5, missingRanges: 5 - present, pages: 10, missingPages: 10 - 2 * present, growing: false },
  });
};
const endless = (present: number) => {
  return extent(present, {
    ranges: present + 1,
    missingRanges: 1,
    pages: 2 * present,
    missingPages: 0,
    growing: true,
  });
};

function moment(changes: Partial<Moment>, metrics: Record<string, number> = {}): Moment {
  const tally = new Tally(() => 0);
  const { PagesFetched = 0, ...others } = metrics;
  tally.add(others);
  // Two at most by each attempt, of ranges of two pages
  for (let page = 0; page < PagesFetched; page++) tally.add({ PagesFetched: 1 }, `a${Math.floor(page / 2)}`);
  const none = { before: grid(0), now: grid(0), seconds: 10 };
  return { plan: planOf(pages, 950), tally, ...none, ...changes };
}

describe('measure', () => {
  it('tells of pages before their range is written, and of the time that the others will take', () => {
    expect(measure(moment({}, { PagesFetched: 5 }))).toMatchObject({
      pages: 5,
      pagesPlanned: 10,
      records: 500,
      continued: false,
      rangesOpen: 5,
      secondsLeft: 10,
    });
  });

  it('goes on from what was there, and never beyond what there is', () => {
    const before = grid(2);
    expect(measure(moment({ before, now: grid(3) }, { PagesFetched: 1 }))).toMatchObject({
      pages: 7,
      records: 700,
    });
    expect(measure(moment({ before, now: grid(5) }, { PagesFetched: 9 }))).toMatchObject({
      pages: 10,
      records: 950,
    });
  });

  it('takes the pages of a replay from the lake, and their rate from those since it began', () => {
    const plan: Plan = { ...planOf(pages, 950), replayOf: { runId: 'q', extension: 'parquet' } };
    expect(measure(moment({ plan, before: grid(1), now: grid(3), seconds: 8 }))).toMatchObject({
      ...{ pages: 6, pagesPlanned: 10, records: 600 },
      ...{ requestsPerSecond: 0, pagesPerSecond: 0.5, secondsLeft: 8 },
    });
    expect(measure(moment({ plan, seconds: 0 }))).toMatchObject({ pages: 0, pagesPerSecond: 0 });
    expect(measure(moment({})).pagesPerSecond).toBeUndefined();
  });

  it('knows no end of a chain, and counts the records that came', () => {
    const chained = { plan: planOf(chain), before: endless(0), now: endless(3) };
    expect(measure(moment(chained, { PagesFetched: 1, RecordsReceived: 612 }))).toEqual({
      pages: 7,
      pagesPlanned: undefined,
      records: 612,
      continued: false,
      rangesOpen: 1,
      rangesFailed: 0,
      requestsPerSecond: 0,
      throttled: 0,
      retries: 0,
      parked: 0,
      secondsLeft: undefined,
    });
  });

  it('says that the records of a continued chain are those since', () => {
    const continued = { plan: planOf(chain), before: endless(2), now: endless(2) };
    expect(measure(moment(continued, { PagesFetched: 1, RecordsReceived: 100 }))).toMatchObject({
      pages: 5,
      records: 100,
      continued: true,
    });
  });

  it('knows the end when nothing grows any more', () => {
    const ended = extent(3, { ranges: 4, missingRanges: 1, pages: 8, missingPages: 2, growing: false });
    const known = measure(
      moment({ plan: planOf(chain), before: endless(0), now: ended }, { PagesFetched: 1 }),
    );
    expect(known).toMatchObject({ pages: 7, pagesPlanned: 8 });
    expect(known.secondsLeft).toBeCloseTo(10 / 7);
  });

  describe('where attempts fail', () => {
    const failed = (index: number, failure = 'transient') =>
      JSON.stringify({ message: 'A range was not loaded', details: { slice: 'all', index, failure } });

    it('counts no page that came for nothing, and each once of a range that is fetched again', () => {
      const tally = new Tally(() => 0);
      tally.add({ PagesFetched: 1 }, 'a');
      tally.ended('a');
      tally.add({ PagesFetched: 2 }, 'b');
      tally.add({ PagesFetched: 2 }, 'b');
      const before = grid(3);
      expect(measure(moment({ before, now: before, tally })).pages).toBe(9);
      tally.beforeLook()();
      expect(measure(moment({ before, now: before, tally })).pages).toBe(8);
      const forget = tally.beforeLook();
      tally.ended('b');
      forget();
      expect(tally.pagesInFlight(2)).toBe(2); // it ended after the look began, which may not have seen its range
    });

    it('names how many ranges failed, until they are there', () => {
      const tally = new Tally(() => 0);
      for (const line of [failed(1), failed(4), failed(4), failed(3, 'throttled'), 'no JSON', '{}'])
        tally.log(line);
      expect(measure(moment({ now: grid(1), tally })).rangesFailed).toBe(2);
      expect(measure(moment({ now: grid(3), tally })).rangesFailed).toBe(1);
      expect(measure(moment({ now: grid(5), tally })).rangesFailed).toBe(0);
    });
  });

  it('never shows more requests than the limit lets through', () => {
    const plan: Plan = { ...planOf(pages, 950), requestsPerSecond: 10 };
    expect(measure(moment({ plan, seconds: 1 }, { Requests: 37 })).requestsPerSecond).toBe(10);
  });
});
