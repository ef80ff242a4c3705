import { bigint } from '../../../core/source/columns';
import { defineSource, secret } from '../../../core/source/define-source';
import { loadsByItself } from '../../../lib/environments';
import { applySettings, settingsOf } from '../../../lib/source/source-settings';
import { usualEnvironments } from '../../../lib/usual-environments';
import { fixtureSources } from '../fixtures/synthesize';

const apply = (context: Record<string, unknown>, name: 'dev' | 'prod' = 'dev') =>
  applySettings(fixtureSources, context, usualEnvironments[name]);
const harbour = (context: Record<string, unknown>, name: 'dev' | 'prod' = 'dev') => {
  const { sources, problems } = apply(context, name);
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
  ['Harbour:lanes', '5', /'Harbour:lanes' names no source: there is harbour, tides/],
  ['harbour:Lanes', '5', /'harbour:Lanes' sets nothing/],
])('refuses %s=%s in a sentence', (key, value, sentence) => {
  expect(apply({ [key]: value }).problems).toEqual([expect.stringMatching(sentence)]);
});

test('a setting for one environment wins there, in whatever order they come, and changes no other', () => {
  const lanes = (context: Record<string, unknown>, name: 'dev' | 'prod') =>
    harbour(context, name)?.limits.lanes;
  for (const context of [
    { 'prod:harbour:lanes': 9, 'harbour:lanes': 5 },
    { 'harbour:lanes': 5, 'prod:harbour:lanes': 9 },
  ]) {
    expect(lanes(context, 'prod')).toBe(9);
    expect(lanes(context, 'dev')).toBe(5);
  }
});

test.each([
  [
    'production:harbour:lanes',
    4,
    /'production:harbour:lanes' names no environment: there is local, dev, staging, prod/,
  ],
  ['prod:harbor:lanes', 4, /'prod:harbor:lanes' names no source: there is harbour, tides/],
  ['prod:harbour:lane', 4, /'prod:harbour:lane' sets nothing: use 'harbour:baseUrl'/],
  ['harbour/ships:lanes', 4, /'harbour\/ships:lanes' sets nothing: use 'harbour\/ships:schedule'/],
])('a name that means nothing is refused wherever it is for: %s', (key, value, sentence) => {
  for (const name of ['dev', 'prod'] as const)
    expect(apply({ [key]: value }, name).problems).toEqual([expect.stringMatching(sentence)]);
});

describe('on a laptop, where a credential must not go to what is deployed,', () => {
  const locally = (context: Record<string, unknown>) =>
    applySettings(fixtureSources, context, usualEnvironments.local);

  test('settings without an environment, or for a deployed one, say nothing', () => {
    const context = {
      'harbour:baseUrl': 'https://api.example.com',
      'prod:harbour:lanes': 9,
      'shop:lanes': 1,
    };
    expect(locally(context)).toMatchObject({ sources: fixtureSources, problems: [] });
  });

  test('those for local are applied', () => {
    const { sources, problems } = locally({
      'local:harbour:baseUrl': 'http://127.0.0.1:1',
      'harbour:lanes': 9,
    });
    expect(problems).toEqual([]);
    const [harbour] = sources;
    expect(harbour && settingsOf(harbour.source)).toMatchObject({
      baseUrl: 'http://127.0.0.1:1',
      limits: fixtureSources[0]?.source.limits,
    });
    expect(apply({ 'local:harbour:lanes': 9 }).sources).toEqual(fixtureSources);
  });

  test.each([
    ['local:harbor:baseUrl', /names no source/],
    ['local:harbour:baseurl', /sets nothing/],
    ['locl:harbour:baseUrl', /names no environment/],
    ['harbour:local:baseUrl', /names no environment/],
    ['local-harbour:baseUrl', /names no source/],
  ])('%s is refused, since it was meant to be one', (key, sentence) => {
    expect(locally({ [key]: 'https://sandbox.example' }).problems).toEqual([expect.stringMatching(sentence)]);
  });
});

test('a value is refused by the name under which it was given, and only where it is for', () => {
  expect(apply({ 'prod:harbour:lanes': 1 }, 'prod').problems).toEqual([
    "context 'prod:harbour:lanes': received 1, allowed: a whole number from 2 to 1000",
  ]);
  expect(apply({ 'prod:harbour:lanes': 1 }, 'dev').problems).toEqual([]);
});

test("the CDK's own keys are left alone", () => {
  const keys = [
    'aws:cdk:bundling-stacks',
    'aws:cdk:enable-path-metadata',
    '@aws-cdk/core:lanes',
    'a:b:c',
    'x:y',
  ];
  expect(apply(Object.fromEntries(keys.map((key) => [key, 'true']))).problems).toEqual([]);
});

