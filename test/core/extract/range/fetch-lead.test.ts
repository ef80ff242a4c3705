import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { ThrottledError } from '../../../../core/errors';
import {
  EmptyPageError,
  RepeatedPageError,
  ResultWindowError,
  ShortPageError,
} from '../../../../core/extract/guard-errors';
import type { FetchedRange } from '../../../../core/extract/range/fetched-range';
import type { LeadRange, PageRange, UnseenSlice } from '../../../../core/plan/plan';
import { windowParameters } from '../../../../core/plan/windows';
import type {
  CursorPagination,
  Extent,
  KeysetPagination,
  OffsetPagination,
  PageNumberPagination,
} from '../../../../core/source/pagination';
import type { WindowSlices } from '../../../../core/source/slices';
import type { Dataset } from '../../../../core/source/source';
import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../../../support/scripted-api';
import { aDataset, aRequest } from '../../../support/source-fixture';
import { type FetchOptions, failureOf, openRangeBench, type RangeBench, rangesIn } from './range-fixture';

let bench: RangeBench;
let api: ScriptedApi | undefined;

beforeEach(async () => {
  bench = await openRangeBench();
});

afterEach(async () => {
  await api?.close();
  api = undefined;
  await bench.close();
});

const perShop = aRequest({ query: { shop: '{shop}' } });
const total: Extent = { type: 'body', path: 'total', counts: 'records' };

function byPage(more: Partial<PageNumberPagination> = {}, changes: Partial<Dataset> = {}): Dataset {
  const pagination: PageNumberPagination = {
    type: 'page-number',
    pageSize: 10,
    firstPage: 1,
    pageParameter: { in: 'query', name: 'page' },
    sizeParameter: { in: 'query', name: 'size' },
    total,
    ...more,
  };
  return aDataset({ request: perShop, pagination, ...changes });
}

function byOffset(more: Partial<OffsetPagination> = {}): Dataset {
  const pagination: OffsetPagination = {
    type: 'offset',
    pageSize: 10,
    firstOffset: 0,
    offsetParameter: { in: 'query', name: 'offset' },
    sizeParameter: { in: 'query', name: 'size' },
    total,
    ...more,
  };
  return aDataset({ request: perShop, pagination });
}

const sequential = {
  parameter: { in: 'query', name: 'after' },
  pageSize: 10,
  sizeParameter: { in: 'query', name: 'size' },
} as const;
const byCursor = (more: Partial<CursorPagination> = {}) =>
  aDataset({
    request: perShop,
    pagination: { type: 'cursor', cursor: { type: 'body', path: 'next' }, end: [], ...sequential, ...more },
  });
const byKey = () =>
  aDataset({
    request: perShop,
    pagination: {
      type: 'keyset',
      field: 'at',
      end: ['empty-page'],
      ...sequential,
    } satisfies KeysetPagination,
  });

/** A source of shops that hold so many records each, numbered from 0; it gives at most `clamp` of them per page. */
function shops(sizes: readonly number[], clamp = 1000) {
  return (request: ReceivedRequest): Behaviour => {
    const ask = (name: string) => request.query.get(name);
    const shop = Number(ask('shop') ?? 0);
    const size = Math.min(clamp, Number(ask('size')));
    const records = sizes[shop] ?? 0;
    const from = Number(ask('offset') ?? ask('after') ?? (Number(ask('page') ?? 1) - 1) * size);
    const to = Math.min(records, from + size);
    const data = [];
    for (let at = from; at < to; at++) data.push({ id: `${shop}/${at}`, at: at + 1 });
    const more = to < records;
    return { body: { data, total: records, next: more ? String(to) : null, more } };
  };
}

const slicesOf = (sizes: readonly unknown[]): UnseenSlice[] =>
  sizes.map((_, shop) => ({ name: `s-${shop}`, parameters: { shop } }));

const lead = (slices: UnseenSlice[], more: Partial<LeadRange> = {}): LeadRange => ({
  type: 'lead',
  slice: 'lead',
  index: 0,
  slices,
  ...more,
});

async function serve(script: Parameters<typeof startScriptedApi>[0]): Promise<void> {
  await api?.close();
  api = await startScriptedApi(script);
}

