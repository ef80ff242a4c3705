import { bigint, decimal, varchar } from '../../../core/source/columns';
import { defineSource, secret } from '../../../core/source/define-source';
import { type Problem, SourceDefinitionError } from '../../../core/source/problems';

type Tree = { [name: string]: unknown };

function dataset(changes: Tree = {}): Tree {
  return {
    name: 'things',
    request: { path: '/things' },
    pagination: { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } },
    records: 'items',
    key: ['id'],
    columns: { id: bigint(), name: varchar() },
    ...changes,
  };
}

function source(changes: Tree = {}): Tree {
  return {
    name: 'shop',
    baseUrl: 'https://api.example.com',
    auth: { type: 'none' },
    limits: { requestsPerSecond: 50 },
    datasets: [dataset()],
    ...changes,
  };
}

/** What a plain JavaScript file could hand over. */
function refusal(input: unknown): SourceDefinitionError {
  const define: (input: never) => unknown = defineSource;
  try {
    define(input as never);
  } catch (error) {
    if (error instanceof SourceDefinitionError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function problemsOf(input: unknown): readonly Problem[] {
  return refusal(input).problems;
}

const withDataset = (changes: Tree) => source({ datasets: [dataset(changes)] });
const wholeFrom2 = 'a whole number from 2 to 1000';

/** A definition, and its one problem: path, received, a part of what is allowed. */
const cases: readonly (readonly [unknown, string, string, string])[] = [
  [source({ name: 'Shop' }), 'name', "'Shop'", 'lower-case'],
  [source({ name: 'a'.repeat(41) }), 'name', `'${'a'.repeat(41)}'`, '1 to 40'],
  [source({ name: '-shop' }), 'name', "'-shop'", 'inner dashes'],
  [source({ name: '' }), 'name', "''", '1 to 40'],
  [source({ name: 'open' }), 'name', "'open'", "and not 'open'"],
  [
    source({ extra: 1 }),
    'extra',
    'an unknown option',
    'name, baseUrl, auth, tls, http, network, limits, datasets',
  ],
  [source({ limit: {} }), 'limit', 'an unknown option', "did you mean 'limits'?"],
  [source({ datasets: [] }), 'datasets', 'a list of 0', 'at least one dataset'],
  [source({ datasets: {} }), 'datasets', 'an object', 'a list of datasets'],
  [source({ datasets: undefined }), 'datasets', 'nothing', 'a list of datasets'],
  [source({ datasets: [dataset(), dataset()] }), 'datasets[1].name', "'things'", 'each name once'],
  [source({ datasets: [null] }), 'datasets[0]', 'null', 'an object with name'],

  [source({ baseUrl: 'ftp://x.example' }), 'baseUrl', "'ftp://x.example'", 'http(s)'],
  [source({ baseUrl: 'api.example.com' }), 'baseUrl', "'api.example.com'", 'http(s)'],
  [source({ baseUrl: 'https://' }), 'baseUrl', "'https://'", 'http(s)'],
  [source({ baseUrl: 'https://a b.example' }), 'baseUrl', "'https://a b.example'", 'http(s)'],
  [source({ baseUrl: 'https://x:99999' }), 'baseUrl', "'https://x:99999'", 'http(s)'],
  [
    source({ baseUrl: 'https://x.example/?a=s3cret' }),
    'baseUrl',
    "'https://x.example/?' and more (not shown)",
    '',
  ],
  [source({ baseUrl: 'https://u:s3cret@x.example' }), 'baseUrl', 'a URL with credentials (not shown)', ''],

  [source({ limits: { requestsPerSecond: 0 } }), 'limits.requestsPerSecond', '0', 'above 0'],
  [source({ limits: { requestsPerSecond: Number.NaN } }), 'limits.requestsPerSecond', 'NaN', 'above 0'],
  [source({ limits: { requestsPerSecond: Infinity } }), 'limits.requestsPerSecond', 'Infinity', 'above 0'],
  [source({ limits: { requestsPerSecond: '5' } }), 'limits.requestsPerSecond', "'5'", 'above 0'],
  [source({ limits: { requestsPerSecond: 5n } }), 'limits.requestsPerSecond', '5n', 'above 0'],
  [source({ limits: {} }), 'limits.requestsPerSecond', 'nothing', 'above 0'],
  [source({ limits: { requestsPerSecond: 0.01 } }), 'limits.requestsPerSecond', '0.01', '0.034'],
  [source({ limits: { requestsPerSecond: 1, burst: -1 } }), 'limits.burst', '-1', 'a number from 0'],
  [source({ limits: { requestsPerSecond: 50, lanes: 1 } }), 'limits.lanes', '1', wholeFrom2],
  [source({ limits: { requestsPerSecond: 50, lanes: 1001 } }), 'limits.lanes', '1001', wholeFrom2],
  [source({ limits: { requestsPerSecond: 50, lanes: 2.5 } }), 'limits.lanes', '2.5', wholeFrom2],
  [source({ limits: { requestsPerSecond: 50, lanes: null } }), 'limits.lanes', 'null', wholeFrom2],
  [source({ limits: { requestsPerSecond: 1, lanes: 61 } }), 'limits.lanes', '61', 'at most 60'],
  [
    source({ limits: { requestsPerSecond: 50, lane: 4 } }),
    'limits.lane',
    'an unknown option',
    "mean 'lanes'?",
  ],

  [source({ auth: { type: 'beare' } }), 'auth.type', "'beare'", "did you mean 'bearer'?"],
  [source({ auth: undefined }), 'auth', 'nothing', "'none', 'bearer', 'basic', 'api-key', 'oauth2-"],
  [source({ auth: { type: 'bearer' } }), 'auth.token', 'nothing', "secret('name')"],
  [source({ auth: { type: 'none', in: 'query' } }), 'auth.in', 'an unknown option', 'type'],
  [
    source({ auth: { type: 'api-key', key: secret('k'), name: 'a b' } }),
    'auth.name',
    'a text (not shown)',
    '',
  ],

  [withDataset({ request: { path: 'things' } }), 'datasets[0].request.path', "'things'", "'/cities'"],
  [
    withDataset({ request: { path: '/things?a=1' } }),
    'datasets[0].request.path',
    "'/things?' and more (not shown)",
    'query',
  ],
  [
    withDataset({ request: '/things' }),
    'datasets[0].request',
    "'/things'",
    'an object with method, path, query, headers, body, weight, errors, statuses',
  ],
  [withDataset({ request: { path: '/x', query: { a: 1 } } }), 'datasets[0].request.query.a', '1', 'a text'],
  [
    withDataset({ request: { path: '/x', query: { page: '1' } } }),
    'datasets[0].request.query.page',
    "the name 'page'",
    'pagination',
  ],
  [
    source({
      auth: { type: 'api-key', key: secret('k'), in: 'query', name: 'per_page' },
    }),
    'datasets[0].pagination.sizeParameter',
    "'per_page'",
    'a parameter that auth does not set',
  ],
  [
    withDataset({ request: { path: '/x', headers: { 'a b': 'c' } } }),
    "datasets[0].request.headers['a b']",
    "the name 'a b'",
    'a header name',
  ],
  [
    withDataset({ request: { path: '/x', headers: { Authorization: 'Bearer s3cret' } } }),
    'datasets[0].request.headers.Authorization',
    "the name 'Authorization'",
    "secret('…')",
  ],
  [
    withDataset({ request: { path: '/x', headers: { a: 'b\r\nc: s3cret' } } }),
    'datasets[0].request.headers.a',
    'a text (not shown)',
    'one line',
  ],
  [
    withDataset({ request: { path: '/x', headers: { Host: 'x' } } }),
    'datasets[0].request.headers.Host',
    "the name 'Host'",
    'HTTP client',
  ],
  [
    withDataset({ request: { path: '/x', headers: { A: 'x', a: 'y' } } }),
    'datasets[0].request.headers.a',
    "the name 'a'",
    'once',
  ],

  [
    withDataset({ pagination: { type: 'cursr' } }),
    'datasets[0].pagination.type',
    "'cursr'",
    "did you mean 'cursor'?",
  ],
  [
    withDataset({ pagination: undefined }),
    'datasets[0].pagination',
    'nothing',
    "'page-number', 'offset', 'single'",
  ],
  [
    withDataset({ pagination: { type: 'offset', pageSize: 0, total: { type: 'body', path: 'n' } } }),
    'datasets[0].pagination.pageSize',
    '0',
    'a whole number from 1',
  ],
  [
    withDataset({
      pagination: { type: 'offset', pageSize: 5, pageParameter: 'p', total: { type: 'body', path: 'n' } },
    }),
    'datasets[0].pagination.pageParameter',
    'an unknown option',
    'offsetParameter',
  ],
  [
    withDataset({ pagination: { type: 'offset', pageSize: 5, total: { type: 'body', path: '' } } }),
    'datasets[0].pagination.total.path',
    "''",
    "'meta.total'",
  ],
  [
    withDataset({ pagination: { type: 'offset', pageSize: 5, total: { type: 'header', name: 'a:b' } } }),
    'datasets[0].pagination.total.name',
    "'a:b'",
    'a header name',
  ],
  [
    withDataset({
      pagination: {
        type: 'offset',
        pageSize: 5,
        sizeParameter: 'offset',
        total: { type: 'body', path: 'n' },
      },
    }),
    'datasets[0].pagination.sizeParameter',
    "'offset'",
    'pagination does not set',
  ],

  [withDataset({ records: 'a..b' }), 'datasets[0].records', "'a..b'", 'character 3: expected a key'],
  [withDataset({ records: undefined }), 'datasets[0].records', 'nothing', "'data.items'"],
  [withDataset({ key: ['idd'] }), 'datasets[0].key[0]', "'idd'", "did you mean 'id'?"],
  [withDataset({ key: ['toString'] }), 'datasets[0].key[0]', "'toString'", "'id' or 'name'"],
  [withDataset({ key: [] }), 'datasets[0].key', 'a list of 0', 'at least one column'],
  [withDataset({ key: 'id' }), 'datasets[0].key', "'id'", "columns, such as ['id']"],
  [withDataset({ key: ['id', 'id'] }), 'datasets[0].key[1]', "'id'", 'each name once'],
  [
    withDataset({ columns: { id: bigint({ required: false }) } }),
    'datasets[0].columns.id.required',
    'false',
    'a column of the key is required',
  ],
  [
    withDataset({ columns: { id: bigint(), Id: bigint() } }),
    'datasets[0].columns.Id',
    "the name 'Id'",
    'upper and lower case',
  ],
  [
    withDataset({ columns: { id: bigint(), 'a b': bigint() } }),
    "datasets[0].columns['a b']",
    "the name 'a b'",
    'letters',
  ],
  [
    withDataset({ columns: { id: bigint(), run: bigint() } }),
    'datasets[0].columns.run',
    "the name 'run'",
    'partitioned',
  ],
  [
    withDataset({ columns: { id: bigint(), n: bigint } }),
    'datasets[0].columns.n',
    'a function: its () may be missing',
    'varchar()',
  ],
  [withDataset({ columns: { id: bigint(), n: 'bigint' } }), 'datasets[0].columns.n', "'bigint'", 'a column'],
  [
    withDataset({ columns: { id: bigint('a[-1]') } }),
    'datasets[0].columns.id.path',
    "'a[-1]'",
    'character 2',
  ],
  [
    withDataset({ columns: { id: bigint(), p: decimal(19, 20) } }),
    'datasets[0].columns.p',
    'decimal(19, 20)',
    'a scale',
  ],
  [
    withDataset({ columns: { id: bigint(), p: decimal(39, 2) } }),
    'datasets[0].columns.p.precision',
    '39',
    '1 to 38',
  ],
  [
    withDataset({ columns: { id: bigint(), p: decimal(0, 0) } }),
    'datasets[0].columns.p.precision',
    '0',
    '1 to 38',
  ],
  [
    withDataset({ columns: { id: bigint(), n: { columnType: { type: 'varchr' }, options: {} } } }),
    'datasets[0].columns.n.type',
    "'varchr'",
    "did you mean 'varchar'?",
  ],
  [
    withDataset({ columns: { id: bigint(), n: { columnType: { type: 'bigint' }, options: { nulIf: [] } } } }),
    'datasets[0].columns.n.nulIf',
    'an unknown option',
    "did you mean 'nullIf'?",
  ],
  [withDataset({ maxQuarantinedRatio: 1.1 }), 'datasets[0].maxQuarantinedRatio', '1.1', 'from 0 to 1'],
  [withDataset({ keepRaw: 'no' }), 'datasets[0].keepRaw', "'no'", 'true or false'],
  [withDataset({ ifLate: ' ' }), 'datasets[0].ifLate', "' '", 'a sentence'],
  [
    withDataset({ schedule: { type: 'cron', hour: 24, minute: 0 } }),
    'datasets[0].schedule.hour',
    '24',
    '0 to 23',
  ],
  [withDataset({ schedule: { type: 'cron', hour: 3 } }), 'datasets[0].schedule.minute', 'nothing', '0 to 59'],
  [
    withDataset({ schedule: { type: 'cron', hour: 3, minute: 0, timeZone: 'Mars/Olympus' } }),
    'datasets[0].schedule.timeZone',
    "'Mars/Olympus'",
    'IANA',
  ],
  [
    withDataset({ schedule: { type: 'cron', hour: 3, minute: 0, timeZone: 'utc' } }),
    'datasets[0].schedule.timeZone',
    "'utc'",
    "did you mean 'UTC'?",
  ],
  ...(
    [
      ['asia/kolkata', 'Asia/Kolkata'],
      ['us/pacific', 'US/Pacific'],
      ['gmt', 'GMT'],
      ['zulu', 'Zulu'],
      ['est5edt', 'EST5EDT'],
      ['Europe/Berln', 'Europe/Berlin'],
      ['new york', 'America/New_York'],
    ] as const
  ).map(
    ([timeZone, meant]) =>
      [
        withDataset({ schedule: { type: 'cron', hour: 3, minute: 0, timeZone } }),
        'datasets[0].schedule.timeZone',
        `'${timeZone}'`,
        `did you mean '${meant}'?`,
      ] as const,
  ),
  [
    withDataset({ schedule: { type: 'cron', hour: 3, minute: 0, weekDays: [] } }),
    'datasets[0].schedule.weekDays',
    'a list of 0',
    "'mon'",
  ],
  [
    withDataset({ schedule: { type: 'cron', hour: 3, minute: 0, weekDays: ['mon', 'mon'] } }),
    'datasets[0].schedule.weekDays[1]',
    "'mon'",
    'each name once',
  ],
  [5, '', '5', 'an object with name'],
  [undefined, '', 'nothing', 'an object with name'],
  ['text', '', "'text'", 'an object with name'],
  [[], '', 'a list of 0', 'an object with name'],
];

describe('one problem at a time', () => {
  test.each(cases.map((row, index) => [`${index}: ${row[1]} received ${row[2]}`, row] as const))(
    '%s',
    (_title, [input, path, received, allowed]) => {
      expect(problemsOf(input)).toEqual([{ path, received, allowed: expect.stringContaining(allowed) }]);
    },
  );

  test.each([
    'UTC',
    'Europe/Berlin',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'US/Pacific',
    'Zulu',
    'EST5EDT',
    'America/Argentina/Buenos_Aires',
  ])('takes the time zone %s', (timeZone) => {
    const input = withDataset({ schedule: { type: 'cron', hour: 3, minute: 0, timeZone } });
    expect(() => defineSource(input as never)).not.toThrow();
  });

  test('takes names of 40 characters, and 2 or 1,000 lanes', () => {
    for (const lanes of [2, 1000]) {
      const input = source({ name: 'a'.repeat(40), limits: { requestsPerSecond: 50, lanes } });
      expect(() => defineSource(input as never)).not.toThrow();
    }
  });
});

describe('all problems at once', () => {
  test('as a table that people can read', () => {
    const error = refusal(
      source({
        name: 'geonames',
        limits: { requestsPerSecond: 50, lanes: 1 },
        datasets: [dataset({ pagination: { type: 'cursr' } }), dataset({ keepRaw: 1 })],
      }),
    );
    expect(error).toMatchObject({ failure: 'configuration', source: 'geonames' });
    expect(error.message).toBe(
      [
        "source 'geonames' has 4 problems:",
        '  limits.lanes                 received 1         allowed: a whole number from 2 to 1000',
        "  datasets[0].pagination.type  received 'cursr'   allowed: 'page-number', 'offset', 'single', 'cursor', 'next-link' or 'keyset'; did you mean 'cursor'?",
        '  datasets[1].keepRaw          received 1         allowed: true or false',
        "  datasets[1].name             received 'things'  allowed: each name once",
      ].join('\n'),
    );
  });

  test('also where one part is broken beyond judging', () => {
    const broken = source({ name: 7, datasets: [dataset({ columns: 3, key: ['id'] }), dataset({ key: 4 })] });
    expect(problemsOf(broken).map(({ path }) => path)).toEqual([
      'name',
      'datasets[0].columns',
      'datasets[0].key[0]',
      'datasets[1].key',
      'datasets[1].name',
    ]);
    expect(refusal(broken).message).toMatch(/^the source has 5 problems:/);
  });

  test('shows fifty of very many and keeps the rest', () => {
    const error = refusal(
      source({ datasets: Array.from({ length: 60 }, (_, i) => dataset({ name: `A${i}` })) }),
    );
    expect(error.problems).toHaveLength(60);
    expect(error.message.split('\n')).toHaveLength(52);
    expect(error.message).toMatch(/ {2}… and 10 more$/);
  });

  test('on one line each, whatever the received text holds', () => {
    const error = refusal(source({ name: 'a\nb\u001b[31m', baseUrl: `x${'y'.repeat(5000)}` }));
    expect(error.message.split('\n')).toHaveLength(3);
    expect(error.message.length).toBeLessThan(600);
    expect(error.message).not.toContain('\u001b');
  });
});

describe('credentials', () => {
  const clear = 's3cret-Token.123';
  const definitions: readonly unknown[] = [
    source({ auth: clear }),
    source({ auth: [clear] }),
    source({ auth: { type: clear } }),
    source({ auth: { type: 'bearer', token: clear } }),
    source({ auth: { type: 'bearer', token: { secret: `${clear} with a space` } } }),
    source({ auth: { type: 'bearer', token: { secret: 'name', value: clear } } }),
    source({ auth: { type: 'api-key', key: clear, in: clear, name: `${clear}:` } }),
    source({ auth: { type: 'bearer', value: clear } }),
    source({ auth: { type: 'basic', username: `${clear}:`, password: secret('p') } }),
    source({ auth: { type: 'basic', username: 'me', password: clear } }),
    source({
      auth: { type: 'oauth2-client-credentials', tokenUrl: `https://${clear}@x.example`, clientId: 7 },
    }),
    source({
      auth: { type: 'oauth2-refresh-token', refreshToken: clear, clientSecret: clear, scopes: clear },
    }),
    source({
      auth: { type: 'oauth2-refresh-token', scopes: [` ${clear}`], clientAuth: clear, parameters: clear },
    }),
    source({ auth: { type: 'aws-sigv4', accessKeyId: clear, region: clear, service: clear } }),
    source({ auth: { type: 'custom', secrets: { key: clear }, headers: clear } }),
    source({ auth: { type: 'custom', secrets: clear, headers: { 'x-key': clear } } }),
    source({ tls: clear }),
    source({ tls: { certificate: clear, key: clear, ca: clear } }),
    source({ token: clear }),
    source({ baseUrl: `https://${clear}@x.example` }),
    source({ baseUrl: `https://user:${clear}@x.example` }),
    source({ baseUrl: `https://x.example?key=${clear}` }),
    source({ baseUrl: `https://x.example#${clear}` }),
    withDataset({ request: { path: '/x', headers: { authorization: clear } } }),
    withDataset({ request: { path: '/x', headers: { a: `${clear}\n` } } }),
    withDataset({ request: { path: '/x', headers: clear } }),
    withDataset({ request: { path: `/x?key=${clear}` } }),
  ];

  test.each(definitions.map((input, index) => [index, input] as const))(
    'are never shown (%i)',
    (_index, input) => {
      const { message, problems, stack, cause } = refusal(input);
      expect(JSON.stringify({ message, problems, stack, cause: String(cause) })).not.toContain(clear);
    },
  );
});

describe('hostile definitions', () => {
  const cyclic = source();
  cyclic.datasets = [dataset({ request: cyclic })];
  const throwing = (target: object) =>
    new Proxy(target, {
      get: () => {
        throw new Error('get');
      },
      ownKeys: () => {
        throw new Error('ownKeys');
      },
      getPrototypeOf: () => {
        throw new Error('getPrototypeOf');
      },
    });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const getter = source();
  Object.defineProperty(getter, 'limits', {
    enumerable: true,
    get: () => {
      throw new Error('never');
    },
  });
  const deep: Tree = {};
  let inner = deep;
  for (let depth = 0; depth < 100_000; depth++) {
    const next: Tree = {};
    inner.a = next;
    inner = next;
  }
  let bomb: unknown = {};
  for (let level = 0; level < 18; level++) bomb = Array.from({ length: 10 }, () => bomb);
  class Definition {
    name = 'shop';
  }

  test.each<readonly [string, unknown, string, string]>([
    ['a cycle', cyclic, 'datasets[0].request', 'a reference to an object around it'],
    ['a getter that throws', getter, 'limits', 'a value that throws when it is read'],
    ['a proxy that throws', throwing({}), '', 'a value that throws when it is read'],
    [
      'a list that throws',
      source({ datasets: throwing([]) }),
      'datasets',
      'a value that throws when it is read',
    ],
    ['a revoked proxy', revoked.proxy, '', 'a value that throws when it is read'],
    ['an abyss', source({ auth: deep }), `auth${'.a'.repeat(40)}`, 'an object nested too deep'],
    ['an instance', new Definition(), '', 'an instance of a class'],
    ['an inherited definition', Object.create(source()), '', 'an instance of a class'],
    ['a Map', source({ limits: new Map() }), 'limits', 'a Map'],
    ['__proto__', JSON.parse('{"__proto__": {"name": "shop"}}'), '__proto__', 'an unknown option'],
    [
      'an array without end',
      source({ datasets: new Array(4_000_000_000) }),
      'datasets',
      'a list of 4000000000',
    ],
  ])('%s', (_title, input, path, received) => {
    expect(problemsOf(input)).toContainEqual({ path, received, allowed: expect.any(String) });
  });

  test('a list that grows beyond measure ends', () => {
    expect(problemsOf(source({ datasets: bomb }))).toEqual([
      { path: '', received: 'more than 2000000 values', allowed: expect.any(String) },
    ]);
  });

  test('10,000 datasets, good or bad', () => {
    const named = (bad: Tree) =>
      Array.from({ length: 10_000 }, (_, i) => dataset({ name: `d-${i}`, ...bad }));
    const defined: { datasets: readonly unknown[] } = defineSource(source({ datasets: named({}) }) as never);
    expect(defined.datasets).toHaveLength(10_000);
    expect(problemsOf(source({ datasets: named({ keepRaw: 0 }) }))).toHaveLength(10_000);
  });

  test('does not touch any prototype', () => {
    refusal(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'));
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});
