import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { ThrottledError, TransientError } from '../../../../core/errors';
import {
  EmptyPageError,
  EndlessChainError,
  NextPageNotFoundError,
  RepeatedCursorError,
  TotalNotFoundError,
} from '../../../../core/extract/guard-errors';
import type { FetchedRange } from '../../../../core/extract/range/fetched-range';
import type { ChainRange, Position } from '../../../../core/plan/plan';
import type {
  CursorPagination,
  KeysetPagination,
  NextLinkPagination,
} from '../../../../core/source/pagination';
import type { Dataset } from '../../../../core/source/source';
import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../../../support/scripted-api';
import { aDataset, aRequest } from '../../../support/source-fixture';
import { type FetchOptions, failureOf, openRangeBench, type RangeBench } from './range-fixture';

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

function byCursor(more: Partial<CursorPagination> = {}, changes: Partial<Dataset> = {}): Dataset {
  const pagination: CursorPagination = {
    type: 'cursor',
    cursor: { type: 'body', path: 'next' },
    parameter: { in: 'query', name: 'cursor' },
    pageSize: 2,
    sizeParameter: { in: 'query', name: 'limit' },
    end: [],
    ...more,
  };
  return aDataset({ pagination, ...changes });
}

function byKey(more: Partial<KeysetPagination> = {}): Dataset {
  const pagination: KeysetPagination = {
    type: 'keyset',
    field: 'id',
    parameter: { in: 'query', name: 'after' },
    pageSize: 2,
    sizeParameter: { in: 'query', name: 'limit' },
    end: ['empty-page'],
    ...more,
  };
  return aDataset({ pagination });
}

const byLink: Dataset = aDataset({
  pagination: {
    type: 'next-link',
    link: { type: 'body', path: 'next' },
    sizeParameter: undefined,
    end: [],
  } satisfies NextLinkPagination,
});

const rangeAt = (position: Position, more: Partial<ChainRange> = {}): ChainRange => ({
  type: 'chain',
  slice: 'all',
  parameters: {},
  index: 0,
  position,
  ...more,
});
const beginning = rangeAt({ page: 0, records: 0 });

async function serve(script: Parameters<typeof startScriptedApi>[0]): Promise<void> {
  await api?.close();
  api = await startScriptedApi(script);
}

const fetch = (dataset: Dataset, range: ChainRange = beginning, more: FetchOptions = {}) =>
  bench.fetch(api?.baseUrl ?? '', dataset, range, more);

/** Pages of records by the cursor that they are asked for by. */
const pagesBy =
  (pages: Readonly<Record<string, object>>) =>
  (request: ReceivedRequest): Behaviour => {
    const page = pages[request.query.get('cursor') ?? ''];
    return page ? { body: page } : { status: 404 };
  };
const idOf = (body: string): number[] => JSON.parse(body).data.map(({ id }: { id: number }) => id);
const idsInFile = async () => (await bench.bodies()).flatMap(idOf);
const data = (...ids: number[]) => ids.map((id) => ({ id }));

/** The range that a range names, as it comes out of a message. */
function following(fetched: FetchedRange): ChainRange | undefined {
  const [next, ...others] = fetched.next;
  expect(others).toEqual([]);
  if (next === undefined) return undefined;
  if (next.type !== 'chain') throw new Error(`a chain was expected, not ${next.type}`);
  return JSON.parse(JSON.stringify(next));
}