const fetch = (dataset: Dataset, range: PageRange, more: FetchOptions = {}) =>
  bench.fetch(api?.baseUrl ?? '', dataset, range, more);

const idsInFile = async () =>
  (await bench.bodies()).flatMap((body) => JSON.parse(body).data.map(({ id }: { id: string }) => id));

interface Loaded {
  readonly ids: string[];
  /** Of all ranges. */
  readonly names: string[];
  readonly ranges: readonly { readonly range: PageRange; readonly fetched: FetchedRange }[];
}

/** Loads a range and all that follows from it, as a run does. */
async function loadAll(dataset: Dataset, first: PageRange, more: FetchOptions = {}): Promise<Loaded> {
  const loaded = { ids: [] as string[], names: [] as string[] };
  const ranges: { range: PageRange; fetched: FetchedRange }[] = [];
  const waiting: PageRange[] = [first];
  for (let range = waiting.shift(); range; range = waiting.shift()) {
    const fetched = await fetch(dataset, range, more);
    ranges.push({ range, fetched });
    loaded.names.push(`${range.slice}-${range.index}`);
    loaded.ids.push(...(await idsInFile()));
    expect(fetched.origins).toHaveLength((await bench.bodies()).length);
    waiting.push(...JSON.parse(JSON.stringify(fetched.next)).flatMap(rangesIn));
  }
  return { ...loaded, ranges };
}

const idsOf = (sizes: readonly number[]) =>
  sizes.flatMap((size, shop) => Array.from({ length: size }, (_, at) => `${shop}/${at}`)).sort();

