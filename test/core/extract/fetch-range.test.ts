import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { systemClock } from '../../../core/clock';
import { PermanentError, ThrottledError, TransientError } from '../../../core/errors';
import { type Client, createClient } from '../../../core/extract/client';
import { fetchRange, type RangeFetch } from '../../../core/extract/fetch-range';
import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../../support/scripted-api';
import { cities, rejection, sourceAt, type TestServices, testServices } from './fixtures';
import { startOfTime } from './virtual-clock';

let folder: string;
let client: Client;
let api: ScriptedApi;
let services: TestServices;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'range-'));
  client = createClient();
  services = testServices(client);
});

afterEach(async () => {
  await api?.close();
  await client.close();
  await rm(folder, { recursive: true });
});

async function fetch(
  script: Parameters<typeof startScriptedApi>[0],
  pages: number,
  more: Partial<RangeFetch> = {},
) {
  api = await startScriptedApi(script);
  const file = join(folder, 'pages.jsonl');
  const range = { firstPage: 10, pages };
  const source = sourceAt(api.baseUrl);
  const deadline = Number.POSITIVE_INFINITY;
  return fetchRange({ source, dataset: cities, pageSize: 2, range, file, deadline, ...more }, services);
}

const lines = async () => (await readFile(join(folder, 'pages.jsonl'), 'utf8')).split('\n');
const numberOf = (request: ReceivedRequest) => Number(request.query.get('page'));
const body = (n: number) => `{"page":${n},"data":"${'x'.repeat(n * 7)}"}`;

it('writes the pages in order, each with a newline, whatever the order of the answers', async () => {
  const fetched = await fetch(
    (request) => ({ body: body(numberOf(request)), delayMilliseconds: numberOf(request) % 8 === 3 ? 40 : 0 }),
    25,
  );
  const expected = Array.from({ length: 25 }, (_, position) => body(11 + position));
  expect(await lines()).toEqual([...expected, '']);
  expect(fetched).toEqual({
    pages: 25,
    requests: 25,
    throttled: 0,
    retries: 0,
    bytes: expected.join('').length,
    fetchedAt: new Date(startOfTime + 1000).toISOString(),
    milliseconds: 0, // the virtual clock moves only when the pacer waits
  });
});

it('has at most eight requests under way, or as many as told', async () => {
  const slow = (request: ReceivedRequest) => ({ body: body(numberOf(request)), delayMilliseconds: 30 });
  await fetch(slow, 30);
  expect(Math.max(...api.requests.map(({ underWay }) => underWay))).toBe(8);
  await api.close();
  await fetch(slow, 6, { inFlight: 2 });
  expect(Math.max(...api.requests.map(({ underWay }) => underWay))).toBe(2);
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
      services = testServices(client);
      const tries = failuresOfPage.map((list) => [...list]);
      const fetched = await fetch((request) => {
        const n = numberOf(request);
        return tries[n - 11]?.shift() ?? { body: body(n) };
      }, failuresOfPage.length);
      expect(await lines()).toEqual([...failuresOfPage.map((_, position) => body(11 + position)), '']);
      const all = failuresOfPage.flat();
      const throttled = all.filter(({ status }) => status === 429 || status === 503).length;
      expect(fetched).toMatchObject({
        requests: failuresOfPage.length + all.length,
        throttled,
        retries: all.length - throttled,
      });
      await api.close();
    }),
    { numRuns: 25 },
  );
});

it('aborts the other pages when one fails for good, awaits them, and leaves no file', async () => {
  const failing = fetch(
    (request) => (numberOf(request) === 13 ? { status: 404, delayMilliseconds: 20 } : { silent: true }),
    20,
  );
  const error = await rejection(failing);
  expect(error).toBeInstanceOf(PermanentError);
  expect(String(error)).toContain('page=13&per_page=2 answered 404');
  expect(existsSync(join(folder, 'pages.jsonl'))).toBe(false);
  expect(api.requests).toHaveLength(8);
});

it('stops all pages when the source asks for a long wait', async () => {
  const error = await rejection(
    fetch(
      (request) =>
        request.index === 5
          ? { status: 429, headers: { 'retry-after': '600' } }
          : { body: body(numberOf(request)) },
      100,
    ),
  );
  expect(error).toBeInstanceOf(ThrottledError);
  expect(error).toMatchObject({ retryAfterSeconds: expect.closeTo(600) });
  expect(api.requests.length).toBeLessThan(20);
});

it('ends what is under way at the deadline', async () => {
  services = { ...services, clock: { ...services.clock, ...systemClock } };
  const error = await rejection(fetch([{ silent: true }], 3, { deadline: systemClock.monotonic() + 50 }));
  expect(error).toBeInstanceOf(TransientError);
  expect(String(error)).toContain('the time ran out');
});

it('collects the totals that headers name', async () => {
  const dataset = {
    ...cities,
    pagination: { ...cities.pagination, total: { type: 'header' as const, name: 'X-Total' } },
  };
  const totals = ['1000', '1003', '1001', 'unknown'];
  const fetched = await fetch(
    (request) => ({ body: '{}', headers: { 'x-total': totals[request.index % 4] ?? '' } }),
    12,
    { dataset },
  );
  expect(fetched.headerTotals).toEqual({ min: 1000, max: 1003 });
});

it('keeps memory flat while a page is slow: at most 16 MiB wait for it, and what is in flight', async () => {
  const megabyte = `["${'x'.repeat(1024 * 1024)}"]`;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let answered = 0;
  let startedMeanwhile = 0;
  const get: Client['get'] = async (request, signal) => {
    const answer = await client.get(request, signal);
    if (request.url.includes('page=11&')) await held;
    else if (++answered === 22) {
      startedMeanwhile = api.requests.length;
      setImmediate(release);
    }
    return answer;
  };
  services = { ...services, client: { ...client, get } };
  const fetched = await fetch(() => ({ body: megabyte }), 60);
  expect(fetched.bytes).toBe(60 * megabyte.length);
  // The slow page, 15 that waited while others were started, and the 7 others.
  expect(startedMeanwhile).toBe(23);
});

it('starts every request at the pace of its lane', async () => {
  services = testServices(client, { limits: { requestsPerSecond: 10, burst: 7.5, lanes: 2 } });
  const begin = services.clock.monotonic();
  await fetch((request) => ({ body: body(numberOf(request)) }), 23);
  expect(services.clock.monotonic() - begin).toBeCloseTo(20 * 200);
  await services.pacer.settle();
  expect(services.clock.monotonic() - begin).toBeCloseTo(23 * 200);
});

it('replaces the file of an earlier call, as for a page that is fetched again', async () => {
  await fetch((request) => ({ body: body(numberOf(request)) }), 5);
  await api.close();
  await fetch((request) => ({ body: body(numberOf(request)) }), 1, { range: { firstPage: 12, pages: 1 } });
  expect(await lines()).toEqual([body(13), '']);
});
