import { ConfigurationError } from '../../../core/errors';
import { type SampleApi, type SampleApiOptions, startSampleApi } from '../../../local/sample/sample-api';
import { sampleSettings } from '../../../local/sample/settings';
import geonames from '../../../sources/geonames';

const bearer = { authorization: `Bearer ${sampleSettings.token}` };
const unlimited = { port: 0, requestsPerSecond: 1e6, burst: 1e6, latencyMilliseconds: 0 };

const started: SampleApi[] = [];
async function start(options: SampleApiOptions = {}): Promise<SampleApi> {
  const api = await startSampleApi({ ...unlimited, ...options });
  started.push(api);
  return api;
}
afterEach(() => Promise.all(started.splice(0).map((api) => api.close())));

interface PageBody {
  readonly data: readonly { readonly id: number; readonly population: number | null }[];
  readonly meta: unknown;
  readonly attribution: string;
}

function ask(api: SampleApi, query = '', headers: Record<string, string> = bearer): Promise<Response> {
  return fetch(`${api.baseUrl}/cities${query}`, { headers });
}

async function page(api: SampleApi, query: string): Promise<PageBody> {
  return (await ask(api, query)).json() as Promise<PageBody>;
}

describe('pages', () => {
  test('hold places as GeoNames has them', async () => {
    const api = await start();
    const response = await ask(api, '?page=1&per_page=2');
    expect(response.status).toBe(200);
    expect(response.headers.get('x-total-count')).toBe('138398');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({
      data: [
        {
          id: 1,
          name: 'El Tarter',
          country: { code: 'AD' },
          featureCode: 'PPL',
          adminCode: '02',
          population: 1052,
          location: { type: 'Point', coordinates: [1.65362, 42.57952] },
        },
        expect.objectContaining({ id: 2 }),
      ],
      meta: { total: 138_398, page: 1, perPage: 2, pages: 69_199 },
      attribution: 'GeoNames, CC BY 4.0',
    });
  });

  test('together hold every place once, and null where the population is unknown', async () => {
    const api = await start();
    const { pagination } = geonames.datasets[0];
    const pageSize = pagination.type === 'page-number' ? pagination.pageSize : 0;
    const ids: number[] = [];
    let unknown = 0;
    for (let number = 1; number <= 277; number++) {
      const { data } = await page(api, `?page=${number}&per_page=${pageSize}`);
      ids.push(...data.map(({ id }) => id));
      unknown += data.filter(({ population }) => population === null).length;
      expect(data.some(({ population }) => population === 0)).toBe(false);
    }
    expect(ids).toEqual(Array.from({ length: 138_398 }, (_, index) => index + 1));
    expect(unknown).toBe(30_672);
    expect((await page(api, '?page=278&per_page=500')).data).toEqual([]);
    expect(await page(api, '?page=999999999&per_page=500')).toEqual({
      data: [],
      meta: { total: 138_398, page: 999_999_999, perPage: 500, pages: 277 },
      attribution: 'GeoNames, CC BY 4.0',
    });
  });

  test('are never larger than the maximum, and 100 places when nobody says', async () => {
    const api = await start({ maximumPageSize: 300 });
    const large = await page(api, '?per_page=5000');
    expect(large.data).toHaveLength(300);
    expect(large.meta).toMatchObject({ perPage: 300, pages: 462 });
    expect((await page(api, '')).data).toHaveLength(100);
  });

  test.each([
    '?page=0',
    '?page=-1',
    '?page=1.5',
    '?page=',
    '?page=1&page=2',
    '?per_page=0',
    '?per_page=x',
    '?page=1e3',
  ])('refuse %s', async (query) => {
    const api = await start();
    const response = await ask(api, query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'bad request' });
    expect(api.stats()).toMatchObject({ accepted: 1, bad: 1, pages: {} });
  });

  test('take their time', async () => {
    const api = await start({ latencyMilliseconds: 60 });
    const before = performance.now();
    await ask(api);
    // setTimeout may fire up to a millisecond early.
    expect(performance.now() - before).toBeGreaterThanOrEqual(59);
  });
});