describe('a lead', () => {
  const paginations: [string, Dataset][] = [
    ['page numbers', byPage()],
    ['offsets', byOffset()],
    ['offsets without a total', byOffset({ total: { type: 'none' } })],
    ['page numbers without a total', byPage({ total: { type: 'none' } })],
    ['page numbers with a flag', byPage({ total: { type: 'none', hasMore: 'more' } })],
    ['a cursor', byCursor({ total })],
    ['a cursor that ends with the total', byCursor({ total, end: ['total'] })],
    ['a keyset', byKey()],
  ];

  it.each(paginations)('and what follows hold every record once: %s', async (_, dataset) => {
    const size = fc.oneof(fc.nat(12), fc.nat(120), fc.constantFrom(50, 51, 60, 100));
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 3, max: 20 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(1, 2, 32),
        async (sizes, clamp, pagesPerRange, inFlight) => {
          await serve(shops(sizes, clamp));
          const options = { pagesPerRange, limits: { inFlight } };
          const { ids, names, ranges } = await loadAll(dataset, lead(slicesOf(sizes)), options);
          expect(ids.sort()).toEqual(idsOf(sizes));
          expect(new Set(names).size).toBe(names.length);
          const saysTotal = 'total' in dataset.pagination && dataset.pagination.total?.type === 'body';
          const [first] = ranges;
          expect(first?.fetched.expected).toBe(saysTotal ? idsOf(sizes).length : undefined);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('looks at several slices at a time, as many as the limits allow', async () => {
    const sizes = Array.from({ length: 40 }, () => 3);
    const answer = shops(sizes);
    await serve((request) => ({ ...answer(request), delayMilliseconds: 20 }));
    await fetch(byPage(), lead(slicesOf(sizes)), { limits: { inFlight: 7 } });
    expect(Math.max(...(api?.requests ?? []).map(({ underWay }) => underWay))).toBe(7);
  });

  it('loads small slices whole, and names what is left of bigger ones', async () => {
    await serve(shops([0, 50, 51]));
    const fetched = await fetch(byPage(), lead(slicesOf([0, 50, 51])), { pagesPerRange: 4 });
    const pagesOf = (name: string) =>
      fetched.origins.filter(({ slice }) => slice === name).map(({ page }) => page);
    expect(pagesOf('s-0')).toEqual([0]);
    expect(pagesOf('s-1')).toEqual([0, 1, 2, 3, 4]);
    expect(pagesOf('s-2')).toEqual([0]);
    expect(fetched.expected).toBe(101);
    expect(fetched.totals).toBeUndefined();
    expect(fetched.next).toEqual([
      {
        type: 'pages',
        slice: 's-2',
        parameters: { shop: 2 },
        pageSize: 10,
        slicePages: 6,
        total: 51,
        firstPage: 1,
        pages: 5,
        pagesPerRange: 4,
      },
    ]);
  });

  it('asks on with the page size that the source really gives', async () => {
    await serve(shops([40], 7));
    const fetched = await fetch(byOffset(), lead(slicesOf([40])));
    expect(fetched.next).toMatchObject([{ pageSize: 7, slicePages: 6, pages: 5 }]);
  });

  it('follows the beginning of a chain, and names the rest', async () => {
    await serve(shops([55, 50]));
    const fetched = await fetch(byCursor(), lead(slicesOf([55, 50])));
    expect(fetched.origins).toHaveLength(10);
    expect(fetched.next).toMatchObject([
      { type: 'chain', slice: 's-0', parameters: { shop: 0 }, index: 0, position: { page: 5, cursor: '50' } },
    ]);
    expect(fetched.expected).toBeUndefined();
  });

  it('loads no more pages of a slice than it is told to', async () => {
    await serve(shops([100, 100]));
    for (const dataset of [byPage(), byCursor(), byOffset({ total: { type: 'none' } })]) {
      for (const mostPages of [1, 3]) {
        const fetched = await fetch(dataset, lead(slicesOf([100, 100]), { mostPages }));
        const loaded =
          fetched.origins.length + fetched.next.reduce((sum, sequence) => sum + pagesIn(sequence), 0);
        expect(loaded).toBe(2 * mostPages);
      }
    }
  });

  it('takes a slice whose status says so for an empty one', async () => {
    const dataset = { ...byPage(), request: { ...perShop, statuses: { 404: 'empty' } as const } };
    await serve([{ status: 404 }]);
    const fetched = await fetch(dataset, lead(slicesOf([0, 0])));
    expect(fetched).toMatchObject({ origins: [], next: [], expected: 0, bytes: 0 });
    const answer = shops([30]);
    await serve((request) => (request.query.get('page') === '2' ? { status: 404 } : answer(request)));
    const error = await failureOf(fetch(dataset, lead(slicesOf([30]))));
    expect(error).toBeInstanceOf(EmptyPageError);
    expect(String(error)).toContain("page 2 of slice 's-0' of geonames/cities is not there");
  });

  it('holds no short page before the last of a small slice, whatever is counted', async () => {
    const answer = ({ query }: ReceivedRequest): Behaviour => {
      const page = Number(query.get('page'));
      const records = page === 2 ? 7 : 10;
      const link = `</cities?page=4>; rel="last"`;
      const data = Array.from({ length: page > 4 ? 0 : records }, (_, at) => ({ id: `${page}/${at}` }));
      return { body: { data, total: 40, pages: 4 }, headers: { link } };
    };
    await serve(answer);
    const pages: Extent = { type: 'body', path: 'pages', counts: 'pages' };
    for (const extent of [total, pages, { type: 'last-link' } as const]) {
      const error = await failureOf(fetch(byPage({ total: extent }), lead(slicesOf([40]))));
      expect(error).toBeInstanceOf(ShortPageError);
      expect(String(error)).toContain("page 2 of slice 's-0' of cities holds 7 records and not the 10");
    }
    await fetch(byPage({ total: { type: 'none' } }), lead(slicesOf([40])));
    expect(await idsInFile()).toHaveLength(37);
  });

  it('names the totals of a dataset that is not sliced', async () => {
    await serve(shops([30]));
    const fetched = await fetch(byPage(), lead([{ name: 'all', parameters: { shop: 0 } }]));
    expect(fetched.totals).toEqual({ min: 30, max: 30 });
  });

  it('hands slices on that it has no time for, under names that stay short and unique', async () => {
    const sizes = [4, 25, 3, 70, 12, 0, 9];
    for (const dataset of [byPage(), byCursor(), byOffset({ total: { type: 'none' } })]) {
      const answer = shops(sizes);
      await serve((request) => {
        bench.clock.advance(25_000);
        return answer(request);
      });
      const { ids, names } = await loadAll(dataset, lead(slicesOf(sizes)), { limits: { inFlight: 1 } });
      expect(ids.sort()).toEqual(idsOf(sizes));
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => name.includes('-rest-')).length).toBeGreaterThan(1);
      expect(Math.max(...names.map(({ length }) => length))).toBeLessThan(40);
    }
  });

  it('names what is left of a small slice, too, when the time is over', async () => {
    const answer = shops([45]);
    await serve((request) => {
      bench.clock.advance(25_000);
      return answer(request);
    });
    const counted = await fetch(byPage(), lead(slicesOf([45])));
    expect(counted.origins).toHaveLength(3);
    expect(counted.next).toMatchObject([{ type: 'pages', firstPage: 3, pages: 2, slicePages: 5 }]);
    const chained = await fetch(byCursor(), lead(slicesOf([45])));
    expect(chained.origins).toHaveLength(3);
    expect(chained.next).toMatchObject([{ type: 'chain', position: { page: 3 } }]);
  });

  it('gives what is left another name, even when the same slice is first again', async () => {
    const sizes = [1, 1, 1, 1];
    const answer = shops(sizes);
    await serve((request) => {
      bench.clock.advance(70_000);
      return answer(request);
    });
    const first = await fetch(byPage(), lead(slicesOf(sizes)), { limits: { inFlight: 2 } });
    const [rest] = first.next.flatMap(rangesIn);
    if (rest?.type !== 'lead') throw new Error('slices were expected to be left');
    expect(rest.slices.map(({ name }) => name)).toEqual(['s-2', 's-3']);
    await serve((request) =>
      request.query.get('shop') === '2'
        ? { status: 429, headers: { 'retry-after': '600' }, delayMilliseconds: 100 }
        : answer(request),
    );
    const second = await fetch(byPage(), rest);
    expect(second.next).toMatchObject([{ type: 'lead', slices: [{ name: 's-2' }] }]);
    expect(second.next[0]?.slice).toMatch(/^s-2-rest-/);
    expect(second.next[0]?.slice).not.toBe(rest.slice);
  });

  it('keeps what it has when the source makes it wait too long, unless it has nothing', async () => {
    const sizes = [4, 70, 12, 20];
    const answer = shops(sizes);
    for (const dataset of [byPage(), byCursor()]) {
      let allowed = 3;
      await serve((request) =>
        allowed-- > 0 ? answer(request) : { status: 429, headers: { 'retry-after': '600' } },
      );
      const loaded: string[] = [];
      const waiting: PageRange[] = [lead(slicesOf(sizes))];
      for (let range = waiting.shift(); range; range = waiting.shift()) {
        const fetched = await fetch(dataset, range, { limits: { inFlight: 1 } });
        allowed = 3;
        loaded.push(...(await idsInFile()));
        waiting.push(...fetched.next.flatMap(rangesIn).flatMap(onePageEach));
      }
      expect(loaded.sort()).toEqual(idsOf(sizes));
      allowed = 0;
      expect(await failureOf(fetch(dataset, lead(slicesOf(sizes))))).toBeInstanceOf(ThrottledError);
      expect(existsSync(bench.file)).toBe(false);
    }
  });
});

describe('a slice of which the source does not say how much it holds', () => {
  const unsaid = { total: { type: 'none' } } as const;

  it('is found out about with few requests', async () => {
    await serve(shops([10_000]));
    const fetched = await fetch(byPage(unsaid), lead([{ name: 'all', parameters: { shop: 0 } }]));
    expect(fetched.next).toMatchObject([
      { type: 'pages', slice: 'all', slicePages: 1000, firstPage: 5, pages: 995 },
    ]);
    expect(fetched.origins).toHaveLength(5);
    expect(fetched.requests).toBeLessThanOrEqual(5 + 2 * Math.log2(1000) + 2);
  });

  it('is one of many equal pages where the source ignores the position', async () => {
    const page = { body: { data: [{ id: 1 }] } };
    for (const dataset of [byPage(unsaid), byOffset(unsaid)]) {
      await serve([page]);
      const error = await failureOf(fetch(dataset, lead(slicesOf([1]))));
      expect(error).toBeInstanceOf(RepeatedPageError);
      expect(String(error)).toContain("page 2 of slice 's-0' of geonames/cities is the same as page 1");
      expect(api?.requests).toHaveLength(2);
    }
  });

  it('goes on behind an empty page that says that more follow', async () => {
    const flagged = { total: { type: 'none', hasMore: 'more' } } as const;
    const empty = { data: [], more: true };
    const page = (id: number, more: boolean) => ({ data: [{ id: String(id) }], more });
    const pages = [empty, page(1, true), empty, empty, page(2, false)];
    const answer = ({ query }: ReceivedRequest): Behaviour => ({
      body: pages[Number(query.get('page')) - 1] ?? { data: [], more: false },
    });
    for (const resultWindow of [undefined, 1000]) {
      await serve(answer);
      const fetched = await fetch(byPage({ ...flagged, resultWindow }), lead(slicesOf([1])));
      expect(fetched).toMatchObject({ next: [] });
      expect(await idsInFile()).toEqual(['1', '2']);
    }
    // Without the flag, the first empty page is the end.
    await serve(answer);
    await fetch(byPage(unsaid), lead(slicesOf([1])));
    expect(await idsInFile()).toEqual([]);
  });

  it('goes on at least as far as its flag says', async () => {
    const flagged = { total: { type: 'none', hasMore: 'more' } } as const;
    const request = aRequest({ query: { shop: '{shop}' }, statuses: { 404: 'empty' } });
    const answer = shops([2000]);
    for (const gone of [2, 5, 6, 9, 60]) {
      for (const resultWindow of [undefined, 1000]) {
        await serve((received) =>
          Number(received.query.get('page')) < gone ? answer(received) : { status: 404 },
        );
        const error = await failureOf(
          fetch(byPage({ ...flagged, resultWindow }, { request }), lead(slicesOf([1]))),
        );
        expect(error).toBeInstanceOf(EmptyPageError);
        expect(String(error)).toContain(
          `page ${gone} of slice 's-0' of geonames/cities is not there, though the page before says that more follow`,
        );
      }
    }
    // A team that was deleted has no first page, and one that is behind the end may be missing.
    await serve([{ status: 404 }]);
    expect(await fetch(byPage(flagged, { request }), lead(slicesOf([1])))).toMatchObject({
      origins: [],
      next: [],
    });
    const few = shops([70]);
    await serve((received) => (Number(received.query.get('page')) < 8 ? few(received) : { status: 404 }));
    const { ids } = await loadAll(byPage(flagged, { request }), lead(slicesOf([70])));
    expect(ids.sort()).toEqual(idsOf([70]));
  });

  it('is halved where the last page that is shown says that more follow', async () => {
    const flagged = { total: { type: 'none', hasMore: 'more' }, resultWindow: 30 } as const;
    const answer = shops([500]);
    await serve((received) => {
      const reply = answer(received);
      return received.query.get('page') === '3' ? { body: { data: [], more: true } } : reply;
    });
    expect(await failureOf(fetch(byPage(flagged), lead(slicesOf([500]))))).toBeInstanceOf(ResultWindowError);
  });

  it('may get its last page beyond the end, which is noticed', async () => {
    const answer = shops([77]);
    await serve((request) => {
      const page = Math.min(8, Number(request.query.get('page')));
      const query = new URLSearchParams({ shop: '0', size: '10', page: String(page) });
      return answer({ ...request, query });
    });
    expect(await failureOf(fetch(byPage(unsaid), lead(slicesOf([77]))))).toBeInstanceOf(RepeatedPageError);
  });
});

describe('a slice that holds more than the source shows', () => {
  const day = 86_400_000;
  const windows: WindowSlices = {
    type: 'windows',
    from: '2024-01-01',
    step: { days: 16 },
    format: 'epoch-seconds',
    end: 'exclusive',
    fromName: 'from',
    toName: 'to',
  };
  const perWindow = aRequest({ query: { from: '{from}', to: '{to}' } });
  const windowed = (total: Extent, resultWindow: number, more: Partial<Dataset> = {}) =>
    byPage({ total, resultWindow }, { request: perWindow, slices: [windows], ...more });
  const slice = (window: [number, number]): UnseenSlice => ({
    name: 's-0',
    window,
    parameters: windowParameters(windows, window),
  });

  /** Records at times, in milliseconds; nothing is shown behind the first so many of a window. */
  function events(times: readonly number[], shown: number) {
    return ({ query }: ReceivedRequest): Behaviour => {
      const within = times.filter(
        (time) => time >= Number(query.get('from')) * 1000 && time < Number(query.get('to')) * 1000,
      );
      const from = (Number(query.get('page')) - 1) * 10;
      if (from + 10 > shown) return { status: 422 };
      const data = within.slice(from, from + 10).map((time) => ({ id: String(time) }));
      return { body: { data, total: Math.min(within.length, shown) } }; // as search engines count
    };
  }

  const extents: [string, Extent][] = [
    ['with a total', total],
    ['without one', { type: 'none' }],
  ];
  it.each(extents)('is halved until everything is seen, %s', async (_, extent) => {
    const time = fc.oneof(fc.nat(16 * 86_400 - 1), fc.integer({ min: 500_000, max: 500_300 }));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(time, { maxLength: 200, size: 'max' }),
        fc.integer({ min: 2, max: 9 }),
        async (seconds, pages) => {
          const times = seconds.map((at) => at * 1000);
          const shown = 10 * pages;
          await serve(events(times, shown));
          const loaded = await loadAll(windowed(extent, shown), lead([slice([0, 16 * day])]));
          expect(loaded.ids.sort()).toEqual(times.map(String).sort());
          if (extent === total) {
            const expected = loaded.ranges.reduce((sum, { fetched }) => sum + (fetched.expected ?? 0), 0);
            expect(expected).toBe(times.length);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('hands on halves that it has no time for', async () => {
    const times = Array.from({ length: 150 }, (_, at) => at * 5_000_000);
    const answer = events(times, 40);
    await serve((request) => {
      bench.clock.advance(25_000);
      return answer(request);
    });
    const { ids, names } = await loadAll(windowed(total, 40), lead([slice([0, 16 * day])]), {
      limits: { inFlight: 1 },
    });
    expect(ids.sort()).toEqual(times.map(String).sort());
    expect(new Set(names).size).toBe(names.length);
  });

  it('is an error where it cannot be halved', async () => {
    const crowded = Array.from({ length: 50 }, (_, at) => 1000 + at);
    await serve(events(crowded, 40));
    const error = await failureOf(fetch(windowed(total, 40), lead([slice([0, day])])));
    expect(error).toBeInstanceOf(ResultWindowError);
    expect(String(error)).toMatch(
      /slice 's-0-0[-0]*-1' .* of geonames\/cities holds 40 records, and the source shows no more than 40 of a slice .* slice the dataset finer/,
    );
    await serve(shops([50]));
    const unhalvable = await failureOf(fetch(byPage({ resultWindow: 40 }), lead(slicesOf([50]))));
    expect(String(unhalvable)).toContain('it has no window of time');
  });

  it('is not taken for too big where the source ignores the page', async () => {
    await serve([{ body: { data: Array.from({ length: 10 }, (_, id) => ({ id })) } }]);
    const error = await failureOf(fetch(windowed({ type: 'none' }, 40), lead([slice([0, day])])));
    expect(error).toBeInstanceOf(RepeatedPageError);
    // The last page, which is full, beyond the end.
    const page = (n: number) => ({
      body: { data: Array.from({ length: 10 }, (_, at) => ({ id: 10 * n + at })) },
    });
    await serve((request) => page(Math.min(2, Number(request.query.get('page')))));
    const clamped = await failureOf(fetch(windowed({ type: 'none' }, 40), lead([slice([0, day])])));
    expect(clamped).toBeInstanceOf(RepeatedPageError);
  });
});

function pagesIn(sequence: FetchedRange['next'][number]): number {
  if (sequence.type === 'lead') return 0;
  return sequence.type === 'pages' ? sequence.pages : (sequence.mostPages ?? Number.POSITIVE_INFINITY);
}

/** Grid ranges page by page: they are not what these tests ration. */
function onePageEach(range: PageRange): PageRange[] {
  if (range.type !== 'pages') return [range];
  return Array.from({ length: range.pages }, (_, at) => ({
    ...range,
    firstPage: range.firstPage + at,
    pages: 1,
  }));
}
