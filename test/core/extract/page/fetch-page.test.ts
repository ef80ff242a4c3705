import {
  type BaseloadError,
  ConfigurationError,
  PermanentError,
  ThrottledError,
  TransientError,
} from '../../../../core/errors';
import { createAuthorizer } from '../../../../core/extract/auth/authorizer';
import {
  CutOffBodyError,
  HtmlPageError,
  NotJsonError,
  SourceError,
} from '../../../../core/extract/guard-errors';
import { type Client, createClient } from '../../../../core/extract/http/client';
import type { Pacer } from '../../../../core/extract/pace/pacer';
import { fetchPage, type Page } from '../../../../core/extract/page/fetch-page';
import { pageRequest } from '../../../../core/extract/page/request';
import type { Auth, Request, Source } from '../../../../core/source/source';
import { type Behaviour, type ScriptedApi, startScriptedApi } from '../../../support/scripted-api';
import { cities, rejection, rotatingSecrets, sourceAt, type TestServices, testServices } from '../fixtures';
import { startOfTime } from '../pace/virtual-clock';

const page: Behaviour = { body: { meta: { total: 3 }, data: [{ id: 1 }, { id: 2 }] } };

let client: Client;
let api: ScriptedApi;
let services: TestServices;
let secrets: ReturnType<typeof rotatingSecrets>;

beforeEach(() => {
  client = createClient({ headersSeconds: 5 });
  secrets = rotatingSecrets(['s3cret']);
  services = testServices(client);
});

afterEach(async () => {
  await api?.close();
  await client.close();
});

async function fetch(
  script: Behaviour[],
  more: { auth?: Auth; seconds?: number; signal?: AbortSignal; rules?: Partial<Request> } = {},
) {
  await api?.close();
  api = await startScriptedApi(script);
  const source = sourceAt(api.baseUrl, more.auth ? { auth: more.auth } : {});
  const authorizer = createAuthorizer(source, { secrets, client, clock: services.clock });
  services = { ...services, authorizer };
  return fetchPage(pageFetch(source, more), services);
}

function pageFetch(source: Source, more: Parameters<typeof fetch>[1] = {}) {
  return {
    source,
    rules: { ...cities.request, ...more.rules },
    request: pageRequest(source, cities, { parameters: {}, page: 0, pageSize: 2 }),
    deadline: services.clock.monotonic() + 1000 * (more.seconds ?? 300),
    ...(more.signal ? { signal: more.signal } : {}),
  };
}

async function pageOf(...parameters: Parameters<typeof fetch>): Promise<Page> {
  const fetched = await fetch(...parameters);
  if (!fetched) throw new Error('a page was expected');
  return fetched;
}

async function refusal(script: Behaviour[], more: Parameters<typeof fetch>[1] = {}): Promise<BaseloadError> {
  const error = await rejection(fetch(script, more));
  expect(error).toBeInstanceOf(Error);
  return error as BaseloadError;
}

function counts() {
  const { telemetry } = services;
  return [telemetry.total('Requests'), telemetry.total('Retries'), telemetry.total('Throttled')];
}

/** Virtual seconds since the test began. */
function elapsed() {
  return (services.clock.monotonic() - 1000) / 1000;
}

describe('a page', () => {
  it('is returned as received', async () => {
    const body = '\ufeff {"data": [ 12345678901234567890, "Zürich" ]}\n';
    const fetched = await pageOf([{ body, headers: { 'x-total-count': '7' } }]);
    expect(fetched.body.toString()).toBe(body.slice(1));
    expect(fetched.headers['x-total-count']).toBe('7');
    expect(counts()).toEqual([1, 0, 0]);
    expect(services.telemetry.total('PagesFetched')).toBe(1);
    expect(services.telemetry.total('BytesReceived')).toBe(Buffer.byteLength(body.slice(1)));
  });
});

