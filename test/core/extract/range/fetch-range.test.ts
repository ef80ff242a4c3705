import { existsSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { systemClock } from '../../../../core/clock';
import { PermanentError, ThrottledError, TransientError } from '../../../../core/errors';
import type { Authorizer } from '../../../../core/extract/auth/authorizer';
import { EmptyPageError, RecordsNotFoundError } from '../../../../core/extract/guard-errors';
import type { Client } from '../../../../core/extract/http/client';
import { mask } from '../../../../core/extract/http/mask';
import { createPacer } from '../../../../core/extract/pace/pacer';
import type { ChainRange, PagesRange } from '../../../../core/plan/plan';
import type { CursorPagination } from '../../../../core/source/pagination';
import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../../../support/scripted-api';
import { aDataset, aRequest, someLimits } from '../../../support/source-fixture';
import { startOfTime } from '../pace/virtual-clock';
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

type Script = Parameters<typeof startScriptedApi>[0];

/** Pages 11, 12, … as the source counts them. */
const rangeOf = (pages: number, more: Partial<PagesRange> = {}): PagesRange => ({
  type: 'pages',
  slice: 'all',
  parameters: {},
  index: 1,
  firstPage: 10,
  pages,
  pageSize: 2,
  slicePages: 10 + pages,
  ...more,
});

async function fetch(script: Script, pages: number, more: FetchOptions = {}, dataset = aDataset()) {
  await api?.close();
  api = await startScriptedApi(script);
  return bench.fetch(api.baseUrl, dataset, rangeOf(pages), more);
}

const requests = () => api?.requests ?? [];
const mostUnderWay = () => Math.max(...requests().map(({ underWay }) => underWay));
const numberOf = (request: ReceivedRequest) => Number(request.query.get('page'));
const body = (n: number) => `{"page":${n},"data":"${'x'.repeat(n * 7)}"}`;
const answer = (request: ReceivedRequest): Behaviour => ({ body: body(numberOf(request)) });
const bodiesOf = (pages: number) => Array.from({ length: pages }, (_, position) => body(11 + position));

it('quotes no credential that the source echoes', async () => {
  const authorizer: Authorizer = {
    authorize: async (request) => ({ ...request, shown: request.url, credentials: [] }),
    redact: (text) => mask(text, ['s3cret-t0ken']),
  };
  const pagination: CursorPagination = {
    type: 'cursor',
    cursor: { type: 'body', path: 'next' },
    parameter: { in: 'query', name: 'after' },
    sizeParameter: undefined,
    end: [],
  };
  const position = { page: 0, records: 0 };
  const chain: ChainRange = { type: 'chain', slice: 'all', parameters: {}, index: 0, position };
  api = await startScriptedApi([{ body: '{"data": "by s3cret-t0ken"}' }]);
  const services = { authorizer };
  const error = await failureOf(bench.fetch(api.baseUrl, aDataset({ pagination }), chain, { services }));
  expect(error).toBeInstanceOf(RecordsNotFoundError);
  expect((error as Error).message).toContain('holds "by ***"');
  expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
});

it('writes the pages of a grid in order, whatever the order of the answers', async () => {
  const fetched = await fetch(
    (request) => ({ ...answer(request), delayMilliseconds: numberOf(request) % 8 === 3 ? 40 : 0 }),
    25,
  );
  expect(await bench.bodies()).toEqual(bodiesOf(25));
  const fetchedAt = new Date(startOfTime + 1000).toISOString();
  expect(fetched).toEqual({
    origins: Array.from({ length: 25 }, (_, at) => ({
      slice: 'all',
      page: 10 + at,
      parameters: {},
      fetchedAt,
    })),
    requests: 25,
    throttled: 0,
    retries: 0,
    latency: [0, 0, 0],
    bytes: bodiesOf(25).join('').length,
    fetchedAt,
    milliseconds: 0, // the virtual clock moves only when the pacer waits
    next: [],
  });
  expect(requests().every(({ query }) => query.get('per_page') === '2')).toBe(true);
});

it('says of every page when its body had arrived', async () => {
  const slow = (request: ReceivedRequest) => {
    bench.clock.advance(250);
    return answer(request);
  };
  const fetched = await fetch(slow, 4, { limits: { inFlight: 1 } });
  expect(fetched.fetchedAt).toBe(new Date(startOfTime + 1000).toISOString());
  expect(fetched.origins.map(({ fetchedAt }) => Date.parse(fetchedAt) - startOfTime)).toEqual([
    1250, 1500, 1750, 2000,
  ]);
});

it('says how long requests took, every try and redirect by itself and no wait for a turn', async () => {
  const waits = [100, 700, 200, 300, 400];
  let request = 0;
  const slow = (received: ReceivedRequest): Behaviour => {
    bench.clock.advance(waits[request] ?? 0);
    switch (request++) {
      case 1:
        return { status: 503, headers: { 'retry-after': '30' } };
      case 2:
        return { status: 500 };
      case 3:
        return { status: 302, headers: { location: received.path } };
      default:
        return answer(received);
    }
  };
  const fetched = await fetch(slow, 2, { limits: { inFlight: 1 } });
  expect(fetched).toMatchObject({ requests: 5, throttled: 1, retries: 1 });
  expect(fetched.milliseconds).toBeGreaterThanOrEqual(30_000 + 1_700);
  expect(fetched.latency).toEqual([300, 700, 700]);
});

it('has as many requests under way as the limits allow, and no more', async () => {
  const slow = (request: ReceivedRequest) => ({ ...answer(request), delayMilliseconds: 30 });
  await fetch(slow, 60);
  expect(mostUnderWay()).toBe(32);
  await fetch(slow, 6, { limits: { inFlight: 2 } });
  expect(mostUnderWay()).toBe(2);
});

it('loses and repeats nothing, whatever passing failures there are', async () => {
  const failures: Behaviour[] = [
    { status: 500 },
    { reset: true },
    { status: 429, headers: { 'retry-after': '1' } },
    { body: body(3), cutOffAfter: 5 },
    { body: body(3), quietlyCutOffAfter: 5 },
    { body: '' },
    { status: 503, headers: { 'retry-after': '0' } },
  ];
  const plan = fc.array(fc.array(fc.constantFrom(...failures), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(plan, async (failuresOfPage) => {
      const tries = failuresOfPage.map((list) => [...list]);
      const fetched = await fetch(
        (request) => tries[numberOf(request) - 11]?.shift() ?? answer(request),
        failuresOfPage.length,
      );
      expect(await bench.bodies()).toEqual(bodiesOf(failuresOfPage.length));
      const all = failuresOfPage.flat();
      const throttled = all.filter(({ status }) => status === 429 || status === 503).length;
      expect(fetched).toMatchObject({
        requests: failuresOfPage.length + all.length,
        throttled,
        retries: all.length - throttled,
      });
    }),
    { numRuns: 25 },
  );
});

it('aborts the other pages when one fails for good, awaits them, and leaves no file', async () => {
  const failing = fetch(
    (request) => (numberOf(request) === 13 ? { status: 404, delayMilliseconds: 20 } : { silent: true }),
    50,
  );
  const error = await failureOf(failing);
  expect(error).toBeInstanceOf(PermanentError);
  expect(String(error)).toContain('page=13&per_page=2 answered 404');
  expect(existsSync(bench.file)).toBe(false);
  expect(requests()).toHaveLength(32);
});

it('takes a page that is not there though the plan counts it for a failure that may pass', async () => {
  const dataset = aDataset({ request: aRequest({ statuses: { 404: 'empty' } }) });
  const gone = (request: ReceivedRequest) => (numberOf(request) === 12 ? { status: 404 } : answer(request));
  const error = await failureOf(fetch(gone, 3, {}, dataset));
  expect(error).toBeInstanceOf(EmptyPageError);
  expect(error).toBeInstanceOf(TransientError);
  expect(String(error)).toContain('page 12 of geonames/cities is not there');
  expect(existsSync(bench.file)).toBe(false);
});

it('stops all pages when the source asks for a long wait', async () => {
  const error = await failureOf(
    fetch(
      (request) =>
        request.index === 5 ? { status: 429, headers: { 'retry-after': '600' } } : answer(request),
      300,
    ),
  );
  expect(error).toBeInstanceOf(ThrottledError);
  expect(error).toMatchObject({ retryAfterSeconds: expect.closeTo(600) });
  expect(requests().length).toBeLessThan(100);
});

it('ends what is under way at the deadline', async () => {
  const services = {
    clock: systemClock,
    pacer: createPacer(someLimits({ requestsPerSecond: 1000, lanes: 1 }), systemClock),
  };
  const deadline = systemClock.monotonic() + 50;
  const error = await failureOf(fetch([{ silent: true }], 3, { deadline, services }));
  expect(error).toBeInstanceOf(TransientError);
  expect(String(error)).toContain('the time ran out');
});

it('collects the totals of records that headers name', async () => {
  const totals = ['1000', '1003', '1001', 'unknown'];
  const script = (request: ReceivedRequest) => ({
    ...answer(request),
    headers: { 'x-total': totals[request.index % 4] ?? '' },
  });
  const total = (counts: 'records' | 'pages') => {
    const dataset = aDataset();
    if (dataset.pagination.type !== 'page-number') throw new Error('not the pagination expected');
    return aDataset({
      pagination: { ...dataset.pagination, total: { type: 'header', name: 'X-Total', counts } },
    });
  };
  expect((await fetch(script, 12, {}, total('records'))).totals).toEqual({ min: 1000, max: 1003 });
  expect((await fetch(script, 12, {}, total('pages'))).totals).toBeUndefined();
});

it('keeps memory flat while a page is slow: at most 16 MiB wait for it, and what is in flight', async () => {
  const megabyte = `["${'x'.repeat(1024 * 1024)}"]`;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let answered = 0;
  let startedMeanwhile = 0;
  const { client } = bench;
  const send: Client['send'] = async (request, signal, beforeRedirect) => {
    const answer = await client.send(request, signal, beforeRedirect);
    if (request.url.includes('page=11&')) await held;
    else if (++answered === 22) {
      startedMeanwhile = requests().length;
      setImmediate(release);
    }
    return answer;
  };
  const fetched = await fetch(() => ({ body: megabyte }), 60, {
    limits: { inFlight: 8 },
    services: { client: { ...client, send } },
  });
  expect(fetched.bytes).toBe(60 * megabyte.length);
  // The slow page, 15 that waited while others were started, and the 7 others.
  expect(startedMeanwhile).toBe(23);
});

it('starts every request at the pace of its lane', async () => {
  const limits = someLimits({ requestsPerSecond: 10, burst: 0, lanes: 2 });
  const pacer = createPacer(limits, bench.clock);
  const begin = bench.clock.monotonic();
  await fetch(answer, 23, { limits, services: { pacer } });
  const seconds = (bench.clock.monotonic() - begin) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(22 / 5); // a lane has half of the ten per second
  expect(seconds).toBeLessThan(22 / 5 / 0.98);
});

it('replaces the file of an earlier call, as for a range that is fetched again', async () => {
  await fetch(answer, 5);
  await fetch(answer, 1);
  expect(await bench.bodies()).toEqual(bodiesOf(1));
});