test('an environment may run every source with fewer lanes than it declares, unless a setting says how many', () => {
  const small = { ...usualEnvironments.dev, capacity: { ...usualEnvironments.dev.capacity, lanes: 2 } };
  const lanes = (context: Record<string, unknown>) =>
    applySettings(fixtureSources, context, small).sources.map(({ source }) => source.limits.lanes);
  expect(lanes({})).toEqual([2, 2]);
  expect(lanes({ 'harbour:lanes': 5 })).toEqual([5, 2]);
});

describe('the schedule of a dataset', () => {
  const isOn = (context: Record<string, unknown>, name: 'dev' | 'prod', dataset = 'harbour/ships') => {
    const { environment, problems } = apply(context, name);
    expect(problems).toEqual([]);
    const [source = '', own = ''] = dataset.split('/');
    return loadsByItself(environment, { name: source, baseUrl: 'https://api.example' }, own);
  };

  describe('of a source on this machine, which nothing on AWS reaches,', () => {
    const here = { 'harbour:baseUrl': 'http://127.0.0.1:8973/v1' };

    test('is off', () => {
      const { environment, sources } = apply(here, 'prod');
      const found = sources.find(({ source }) => source.name === 'harbour');
      expect(found && loadsByItself(environment, found.source, 'ships')).toBe(false);
    });

    test.each(['dev:harbour:schedule', 'harbour/ships:schedule'])('cannot be switched on by %s', (key) => {
      expect(apply({ ...here, [key]: 'on' }).problems).toEqual([
        `context '${key}': received 'on', and nothing in dev reaches harbour at http://127.0.0.1:8973/v1: set 'dev:harbour:baseUrl', or switch it on elsewhere only`,
      ]);
    });

    test('can be switched on where the environment has another address for it, and off anywhere', () => {
      expect(apply({ ...here, 'dev:harbour:schedule': 'on' }, 'prod').problems).toEqual([]);
      const there = { 'dev:harbour:baseUrl': 'https://api.example.com', 'dev:harbour:schedule': 'on' };
      expect(isOn({ ...here, ...there }, 'dev')).toBe(true);
      expect(apply({ ...here, 'harbour:schedule': 'off' }).problems).toEqual([]);
    });

    test('may be switched on locally, where it is reached', () => {
      const context = { ...here, 'harbour:schedule': 'on' };
      expect(applySettings(fixtureSources, context, usualEnvironments.local).problems).toEqual([]);
    });
  });

  test('is on where the environment says so', () => {
    expect([isOn({}, 'dev'), isOn({}, 'prod')]).toEqual([false, true]);
  });

  test('is switched for one dataset, or for all of a source, in all environments or in one', () => {
    expect(isOn({ 'harbour/ships:schedule': 'off' }, 'prod')).toBe(false);
    expect(isOn({ 'harbour/ships:schedule': 'off' }, 'prod', 'tides/levels')).toBe(true);
    expect(isOn({ 'harbour:schedule': 'on' }, 'dev')).toBe(true);
    expect(isOn({ 'prod:harbour:schedule': 'off' }, 'prod')).toBe(false);
    expect(isOn({ 'dev:harbour:schedule': 'on' }, 'prod')).toBe(true);
    expect(isOn({ 'dev:harbour:schedule': 'off' }, 'prod')).toBe(true);
  });

  test('is switched by the setting that says most: one environment before all, then a dataset before its source', () => {
    expect(isOn({ 'harbour/ships:schedule': 'off', 'harbour:schedule': 'on' }, 'dev')).toBe(false);
    expect(isOn({ 'dev:harbour:schedule': 'on', 'harbour/ships:schedule': 'off' }, 'dev')).toBe(true);
    expect(isOn({ 'dev:harbour/ships:schedule': 'off', 'dev:harbour:schedule': 'on' }, 'dev')).toBe(false);
  });

  test.each([
    [
      'harbour/ships:schedule',
      'no',
      "context 'harbour/ships:schedule': received 'no', allowed: 'on' or 'off'",
    ],
    [
      'harbour/ship:schedule',
      'on',
      "context 'harbour/ship:schedule' names no dataset of harbour: there is ships, berths",
    ],
    [
      'prod:harbour/berths:schedule',
      'on',
      "context 'prod:harbour/berths:schedule' switches nothing: harbour/berths declares no schedule, so add one to the source's file",
    ],
  ])('cannot be switched by %s=%s', (key, value, sentence) => {
    expect(apply({ [key]: value }).problems).toEqual([sentence]);
  });
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
    const { sources, problems } = applySettings(
      [{ file, source }],
      { 'acme:burst': '3' },
      usualEnvironments.dev,
    );
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
    expect(applySettings([{ file, source }], context, usualEnvironments.dev)).toMatchObject({
      sources: [],
      problems: [expect.stringMatching(sentence)],
    });
  });
});