describe('what passes is tried again', () => {
  it.each<[string, Behaviour]>([
    ['500', { status: 500, body: 'oops' }],
    ['502', { status: 502, body: '<html>Bad gateway</html>' }],
    ['503 without Retry-After', { status: 503 }],
    ['408', { status: 408 }],
    ['a reset', { reset: true }],
    ['a body shorter than announced', { ...page, cutOffAfter: 20 }],
    ['a body that quietly ends early', { ...page, quietlyCutOffAfter: 20 }],
    ['an empty body', { body: '' }],
  ])('%s', async (_, failure) => {
    await expect(fetch([failure, failure, page])).resolves.toBeDefined();
    expect(counts()).toEqual([3, 2, 0]);
    expect(services.clock.sleeps).toEqual([500, 1000]);
  });

  it('five times at most, ever later, and then it is transient', async () => {
    const error = await refusal([{ status: 500, body: 'oops', headers: { 'x-request-id': 'r-42' } }]);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe(
      `GET ${api.baseUrl}/cities?sort=id&page=1&per_page=2 answered 500: oops (request id r-42), the last of 5 tries`,
    );
    expect(error.evidence).toMatchObject({ status: 500, excerpt: 'oops', requestId: 'r-42' });
    expect(counts()).toEqual([5, 4, 0]);
    expect(services.clock.sleeps).toEqual([500, 1000, 2000, 4000]);
  });

  it('keeps the cause of a failed connection', async () => {
    const error = await refusal([{ reset: true }]);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) });
  });

  it('takes any part of the backoff, so that lanes do not come back together', async () => {
    const parts = [0.1, 0.9, 0.5];
    services = { ...services, random: () => parts.shift() ?? 0 };
    await fetch([{ status: 500 }, { status: 500 }, { status: 500 }, page]);
    expect(services.clock.sleeps).toEqual([50, 900, 1000]);
  });

  it('as late as the source asks', async () => {
    await fetch([{ status: 500, headers: { 'retry-after': '7' } }, page]);
    expect(services.clock.sleeps).toEqual([7000]);
  });

  it('not after the deadline', async () => {
    const error = await refusal([{ status: 500 }], { seconds: 2 });
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toContain('the next try is due in 2.0 s, later than can be waited for');
    expect(services.clock.sleeps).toEqual([500, 1000]);
  });
});

describe('throttling', () => {
  const epoch = (seconds: number) => String(Math.ceil((startOfTime + 1000) / 1000) + seconds);
  const noDate = { date: '' };

  it.each<[string, Behaviour]>([
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '5' } }],
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '5' } }],
    ['429 with RateLimit-Reset', { status: 429, headers: { 'ratelimit-reset': '5' } }],
    [
      '429 with an X-RateLimit-Reset in epoch seconds',
      { status: 429, headers: { ...noDate, 'x-ratelimit-reset': epoch(5) } },
    ],
    [
      '403 with nothing remaining',
      { status: 403, headers: { ...noDate, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(5) } },
    ],
    ['403 with Retry-After', { status: 403, headers: { 'retry-after': '5' } }],
  ])('%s is sat out and is no retry', async (_, throttled) => {
    await fetch([throttled, page]);
    expect(counts()).toEqual([2, 0, 1]);
    expect(elapsed()).toBeCloseTo(5, 1);
    expect(services.warnings[0]).toMatchObject({
      message: 'Throttled',
      details: { status: throttled.status },
    });
  });

  it('is no failure however often it comes', async () => {
    const throttled = { status: 429, headers: { 'retry-after': '1' } };
    await fetch([...Array.from({ length: 12 }, () => throttled), page]);
    expect(counts()).toEqual([13, 0, 12]);
  });

  it('without any word on how long gets ever more time', async () => {
    await fetch([{ status: 429 }, { status: 429 }, { status: 429 }, page]);
    expect(elapsed()).toBeCloseTo(1 + 2 + 4, 1);
  });

  it('for longer than can be sat out is left to the caller', async () => {
    const error = await refusal([{ status: 429, body: 'slow down', headers: { 'retry-after': '31' } }]);
    expect(error).toBeInstanceOf(ThrottledError);
    expect(error).toMatchObject({ retryAfterSeconds: 31, evidence: { status: 429, excerpt: 'slow down' } });
    expect(elapsed()).toBe(0);
  });

  it('beyond the deadline is left to the caller', async () => {
    const error = await refusal([{ status: 429, headers: { 'retry-after': '10' } }], { seconds: 9 });
    expect(error).toBeInstanceOf(ThrottledError);
    expect(elapsed()).toBe(0);
  });

  it('is foreseen when a page says that none is left', async () => {
    const last = { ...page, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '12' } };
    await fetch([last, page]);
    await fetchPage(pageFetch(sourceAt(api.baseUrl)), services);
    expect(elapsed()).toBeCloseTo(12);
    expect(counts()).toEqual([2, 0, 0]);
  });
});

