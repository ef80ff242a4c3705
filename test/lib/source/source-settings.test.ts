import { bigint } from '../../../core/source/columns';
import { defineSource, secret } from '../../../core/source/define-source';
import { applySettings, settingsOf } from '../../../lib/source/source-settings';
import { fixtureSources } from '../fixtures/synthesize';

const apply = (context: Record<string, unknown>) => applySettings(fixtureSources, context);
const harbour = (context: Record<string, unknown>) => {
  const { sources, problems } = apply(context);
  expect(problems).toEqual([]);
  const found = sources.find(({ source }) => source.name === 'harbour');
  return found && settingsOf(found.source);
};

test('without settings the sources stay as their files declare them', () => {
  const { sources, problems } = apply({ environment: 'dev', 'aws:cdk:bundling-stacks': [], sources: 'x' });
  expect(problems).toEqual([]);
  expect(sources).toEqual(fixtureSources);
});

test('sets the base URL and the limits of one source, from the command line or from cdk.json', () => {
  expect(
    harbour({
      'harbour:baseUrl': 'http://127.0.0.1:4010/v1/',
      'harbour:requestsPerSecond': '2.5',
      'harbour:burst': 7,
      'harbour:lanes': '16',
      'harbour:inFlight': '8',
    }),
  ).toEqual({
    baseUrl: 'http://127.0.0.1:4010/v1',
    limits: { requestsPerSecond: 2.5, burst: 7, lanes: 16, inFlight: 8 },
  });
});

test('leaves everything else as it is', () => {
  const { sources } = apply({ 'harbour:lanes': '16' });
  const { source, file } = sources[0] ?? {};
  const declared = fixtureSources[0];
  expect(file).toBe(declared?.file);
  expect(source).toEqual({
    ...declared?.source,
    limits: { requestsPerSecond: 20, burst: 5, lanes: 16, inFlight: 32 },
  });
  expect(sources[1]).toEqual(fixtureSources[1]);
});

test.each([
  ['harbour:lanes', '1', /'harbour:lanes': received 1, allowed: a whole number from 2 to 1000/],
  ['harbour:lanes', '2.5', /'harbour:lanes': received 2\.5/],
  ['harbour:lanes', 'many', /'harbour:lanes': received 'many'/],
  ['harbour:lanes', '', /'harbour:lanes': received ''/],
  ['harbour:lanes', 'NaN', /'harbour:lanes': received 'NaN'/],
  ['harbour:inFlight', '257', /'harbour:inFlight': received 257, allowed: a whole number from 1 to 256/],
  ['harbour:burst', '-1', /'harbour:burst': received -1/],
  ['harbour:requestsPerSecond', 'Infinity', /'harbour:requestsPerSecond': received/],
  ['harbour:requestsPerSecond', '0', /'harbour:requestsPerSecond': received 0, allowed: a number above 0/],
  ['harbour:baseUrl', 'api.example.com', /'harbour:baseUrl': received 'api\.example\.com', allowed: an http/],
  ['harbour:baseUrl', '', /'harbour:baseUrl': received ''/],
  ['harbour:rps', '5', /'harbour:rps' sets nothing: use 'harbour:baseUrl', 'harbour:requestsPerSecond'/],
  ['harbour:constructor', '5', /'harbour:constructor' sets nothing/],
  ['harbor:lanes', '5', /'harbor:lanes' names no source: there is harbour, tides/],
])('refuses %s=%s in a sentence', (key, value, sentence) => {
  expect(apply({ [key]: value }).problems).toEqual([expect.stringMatching(sentence)]);
});

test('does not repeat a credential that stands in a URL', () => {
  const { problems } = apply({ 'harbour:baseUrl': 'https://me:hunter2@api.example.com' });
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toContain('hunter2');
});

test('reports every problem at once', () => {
  const { problems } = apply({ 'harbour:lanes': '1', 'harbour:burst': '-1', 'tides:lanes': 0, 'x:lanes': 3 });
  expect(problems).toHaveLength(4);
});

test('refuses settings that do not go together', () => {
  // 20 lanes at 0.1 requests per second would each ask less than once a minute.
  const { problems } = apply({ 'harbour:requestsPerSecond': '0.1', 'harbour:lanes': '20' });
  expect(problems).toEqual([expect.stringMatching(/'harbour:lanes': received 20, allowed: at most 6/)]);
});

describe('a source whose options settings can contradict', () => {
  const file = 'acme.ts';
  const source = defineSource({
    name: 'acme',
    baseUrl: 'https://api.acme.example',
    auth: { type: 'none' },
    tls: { certificate: secret('acme/certificate'), key: secret('acme/key') },
    limits: { requestsPerSecond: 1 },
    datasets: [
      {
        name: 'orders',
        request: { path: '/orders', query: { per_page: 'all' }, weight: 30 },
        pagination: { type: 'page-number', pageSize: 5, sizeParameter: false, total: { type: 'none' } },
        records: '',
        key: ['id'],
        columns: { id: bigint() },
      },
    ],
  });

  test('keeps what was declared, also a size that is never asked for', () => {
    const { sources, problems } = applySettings([{ file, source }], { 'acme:burst': '3' });
    expect(problems).toEqual([]);
    expect(sources[0]?.source).toEqual({ ...source, limits: { ...source.limits, burst: 3 } });
  });

  test.each([
    [
      { 'acme:lanes': '3' },
      /'acme:…' does not go with datasets\[0\]\.request\.weight of the source's file: received 30/,
    ],
    [{ 'acme:baseUrl': 'http://127.0.0.1:1' }, /'acme:…' does not go with tls of the source's file/],
  ])('says which option %j does not go with', (context, sentence) => {
    expect(applySettings([{ file, source }], context)).toEqual({
      sources: [],
      problems: [expect.stringMatching(sentence)],
    });
  });
});