describe('the token', () => {
  test.each<readonly [string, Record<string, string>, string]>([
    ['missing', {}, 'Bearer realm="baseload-sample-api"'],
    ['wrong', { authorization: 'Bearer x' }, 'Bearer realm="baseload-sample-api", error="invalid_token"'],
    [
      'of another scheme',
      { authorization: `Basic ${sampleSettings.token}` },
      'Bearer realm="baseload-sample-api", error="invalid_token"',
    ],
  ])('%s: 401, which costs none of the limit', async (_title, headers, challenge) => {
    const api = await start({ requestsPerSecond: 0.001, burst: 1 });
    const response = await ask(api, '', headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(challenge);
    expect(response.headers.get('ratelimit-remaining')).toBe('1');
    expect(await response.json()).toMatchObject({ error: 'unauthorized' });
    expect(api.stats()).toMatchObject({ requests: 1, accepted: 0, unauthorized: 1 });
    expect((await ask(api)).status).toBe(200);
  });

  test('is taken whatever the case of the scheme', async () => {
    const api = await start({ token: 'other' });
    expect((await ask(api, '', { authorization: 'bearer other' })).status).toBe(200);
    expect((await ask(api)).status).toBe(401);
  });
});

describe('the limit', () => {
  test('lets the burst pass and throttles the rest, saying for how long', async () => {
    const api = await start({ requestsPerSecond: 0.001, burst: 3 });
    const responses: Response[] = [];
    for (let i = 0; i < 5; i++) responses.push(await ask(api));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    const header = (name: string) => responses.map(({ headers }) => headers.get(name));
    expect(header('ratelimit-limit')).toEqual(Array(5).fill('0.001'));
    expect(header('ratelimit-remaining')).toEqual(['2', '1', '0', '0', '0']);
    expect(header('retry-after').slice(0, 3)).toEqual([null, null, null]);
    // A token takes 1,000 s, less the time that this test took to get here.
    for (const seconds of header('retry-after').slice(3)) {
      expect(seconds).toMatch(/^\d+$/);
      expect(Number(seconds)).toBeGreaterThan(900);
      expect(Number(seconds)).toBeLessThanOrEqual(1000);
    }
    expect(header('ratelimit-reset').slice(3)).toEqual(header('retry-after').slice(3));
    expect(api.stats()).toMatchObject({ requests: 5, accepted: 3, throttled: 2, busiestSecond: 3 });
  });

  test('holds against a hundred requests at once', async () => {
    const api = await start({ requestsPerSecond: 50, burst: 10 });
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(api)));
    const accepted = answers.filter(({ status }) => status === 200).length;
    const { acceptedAt, busiestSecond, throttled } = api.stats();
    const span = ((acceptedAt.at(-1) ?? 0) - (acceptedAt[0] ?? 0)) / 1000;
    expect(accepted).toBeGreaterThanOrEqual(10);
    expect(accepted).toBeLessThanOrEqual(10 + 50 * span + 1e-6);
    expect(acceptedAt).toHaveLength(accepted);
    expect(busiestSecond).toBeLessThanOrEqual(60);
    expect(throttled).toBe(100 - accepted);
  });

  test('is told in headers on every answer', async () => {
    const api = await start({ requestsPerSecond: 50, burst: 10 });
    for (const path of ['/', '/stats', '/nowhere', '/v1/cities']) {
      const { headers } = await fetch(api.url + path);
      expect(headers.get('ratelimit-limit')).toBe('50');
      expect(headers.get('ratelimit-remaining')).toBe('10');
      expect(headers.get('ratelimit-reset')).toBe('0');
    }
  });
});

describe('beside the pages', () => {
  test('it says what it is, needs no token for that, and knows nothing else', async () => {
    const api = await start();
    const identity = await (await fetch(`${api.url}/`)).json();
    const { name, places } = sampleSettings;
    expect(identity).toEqual({ name, places, requestsPerSecond: 1_000_000, burst: 1_000_000 });
    for (const [method, path] of [
      ['GET', '/v1'],
      ['GET', '/v1/cities/1'],
      ['POST', '/v1/cities'],
      ['GET', '/stats/reset'],
    ] as const) {
      const response = await fetch(api.url + path, { method, headers: bearer });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: 'not found' });
    }
    expect(api.stats().requests).toBe(0);
  });

  test('it counts, in process and over HTTP, until reset', async () => {
    const api = await start();
    await ask(api, '?page=2&per_page=5');
    await ask(api, '?page=2&per_page=5');
    await ask(api, '?page=3&per_page=9999');
    const { acceptedAt, ...summary } = api.stats();
    expect(summary).toMatchObject({
      requests: 3,
      accepted: 3,
      throttled: 0,
      pages: { '2:5': 2, '3:500': 1 },
    });
    expect(acceptedAt).toEqual([...acceptedAt].sort((a, b) => a - b));
    expect([summary.firstAcceptedAt, summary.lastAcceptedAt]).toEqual([acceptedAt[0], acceptedAt[2]]);
    expect(await (await fetch(`${api.url}/stats`)).json()).toEqual(summary);
    const empty = { requests: 0, accepted: 0, pages: {}, busiestSecond: 0, firstAcceptedAt: null };
    expect(await (await fetch(`${api.url}/stats/reset`, { method: 'POST' })).json()).toMatchObject(empty);
    expect(api.stats()).toMatchObject({ ...empty, acceptedAt: [] });
    await ask(api);
    api.resetStats();
    expect(api.stats()).toMatchObject(empty);
  });
});

describe('starting and stopping', () => {
  test('a port in use is a sentence', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    const second = startSampleApi({ port });
    await expect(second).rejects.toThrow(ConfigurationError);
    await expect(second).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use by another program: stop what listens there, or choose another with --port`,
    );
  });

  test.each<readonly [SampleApiOptions, string]>([
    [{ port: 70_000 }, 'port is 70000: choose a whole number from 0 to 65535'],
    [{ requestsPerSecond: 0 }, 'requestsPerSecond is 0: choose a number above 0'],
    [{ requestsPerSecond: Number.NaN }, 'requestsPerSecond is NaN'],
    [{ burst: -1 }, 'burst is -1'],
    [{ latencyMilliseconds: Infinity }, 'latencyMilliseconds is Infinity'],
    [{ maximumPageSize: 0 }, 'maximumPageSize is 0'],
    [{ token: 'a b' }, 'token is a text (not shown)'],
  ])('%p makes no sense', async (options, message) => {
    const attempt = startSampleApi({ ...unlimited, ...options });
    await expect(attempt).rejects.toThrow(ConfigurationError);
    await expect(attempt).rejects.toThrow(message);
  });

  test('closing cuts connections and frees the port', async () => {
    const api = await start({ latencyMilliseconds: 600_000 });
    const pending = expect(ask(api)).rejects.toThrow('fetch failed');
    while (api.stats().accepted === 0) await new Promise(setImmediate);
    await api.close();
    await pending;
    const again = await start({ port: Number(new URL(api.url).port) });
    expect(again.url).toBe(api.url);
  });
});