describe('a credential', () => {
  const auth: Auth = { type: 'bearer', token: { secret: 'geonames/token' } };
  const withSecrets = (...values: string[]) => {
    secrets = rotatingSecrets(values);
    services = testServices(client);
    return secrets;
  };

  it('that was refused is read again, once', async () => {
    const secrets = withSecrets('old', 'new');
    await fetch([{ status: 401 }, page], { auth });
    expect(secrets.refreshed).toEqual(['geonames/token']);
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that is refused again is a permanent failure that names the secret', async () => {
    const secrets = withSecrets('s3cret');
    const error = await refusal([{ status: 401, body: 'bad token' }], { auth });
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain("answered 401: bad token; secret 'geonames/token' was refused");
    expect(secrets.refreshed).toHaveLength(1);
    expect(api.requests).toHaveLength(2);
  });

  it('that is missing altogether is asked for', async () => {
    const error = await refusal([{ status: 401 }]);
    expect(error.message).toContain("source 'geonames' declares no auth: give it one");
  });

  it.each<Auth>([
    auth,
    { type: 'api-key', key: { secret: 'geonames/key' }, in: 'header', name: 'x-api-key' },
    { type: 'api-key', key: { secret: 'geonames/key' }, in: 'query', name: 'key' },
  ])('never shows in errors or logs, though the source echoes it ($type)', async (how) => {
    for (const echo of [
      { status: 400 },
      { status: 500 },
      { status: 429, headers: { 'retry-after': '99' } },
    ]) {
      withSecrets('s3cr+t/x');
      const body = `your key s3cr+t/x (?key=${encodeURIComponent('s3cr+t/x')}) is not welcome`;
      const behaviour = { ...echo, body, headers: { ...echo.headers, 'x-request-id': 's3cr+t/x' } };
      const error = await refusal([behaviour], { auth: how });
      const written = JSON.stringify([error.message, error.evidence, String(error.cause), services.warnings]);
      expect(written).not.toMatch(/s3cr/);
      expect(written).toContain('your key *** (?key=***) is not welcome');
    }
  });
});

describe('what no retry can help', () => {
  it.each([400, 402, 404, 409, 422])('%d is permanent at once', async (status) => {
    const error = await refusal([{ status, body: 'no' }]);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.evidence.status).toBe(status);
    expect(counts()).toEqual([1, 0, 0]);
  });

  it('403 with quota left is a refusal, not throttling', async () => {
    const error = await refusal([
      { status: 403, headers: { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '5' } },
    ]);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('answered 403 (check what the credential may read)');
  });

  it('a login page in place of JSON', async () => {
    const error = await refusal([
      { body: '<!doctype html>Log in', headers: { 'content-type': 'text/html' } },
    ]);
    expect(error).toBeInstanceOf(HtmlPageError);
    expect(error.message).toContain('answered 200 with a web page, not JSON');
  });

  it('a body that is neither object nor array', async () => {
    const error = await refusal([{ body: 'id,name', headers: { 'content-type': 'text/csv' } }]);
    expect(error).toBeInstanceOf(NotJsonError);
    expect(error.message).toContain('answered 200 with text/csv that is no JSON object or array');
  });

  it('keeps an excerpt that is short, on one line and without control characters', async () => {
    const error = await refusal([{ status: 400, body: `a\r\n\u0000\u001b[31m b\u202e${'x'.repeat(5000)}` }]);
    expect(error.evidence.excerpt).toMatch(/^a \[31m b x{291}$/);
    expect(error.message.length).toBeLessThan(500);
  });

  it('a missing secret is not asked about at the source', async () => {
    const missing = () => Promise.reject(new ConfigurationError("secret 'geonames/token' does not exist"));
    secrets = { ...secrets, get: missing, refresh: missing };
    const auth: Auth = { type: 'bearer', token: { secret: 'geonames/token' } };
    await expect(fetch([page], { auth })).rejects.toThrow(ConfigurationError);
    expect(api.requests).toHaveLength(0);
  });
});

