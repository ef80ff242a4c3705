import { decompress } from 'fzstd';
import { allAuths, authNamed } from '../support/misbehaving-api/auths/all-auths';
import {
  busiestSecond,
  type MisbehavingApi,
  startMisbehavingApi,
} from '../support/misbehaving-api/misbehaving-api';
import { startOtherHost } from '../support/misbehaving-api/other-host';
import { paginationNamed } from '../support/misbehaving-api/paginations/all-paginations';
import { zstdFrame } from '../support/misbehaving-api/zstd-frame';
import { datasetOf } from './case';
import { fastClock } from './fast-clock';

// The suite believes what the API counts and refuses: these are the tests of that.

let api: MisbehavingApi | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

const pagination = paginationNamed('page number, total in the body');

describe('the door', () => {
  const guarded = allAuths.filter(({ name, mutualTls }) => name !== 'none' && !mutualTls);

  test.each(guarded.map((auth) => [auth.name, auth] as const))(
    '%s: refuses who has no credential',
    async (_, auth) => {
      api = await startMisbehavingApi({ dataset: datasetOf({ pagination }), auth });
      const answers = await Promise.all([
        fetch(`${api.baseUrl}/items?sort=id&page=1&per_page=10`),
        fetch(`${api.baseUrl}/items?sort=id&page=1&per_page=10&api_key=x`, {
          headers: { authorization: 'Bearer x', 'x-acme-key': 'x' },
        }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    },
  );

  test('mutual TLS: refuses who shows no certificate', async () => {
    api = await startMisbehavingApi({
      dataset: datasetOf({ pagination }),
      auth: authNamed('mutual TLS, and a bearer token'),
    });
    await expect(fetch(`${api.baseUrl}/items`)).rejects.toThrow();
    expect(api.statistics().requests).toBe(0);
  });
});

describe('the other host', () => {
  const credentials = ['tok/1+2'];

  test.each([
    ['in a header', '/', { headers: { cookie: 'tok/1+2' } }],
    ['in the query', '/?key=tok%2F1%2B2', {}],
    ['in a body', '/', { method: 'POST', body: 'tok/1+2' }],
    ['any Authorization', '/', { headers: { authorization: 'Basic eA==' } }],
  ])('counts a credential %s', async (_, path, init) => {
    const other = await startOtherHost();
    try {
      await fetch(other.origin + path, init);
      expect(other.leaksOf(credentials)).toBe(1);
    } finally {
      await other.close();
    }
  });

  test('does not count what is none', async () => {
    const other = await startOtherHost();
    try {
      await fetch(`${other.origin}/?page=2`);
      expect({ received: other.received.length, leaks: other.leaksOf(credentials) }).toEqual({
        received: 1,
        leaks: 0,
      });
    } finally {
      await other.close();
    }
  });
});

test.each([0, 1, 131_072, 131_073, 400_000])('a Zstandard frame of %d bytes is one', (length) => {
  const body = Buffer.alloc(length, 'abc');
  expect(Buffer.compare(decompress(zstdFrame(body)), body)).toBe(0);
});

test('the busiest second is counted with its beginning and without its end', () => {
  expect(busiestSecond([])).toBe(0);
  expect(busiestSecond([0, 999, 1000, 1001, 5000])).toBe(3);
});

test('a request without its position, or without the order, is refused rather than given the first page', async () => {
  api = await startMisbehavingApi({ dataset: datasetOf({ pagination }) });
  const statuses = await Promise.all(
    ['?sort=id&per_page=10', '?sort=id&page=0&per_page=10', '?sort=id&page=1', '?page=1&per_page=10'].map(
      async (query) => (await fetch(`${api?.baseUrl}/items${query}`)).status,
    ),
  );
  expect(statuses).toEqual([400, 400, 400, 400]);
});

test('a fast clock runs as fast as it says', async () => {
  const clock = fastClock(50);
  const began = { real: performance.now(), fast: clock.monotonic() };
  await clock.sleep(1000);
  const real = performance.now() - began.real;
  const fast = clock.monotonic() - began.fast;
  expect(fast / real).toBeCloseTo(50, 0);
  expect(fast).toBeGreaterThanOrEqual(950);
});
