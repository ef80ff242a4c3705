import { sampleFunction } from '../../../local/sample/function';
import { type SampleApi, startSampleApi } from '../../../local/sample/sample-api';
import { sampleSettings } from '../../../local/sample/settings';
import { urlEvent } from './url-event';

const settings = { ...sampleSettings, port: 0, requestsPerSecond: 1000, burst: 1000, latencyMilliseconds: 0 };
const token = { get: async () => settings.token };
const bearer = { Authorization: `Bearer ${settings.token}` };

describe('behind a function URL the sample API', () => {
  let server: SampleApi;
  const { handler } = sampleFunction(token, settings);
  beforeAll(async () => {
    server = await startSampleApi(settings);
  });
  afterAll(() => server.close());

  it.each([
    ['a first page', '/v1/cities', bearer],
    ['any page, of any size', '/v1/cities?page=3&per_page=250', bearer],
    ['the last page', '/v1/cities?page=277&per_page=500', bearer],
    ['a page beyond the end', '/v1/cities?page=278&per_page=500', bearer],
    ['names with accents, and more than is allowed', '/v1/cities?per_page=5000', bearer],
    ['a page number that is none', '/v1/cities?page=one', bearer],
    ['a parameter that comes twice', '/v1/cities?page=1&page=2', bearer],
    ['a wrong token', '/v1/cities', { Authorization: 'Bearer wrong' }],
    ['no token', '/v1/cities', {}],
    ['its introduction', '/', {}],
    ['a path that is not there', '/v2/cities', bearer],
  ])('answers %s as it does on 127.0.0.1', async (_, url, headers) => {
    const expected = await fetch(`${server.url}${url}`, { headers });
    const answer = await handler(urlEvent(url, headers));
    if (typeof answer === 'string') throw new Error('an answer with a status was expected');
    expect(answer.statusCode).toBe(expected.status);
    expect(answer.body).toBe(await expected.text());
    const sent = new Headers(
      Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const ofTheConnection = ['connection', 'content-length', 'date', 'keep-alive'];
    const there = [...expected.headers.keys()].filter((name) => !ofTheConnection.includes(name));
    expect([...sent.keys()].sort()).toEqual(there.sort());
    // How much is left of the limit is for each of the two to say.
    for (const name of there.filter((one) => !/^ratelimit-re/.test(one)))
      expect(sent.get(name)).toBe(expected.headers.get(name));
  });
});

it('answers 429 when it is asked faster than it allows', async () => {
  const { handler } = sampleFunction(token, { ...settings, requestsPerSecond: 1, burst: 2 });
  const statuses: unknown[] = [];
  for (const _ of [1, 2, 3]) {
    const answer = await handler(urlEvent('/v1/cities?per_page=1', bearer));
    if (typeof answer !== 'string') statuses.push(answer.statusCode, answer.headers?.['Retry-After']);
  }
  expect(statuses).toEqual([200, undefined, 200, undefined, 429, 1]);
});

it('takes a token that was changed while it ran', async () => {
  let current = 'old';
  const { handler } = sampleFunction({ get: async () => current }, settings);
  const asked = (value: string) =>
    handler(urlEvent('/v1/cities?per_page=1', { Authorization: `Bearer ${value}` }));
  expect(await asked('new')).toMatchObject({ statusCode: 401 });
  current = 'new';
  expect(await asked('new')).toMatchObject({ statusCode: 200 });
});