describe('what the dataset says of answers', () => {
  const gone: Behaviour = { status: 404, body: 'no such parent' };

  it.each<[string, Behaviour, Partial<Request>]>([
    ['a status that means so', gone, { statuses: { 404: 'empty' } }],
    ['204, whatever is said', { status: 204, headers: { 'content-length': '0' } }, {}],
  ])('is nothing, and no failure: %s', async (_, behaviour, rules) => {
    expect(await fetch([behaviour], { rules })).toBeUndefined();
    expect(counts()).toEqual([1, 0, 0]);
    expect(services.telemetry.total('PagesFetched')).toBe(0);
  });

  it('is tried again', async () => {
    await pageOf([{ status: 202, body: {} }, gone, page], {
      rules: { statuses: { 202: 'retry', 404: 'retry' } },
    });
    expect(counts()).toEqual([3, 2, 0]);
  });

  it('is throttling, as long as the headers say', async () => {
    const busy = { status: 420, headers: { 'retry-after': '5' } };
    await pageOf([busy, page], { rules: { statuses: { 420: 'throttled' } } });
    expect(counts()).toEqual([2, 0, 1]);
    expect(elapsed()).toBeCloseTo(5);
  });

  it.each([401, 500, 204])('is not worth trying again, though it is %d', async (status) => {
    const error = await refusal([{ status }], { rules: { statuses: { [status]: 'fail' } } });
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`answered ${status}, which request.statuses calls a failure`);
    expect(counts()).toEqual([1, 0, 0]);
  });
});

describe('errors in a body with status 200', () => {
  const rules = { errors: { path: 'errors', throttled: 'THROTTLED' } };

  it('are a failure that quotes them, however much data stands before', async () => {
    const body = { data: 'x'.repeat(20_000), errors: [{ message: 'Field "a" does not exist' }] };
    const error = await refusal([{ body }], { rules });
    expect(error).toBeInstanceOf(SourceError);
    expect(error.evidence).toMatchObject({
      status: 200,
      excerpt: '[{"message":"Field \\"a\\" does not exist"}]',
    });
    expect(error.message).toContain("answered 200 with errors at 'errors'");
  });

  it('are throttling where the source says so', async () => {
    const throttled = { body: { errors: [{ extensions: { code: 'THROTTLED' } }] } };
    await pageOf([throttled, page], { rules });
    expect(counts()).toEqual([2, 0, 1]);
    expect(services.warnings[0]?.details).toMatchObject({ excerpt: expect.stringContaining('THROTTLED') });
  });

  it.each([undefined, null, false, '', [], {}])('are none when %j stands there', async (errors) => {
    await expect(pageOf([{ body: { errors, data: [] } }], { rules })).resolves.toBeDefined();
  });

  it.each([true, 'no', 1, { code: 1 }, [null]])('are there when %j stands there', async (errors) => {
    expect(await refusal([{ body: { errors, data: [] } }], { rules })).toBeInstanceOf(SourceError);
  });

  it('are not looked for in a damaged body: it is fetched again', async () => {
    await pageOf([{ body: '{"data" [], "errors": []}' }, page], { rules });
    expect(counts()).toEqual([2, 1, 0]);
  });
});

