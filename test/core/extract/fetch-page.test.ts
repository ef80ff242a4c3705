import {
  type BaseloadError,
  ConfigurationError,
  PermanentError,
  ThrottledError,
  TransientError,
} from '../../../core/errors';
import { type Client, createClient } from '../../../core/extract/client';
import { fetchPage } from '../../../core/extract/fetch-page';
import { pageRequest } from '../../../core/extract/request';
import type { Auth } from '../../../core/source/source';
import { type Behaviour, type ScriptedApi, startScriptedApi } from '../../support/scripted-api';
import { cities, rejection, rotatingSecrets, sourceAt, type TestServices, testServices } from './fixtures';
import { startOfTime } from './virtual-clock';

const page: Behaviour = { body: { meta: { total: 3 }, data: [{ id: 1 }, { id: 2 }] } };

let client: Client;
let api: ScriptedApi;
let services: TestServices;

beforeEach(() => {
  client = createClient({ headersTimeout: 5 });
  services = testServices(client);
});

afterEach(async () => {
  await api?.close();
  await client.close();
});

async function fetch(
  script: Behaviour[],
  more: { auth?: Auth; seconds?: number; signal?: AbortSignal } = {},
) {
  api = await startScriptedApi(script);
  const source = sourceAt(api.baseUrl, more.auth ? { auth: more.auth } : {});
  const deadline = services.clock.monotonic() + 1000 * (more.seconds ?? 300);
  const request = pageRequest(source, cities, 2, 0);
  return fetchPage({ source, request, deadline, ...(more.signal ? { signal: more.signal } : {}) }, services);
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
    const fetched = await fetch([{ body, headers: { 'x-total-count': '7' } }]);
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
    ['204', { status: 204, headers: { 'content-length': '0' } }],
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
    const source = sourceAt(api.baseUrl);
    const request = pageRequest(source, cities, 2, 1);
    await fetchPage({ source, request, deadline: Number.POSITIVE_INFINITY }, services);
    expect(elapsed()).toBeCloseTo(12);
    expect(counts()).toEqual([2, 0, 0]);
  });
});

describe('a credential', () => {
  const auth: Auth = { type: 'bearer', token: { secret: 'geonames/token' } };
  const withSecrets = (...values: string[]) => {
    const secrets = rotatingSecrets(values);
    services = testServices(client, { secrets });
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
      await api.close();
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
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('answered 200 with a web page, not JSON');
  });

  it('a body that is neither object nor array', async () => {
    const error = await refusal([{ body: 'id,name', headers: { 'content-type': 'text/csv' } }]);
    expect(error.message).toContain('answered 200 with text/csv that is no JSON object or array');
  });

  it('keeps an excerpt that is short, on one line and without control characters', async () => {
    const error = await refusal([{ status: 400, body: `a\r\n\u0000\u001b[31m b\u202e${'x'.repeat(5000)}` }]);
    expect(error.evidence.excerpt).toMatch(/^a \[31m b x{291}$/);
    expect(error.message.length).toBeLessThan(500);
  });

  it('a missing secret is not asked about at the source', async () => {
    const missing = () => Promise.reject(new ConfigurationError("secret 'geonames/token' does not exist"));
    services = testServices(client, { secrets: { get: missing, refresh: missing } });
    const auth: Auth = { type: 'bearer', token: { secret: 'geonames/token' } };
    await expect(fetch([page], { auth })).rejects.toThrow(ConfigurationError);
    expect(api.requests).toHaveLength(0);
  });
});

it('ends with the reason of the signal, and not with a retry', async () => {
  const controller = new AbortController();
  const failing = rejection(fetch([{ silent: true }], { signal: controller.signal }));
  while (!api?.requests.length) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new TransientError('the time ran out'));
  expect(await failing).toEqual(new TransientError('the time ran out'));
  expect(counts()).toEqual([1, 0, 0]);
});