describe('following a chain', () => {
  it('loads every page once, in order, however many ranges it takes', async () => {
    const chains = [byCursor(), byKey(), byLink];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...chains),
        fc.nat(15),
        fc.integer({ min: 1, max: 6 }),
        async (dataset, records, pagesPerRange) => {
          await serve((request) => {
            const from = Number(request.query.get('cursor') ?? request.query.get('after') ?? 0);
            const page = Array.from({ length: Math.min(2, records - from) }, (_, at) => from + at + 1);
            const to = from + page.length;
            const link = dataset === byLink ? `/cities?cursor=${to}` : String(to);
            return { body: { data: data(...page), next: to < records ? link : null } };
          });
          const loaded: number[] = [];
          const origins: number[] = [];
          let range: ChainRange | undefined = beginning;
          for (let index = 0; range !== undefined; index++) {
            expect(range.index).toBe(index);
            const fetched: FetchedRange = await fetch(dataset, range, { pagesPerRange });
            loaded.push(...(await idsInFile()));
            origins.push(...fetched.origins.map(({ page }) => page));
            expect(fetched.origins.length).toBeLessThanOrEqual(pagesPerRange);
            range = following(fetched);
          }
          expect(loaded).toEqual(Array.from({ length: records }, (_, at) => at + 1));
          expect(origins).toEqual(origins.map((_, page) => page));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('hands over all that the next request depends on', async () => {
    await serve(pagesBy({ '': { data: data(1, 2), next: 'b' }, b: { data: data(3), next: 'c' } }));
    const range = rangeAt({ page: 0, records: 0 }, { slice: 's-00000007', parameters: { shop: 7 } });
    const fetched = await fetch(byCursor(), range, { pagesPerRange: 2 });
    expect(fetched.next).toEqual([
      {
        type: 'chain',
        slice: 's-00000007',
        parameters: { shop: 7 },
        index: 1,
        position: { page: 2, cursor: 'c', records: 3, mark: expect.anything() },
      },
    ]);
    expect(fetched.origins).toMatchObject([
      { slice: 's-00000007', page: 0, parameters: { shop: 7 } },
      { slice: 's-00000007', page: 1, parameters: { shop: 7 } },
    ]);
  });

  it('says of every page when its body had arrived', async () => {
    const pages = pagesBy({ '': { data: data(1, 2), next: 'b' }, b: { data: data(3) } });
    await serve((request) => {
      bench.clock.advance(250);
      return pages(request);
    });
    const { origins, fetchedAt } = await fetch(byCursor());
    const since = (time: string) => Date.parse(time) - Date.parse(fetchedAt);
    expect(origins.map((origin) => since(origin.fetchedAt))).toEqual([250, 500]);
  });

  it('sends what the first request is asked with, and what the range begins at', async () => {
    await serve(pagesBy({ '*': { data: data(1), next: 'b' }, b: { data: data(2) } }));
    await fetch(byCursor({ first: '*' }));
    expect(api?.requests.map(({ path }) => path)).toEqual([
      '/cities?cursor=*&limit=2',
      '/cities?cursor=b&limit=2',
    ]);
    await fetch(byCursor({ first: '*' }), rangeAt({ page: 1, cursor: 'b', records: 1 }, { index: 1 }));
    expect(await idsInFile()).toEqual([2]);
  });

  it('loads no more than it is told to', async () => {
    await serve((request) => ({ body: { data: data(request.index), next: `c${request.index}` } }));
    const first = await fetch(byCursor(), { ...beginning, mostPages: 5 }, { pagesPerRange: 3 });
    expect(first.origins).toHaveLength(3);
    expect(following(first)).toMatchObject({ index: 1, mostPages: 2 });
    const second = await fetch(byCursor(), following(first), { pagesPerRange: 3 });
    expect(second.origins).toHaveLength(2);
    expect(second.next).toEqual([]);
  });
});

describe('the end of a chain', () => {
  const tail = { next: 'again' };
  const endless = { data: data(1, 2), ...tail };
  const cases: [string, Dataset, object, number[]][] = [
    ['a page that names no next one', byCursor(), { data: data(3, 4) }, [1, 2, 3, 4]],
    [
      'a flag that nothing follows, though a cursor is named',
      byCursor({ hasMore: 'more' }),
      { data: data(3, 4), more: false, ...tail },
      [1, 2, 3, 4],
    ],
    ['an empty page', byCursor({ end: ['empty-page'] }), { data: [], ...tail }, [1, 2]],
    ['a short page', byCursor({ end: ['short-page'] }), { data: data(3), ...tail }, [1, 2, 3]],
    [
      'a page that names itself',
      byCursor({ end: ['repeated-cursor'] }),
      { data: data(3), next: 'b' },
      [1, 2, 3],
    ],
    [
      'as many records as the source says',
      byCursor({ end: ['total'], total: { type: 'body', path: 'total', counts: 'records' } }),
      { data: data(3, 4), total: 4, ...tail },
      [1, 2, 3, 4],
    ],
    [
      'as many pages as the source says',
      byCursor({ end: ['total'], total: { type: 'body', path: 'total', counts: 'pages' } }),
      { data: data(3), total: 2, ...tail },
      [1, 2, 3],
    ],
  ];
  it.each(cases)('is %s', async (_, dataset, second, ids) => {
    await serve(pagesBy({ '': { ...endless, next: 'b', more: true, total: 99 }, b: second }));
    const fetched = await fetch(dataset);
    expect(await idsInFile()).toEqual(ids);
    expect(fetched.origins).toHaveLength(2); // an empty page is a page, too
    expect(fetched.next).toEqual([]);
  });

  it('is a status that means that nothing is there, on the first page', async () => {
    const dataset = byCursor({}, { request: aRequest({ statuses: { 404: 'empty' } }) });
    await serve([{ status: 404 }]);
    const nothing = await fetch(dataset);
    expect(nothing).toMatchObject({ origins: [], bytes: 0, next: [] });
    expect(await bench.bodies()).toEqual([]);
  });

  it('is such a status on a page that is named only where an empty page is an end', async () => {
    const request = aRequest({ statuses: { 404: 'empty' } });
    for (const missing of [{ status: 404 }, { status: 204 }]) {
      await serve(({ query }) => (query.has('cursor') ? missing : { body: { data: data(1, 2), next: 'b' } }));
      const error = await failureOf(fetch(byCursor({}, { request })));
      expect(error).toBeInstanceOf(EmptyPageError);
      expect(error).toBeInstanceOf(TransientError);
      expect(String(error)).toContain(
        'page 2 of geonames/cities is not there, though the page before names it',
      );
      const fetched = await fetch(byCursor({ end: ['empty-page'] }, { request }));
      expect(fetched).toMatchObject({ origins: [{ page: 0 }], requests: 2, next: [] });
    }
  });

  it('is no empty page that says that more follow', async () => {
    await serve(
      pagesBy({
        '': { data: [], more: true, next: 'b' },
        b: { data: data(1), more: true, next: 'c' },
        c: { data: [], more: true, next: 'd' },
        d: { data: data(2), more: true, next: 'e' },
        e: { data: [], more: false, next: 'f' },
      }),
    );
    await fetch(byCursor({ hasMore: 'more', end: ['empty-page'] }));
    expect(await idsInFile()).toEqual([1, 2]);
    // How to go on behind no record at all, nobody can say.
    await serve([{ body: { data: [], more: true } }]);
    for (const dataset of [byKey({ hasMore: 'more' }), byCursor({ hasMore: 'more', end: ['empty-page'] })])
      expect(await failureOf(fetch(dataset))).toBeInstanceOf(NextPageNotFoundError);
  });

  it('is not an empty page, unless declared so', async () => {
    await serve(
      pagesBy({ '': { data: data(1), next: 'b' }, b: { data: [], next: 'c' }, c: { data: data(2) } }),
    );
    await fetch(byCursor());
    expect(await idsInFile()).toEqual([1, 2]);
  });
});

describe('the first page of a chain', () => {
  const total = { type: 'body', path: 'total', counts: 'records' } as const;
  const linked = (link: NextLinkPagination['link'], pageSize?: number): Dataset =>
    aDataset({ pagination: { type: 'next-link', link, sizeParameter: undefined, pageSize, end: [] } });
  const inPaging = byCursor({ cursor: { type: 'body', path: 'paging.next' } });
  const inHeader = byCursor({ cursor: { type: 'header', name: 'X-Next' } });
  const inLinkHeader = linked({ type: 'header' }, 2);
  const full = { data: data(1, 2) };

  const silent: [string, Dataset, Behaviour][] = [
    ["at 'paging.next'", inPaging, { body: { ...full, paging: { after: 'b' } } }],
    ["at 'paging.next'", inPaging, { body: { ...full, pagination: { next: 'b' } } }],
    ["in header 'X-Next'", inHeader, { body: full, headers: { 'x-cursor': 'b' } }],
    ["at 'links.next'", linked({ type: 'body', path: 'links.next' }, 2), { body: { ...full, next: '/b' } }],
    ['as rel="next" of the Link header', inLinkHeader, { body: full }],
    ['as rel="next" of the Link header', inLinkHeader, { body: full, headers: { link: '</b>; rel="help"' } }],
    ["at 'next'", byCursor({ hasMore: 'more' }), { body: full }],
    ["at 'next'", byCursor({ total, end: ['total'] }), { body: { ...full, total: 3 } }],
    ["at 'next'", byCursor({ end: ['empty-page', 'short-page'] }), { body: { data: data(1, 2, 3) } }],
  ];
  it.each(silent)('that is full cannot hold nothing at all %s', async (place, dataset, page) => {
    await serve([page]);
    const error = await failureOf(fetch(dataset));
    expect(error).toBeInstanceOf(NextPageNotFoundError);
    expect(String(error)).toContain(`page 1 of geonames/cities is full, and there is nothing ${place}`);
    expect(String(error)).toContain(
      dataset.pagination.type === 'cursor' ? "correct 'cursor'" : "correct 'link'",
    );
    expect(String(error)).toMatch(/exactly [23] records\), declare end: \['no-next'\]/);
    expect(existsSync(bench.file)).toBe(false);
  });

  it('that is full may hold nothing at all where the source is declared to end so', async () => {
    await serve([{ body: full }]);
    const fetched = await fetch(byCursor({ end: ['no-next'] }));
    expect([fetched.next, await idsInFile()]).toEqual([[], full.data.map(({ id }) => id)]);
  });

  const ends: [string, Dataset, Behaviour][] = [
    ['null', inPaging, { body: { ...full, paging: { next: null } } }],
    ['an empty text', inPaging, { body: { ...full, paging: { next: '' } } }],
    ['false', inPaging, { body: { ...full, paging: { next: false } } }],
    ['null around it', inPaging, { body: { ...full, paging: null } }],
    ['an empty header', inHeader, { body: full, headers: { 'x-next': '' } }],
    ['links to other pages only', inLinkHeader, { body: full, headers: { link: '</a>; rel="first"' } }],
    ['a flag', byCursor({ hasMore: 'more' }), { body: { ...full, more: false } }],
    ['the total', byCursor({ total }), { body: { ...full, total: 2 } }],
    ['the pages', byCursor({ total: { ...total, counts: 'pages' } }), { body: { ...full, total: 1 } }],
    ['fewer records', inPaging, { body: { data: data(1) } }],
    ['a size that nobody knows', byLink, { body: full }],
  ];
  it.each(ends)('is the last one by %s', async (_, dataset, page) => {
    await serve([page]);
    expect(await fetch(dataset)).toMatchObject({ origins: [{ page: 0 }], next: [] });
  });

  it('is the only one that must say that nothing follows', async () => {
    await serve(pagesBy({ '': { ...full, next: 'b' }, b: { data: data(3, 4) } }));
    await fetch(byCursor());
    expect(await idsInFile()).toEqual([1, 2, 3, 4]);
  });

  it('must hold the total that is declared', async () => {
    const inHeaders = { type: 'header', name: 'X-Pages', counts: 'pages' } as const;
    for (const body of [full, { data: [] }, { ...full, total: null, next: 'b' }]) {
      await serve([{ body }]);
      for (const dataset of [byCursor({ total }), byKey({ total })]) {
        const error = await failureOf(fetch(dataset));
        expect(error).toBeInstanceOf(TotalNotFoundError);
        expect(String(error)).toContain(
          "page 1 of geonames/cities holds nothing at 'total' that says how many records there are",
        );
      }
      const error = await failureOf(fetch(byCursor({ total: inHeaders })));
      expect(String(error)).toContain("holds nothing in header 'X-Pages' that says how many pages");
    }
  });
});

describe('a chain that has no end', () => {
  it('is noticed where a page names itself', async () => {
    await serve([{ body: { data: data(1, 2), next: 'b' } }]);
    const error = await failureOf(fetch(byCursor()));
    expect(error).toBeInstanceOf(RepeatedCursorError);
    expect(String(error)).toContain('page 2 of geonames/cities names as the next page the one it is (b)');
    expect(api?.requests).toHaveLength(2);
    expect(existsSync(bench.file)).toBe(false);
  });

  it('is noticed on the first page, too', async () => {
    await serve([{ body: { data: data(1), next: '*' } }]);
    expect(await failureOf(fetch(byCursor({ first: '*' })))).toBeInstanceOf(RepeatedCursorError);
    await serve([{ body: { data: data(1), next: '/cities' } }]);
    expect(await failureOf(fetch(byLink))).toBeInstanceOf(RepeatedCursorError);
  });

  it('is noticed in a circle of any length, over any ranges, soon', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(8),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        async (tail, length, pagesPerRange) => {
          await serve((request) => {
            const at = Number(request.query.get('cursor') ?? 0) + 1;
            const next = at < tail + length ? at : tail;
            // The first request is one of the circle only where the source names it so.
            return { body: { data: data(at), next: String(next) } };
          });
          const walk = async () => {
            let range: ChainRange | undefined = beginning;
            while (range) range = following(await fetch(byCursor(), range, { pagesPerRange }));
          };
          expect(await failureOf(walk())).toBeInstanceOf(RepeatedCursorError);
          expect(api?.requests.length).toBeLessThanOrEqual(3 * (tail + length) + 1);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is noticed where more records than fit a page share the key', async () => {
    await serve([{ body: { data: data(1, 5) } }, { body: { data: data(5, 5) } }]);
    const error = await failureOf(fetch(byKey()));
    expect(error).toBeInstanceOf(RepeatedCursorError);
    expect(String(error)).toContain(
      'page 2 of geonames/cities ends with the id that it was asked to begin behind (5)',
    );
    expect(String(error)).toContain('have the same id');
    expect(String(error)).toContain('ignores the parameter');
  });

  it('is noticed where far more records come than the source says there are, over any ranges', async () => {
    await serve(({ index }) => ({
      body: {
        total: 600,
        data: data(...Array.from({ length: 500 }, (_, at) => 500 * index + at)),
        next: `c${index}`,
      },
    }));
    const dataset = byCursor({ total: { type: 'body', path: 'total', counts: 'records' } });
    const walk = async () => {
      let range: ChainRange | undefined = beginning;
      while (range) range = following(await fetch(dataset, range, { pagesPerRange: 1 }));
    };
    const error = await failureOf(walk());
    expect(error).toBeInstanceOf(EndlessChainError);
    expect(String(error)).toContain('page 4 of geonames/cities');
    expect(String(error)).toContain('2000 records have come and the source said that there are 600');
    expect(api?.requests).toHaveLength(4);
  });

  it('is noticed where a thousand empty pages follow each other, over any ranges', async () => {
    await serve(({ index }) => ({ body: { data: index === 2 ? data(1) : [], next: `c${index}` } }));
    const walk = async () => {
      let range: ChainRange | undefined = beginning;
      while (range) range = following(await fetch(byCursor(), range, { pagesPerRange: 400 }));
    };
    const error = await failureOf(walk());
    expect(error).toBeInstanceOf(EndlessChainError);
    expect(String(error)).toContain('is empty like the 1000 before it, and names another');
    expect(api?.requests).toHaveLength(3 + 1001);
  });
});

describe('a range of a chain', () => {
  const endless = (request: ReceivedRequest): Behaviour => ({
    body: { data: data(request.index), next: `c${request.index}` },
  });

  it('ends after 60 seconds', async () => {
    await serve((request) => {
      bench.clock.advance(7_000);
      return endless(request);
    });
    const fetched = await fetch(byCursor(), beginning, { pagesPerRange: 1000 });
    expect(fetched.origins).toHaveLength(9);
    expect(following(fetched)?.position.page).toBe(9);
  });

  it('ends after 64 MiB of bodies', async () => {
    const padding = 'x'.repeat(10 * 1024 * 1024);
    await serve((request) => ({
      body: { data: data(request.index), next: `c${request.index}`, padding },
    }));
    expect((await fetch(byCursor(), beginning, { pagesPerRange: 1000 })).origins).toHaveLength(7);
  });

  it('ends 20 seconds before the deadline, with one page at least', async () => {
    await serve((request) => {
      bench.clock.advance(10_000);
      return endless(request);
    });
    const inSeconds = (seconds: number) => bench.clock.monotonic() + 1000 * seconds;
    const some = await fetch(byCursor(), beginning, { deadline: inSeconds(45) });
    expect(some.origins).toHaveLength(3);
    const one = await fetch(byCursor(), beginning, { deadline: inSeconds(15) });
    expect(one.origins).toHaveLength(1);
  });

  it('ends where the source makes it wait too long, once it holds a page', async () => {
    const wait = { status: 429, headers: { 'retry-after': '600' } };
    await serve((request) => (request.index === 2 ? wait : endless(request)));
    const fetched = await fetch(byCursor());
    expect(fetched).toMatchObject({ origins: [{ page: 0 }, { page: 1 }], throttled: 1 });
    expect(following(fetched)?.position).toMatchObject({ page: 2, cursor: 'c1' });
    await serve([wait]);
    expect(await failureOf(fetch(byCursor()))).toBeInstanceOf(ThrottledError);
  });

  it('asks again for a page that is malformed inside', async () => {
    const broken = { body: '{"data":[{"id":1},{"id":"2}' };
    await serve([broken, broken, { body: { data: data(1, 2), next: null } }]);
    const fetched = await fetch(byCursor());
    expect(fetched).toMatchObject({ requests: 3, retries: 2 });
    expect(await idsInFile()).toEqual([1, 2]);
    await serve([broken]);
    expect(await failureOf(fetch(byCursor()))).toMatchObject({ name: 'CutOffBodyError' });
    expect(api?.requests).toHaveLength(3);
  });

  it('says what totals the pages named, and at the beginning what is expected', async () => {
    const dataset = byCursor({ total: { type: 'body', path: 'total', counts: 'records' } });
    await serve(
      pagesBy({
        '': { data: data(1), next: 'b', total: 30 },
        b: { data: data(2), next: 'c' },
        c: { data: data(3), next: 'd', total: 29 },
        d: { data: data(4), total: 33 },
      }),
    );
    const first = await fetch(dataset, beginning, { pagesPerRange: 3 });
    expect(first).toMatchObject({ expected: 30, totals: { min: 29, max: 30 } });
    expect(following(first)?.position.total).toBe(30);
    const second = await fetch(dataset, following(first), { pagesPerRange: 3 });
    expect(second.totals).toEqual({ min: 33, max: 33 });
    expect(second.expected).toBeUndefined();
  });
});