it('names a body that is cut off every time', async () => {
  const error = await refusal([{ body: '{"data": [1, 2' }]);
  expect(error).toBeInstanceOf(CutOffBodyError);
  expect(error.name).toBe('CutOffBodyError');
  expect(counts()).toEqual([5, 4, 0]);
});

it('takes as many turns as the request weighs', async () => {
  services = testServices(client, { limits: { requestsPerSecond: 1, burst: 0, lanes: 1, inFlight: 1 } });
  await pageOf([page], { rules: { weight: 5 } });
  await fetchPage(pageFetch(sourceAt(api.baseUrl)), services);
  expect(elapsed()).toBeCloseTo(5, 1);
});

it('tells the pacer what is left of the quota, whatever the answer', async () => {
  const told: unknown[] = [];
  const { pacer } = services;
  services = { ...services, pacer: { ...pacedBy(pacer), quota: (quota) => void told.push(quota) } };
  const headers = (remaining: string) => ({ 'ratelimit-remaining': remaining, 'ratelimit-reset': '60' });
  const limitOnly = { ...page, headers: { 'ratelimit-limit': '100' } };
  await pageOf([
    { status: 500, headers: headers('9') },
    { ...page, headers: headers('8') },
  ]);
  await pageOf([limitOnly]);
  expect(told).toEqual([
    { remaining: 9, resetSeconds: 60 },
    { remaining: 8, resetSeconds: 60 },
  ]);
});

it('makes a credential again when its turn was long in coming', async () => {
  services = testServices(client, { limits: { requestsPerSecond: 0.05, burst: 0, lanes: 1, inFlight: 1 } });
  const times: number[] = [];
  const headers = () => {
    times.push(elapsed());
    return { 'x-signature': String(times.length) };
  };
  await pageOf([page], { auth: { type: 'custom', secrets: {}, headers } });
  await fetchPage(pageFetch(sourceAt(api.baseUrl)), services);
  expect(times.map(Math.round)).toEqual([0, 0, 20]);
  expect(api.requests.map((request) => request.headers['x-signature'])).toEqual(['1', '3']);
});

it('remembers the query parameter that a key travels in, so that no link keeps it', async () => {
  const auth: Auth = { type: 'api-key', key: { secret: 'geonames/key' }, in: 'query', name: 'key' };
  expect(await pageOf([page], { auth })).toMatchObject({ secretParameter: 'key' });
});

it('says what no link may keep: the secrets, and not what a function makes of them', async () => {
  const bearer: Auth = { type: 'bearer', token: { secret: 'geonames/key' } };
  expect(await pageOf([page], { auth: bearer })).toMatchObject({ credentials: ['s3cret'] });
  const headers = () => ({ 'x-account': 'account-1', 'x-signature': 'signature' });
  const custom: Auth = { type: 'custom', secrets: { key: { secret: 'geonames/key' } }, headers };
  expect(await pageOf([page], { auth: custom })).toMatchObject({ credentials: ['s3cret'] });
});

it('ends with the reason of the signal, and not with a retry', async () => {
  const controller = new AbortController();
  const earlier = api;
  const failing = rejection(fetch([{ silent: true }], { signal: controller.signal }));
  while (api === earlier || api.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new TransientError('the time ran out'));
  expect(await failing).toEqual(new TransientError('the time ran out'));
  expect(counts()).toEqual([1, 0, 0]);
});

/** The methods of a pacer as properties, to replace some of them. */
function pacedBy(pacer: Pacer): Pacer {
  return {
    take: (start) => pacer.take(start),
    settle: (signal) => pacer.settle(signal),
    pause: (seconds) => pacer.pause(seconds),
    hold: (seconds) => pacer.hold(seconds),
    quota: (quota) => pacer.quota(quota),
    succeeded: () => pacer.succeeded(),
  };
}
