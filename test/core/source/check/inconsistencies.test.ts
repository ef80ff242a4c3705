import { bigint, varchar } from '../../../../core/source/columns';
import { defineSource, secret } from '../../../../core/source/define-source';
import { type Problem, SourceDefinitionError } from '../../../../core/source/problems';

type Tree = { [name: string]: unknown };

const numbered = { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } };
const byUser = { type: 'values', name: 'userId', values: [1, 2] };
const cursor = { type: 'cursor', cursor: { type: 'body', path: 'next' } };

function dataset(changes: Tree = {}): Tree {
  return {
    name: 'things',
    request: { path: '/things' },
    pagination: numbered,
    records: 'items',
    key: ['id'],
    columns: { id: bigint() },
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

const withDataset = (changes: Tree) => source({ datasets: [dataset(changes)] });
const withRequest = (request: Tree, changes: Tree = {}) =>
  withDataset({ request: { path: '/things', ...request }, ...changes });

function problemsOf(input: unknown): readonly Problem[] {
  const define: (input: never) => unknown = defineSource;
  try {
    // What a plain JavaScript file could hand over.
    define(input as never);
  } catch (error) {
    if (error instanceof SourceDefinitionError) return error.problems;
    throw error;
  }
  return [];
}

const oauth2 = {
  type: 'oauth2-client-credentials',
  tokenUrl: 'https://login.example.com/token',
  clientId: 'me',
  clientSecret: secret('s'),
};
const clear = 'SEKRET123';
const invoke = {
  actions: ['execute-api:Invoke'],
  resources: ['arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/*'],
};
const sigV4 = { type: 'aws-sigv4', region: 'eu-central-1', service: 'execute-api' };
const windows = { type: 'windows', from: '2020-01-01', step: { months: 1 } };
const users = dataset({ name: 'users', columns: { id: bigint(), name: varchar() } });
const ofUsers = (changes: Tree = {}) =>
  dataset({
    request: { path: '/users/{userId}' },
    slices: { type: 'records', dataset: 'users', column: 'id', name: 'userId', ...changes },
  });

/** A definition, and its one problem: path, received, a part of what is allowed. */
const refused: readonly (readonly [string, unknown, string, string, string])[] = [
  [
    'only one key of two',
    source({ auth: { ...sigV4, accessKeyId: secret('a') } }),
    'auth.secretAccessKey',
    'nothing',
    'both',
  ],
  [
    'what the own role may do, where keys sign',
    source({ auth: { ...sigV4, accessKeyId: secret('a'), secretAccessKey: secret('b'), allow: [invoke] } }),
    'auth.allow',
    'a list of 1',
    'nothing where keys sign',
  ],
  [
    'an action of another service than the one that is signed for',
    source({ auth: { ...sigV4, allow: [invoke, { ...invoke, actions: ['s3:GetObject'] }] } }),
    'auth.allow[1].actions[0]',
    "'s3:GetObject'",
    "'execute-api:…'",
  ],
  ...['*', 'execute-api:*', 'execute-api:Inv?ke', 'Invoke'].map(
    (action) =>
      [
        `the action ${action}`,
        source({ auth: { ...sigV4, allow: [{ ...invoke, actions: [action] }] } }),
        'auth.allow[0].actions[0]',
        'a text (not shown)',
        'whole name',
      ] as const,
  ),
  ...[
    '*',
    'arn:aws:execute-api:*:111122223333:a/*',
    'arn:aws:execute-api:eu-west-1:*:a/*',
    'arn:aws:execute-api:eu-west-1:111122223333:*',
    'arn:aws:*:::a',
  ].map(
    (resource) =>
      [
        `the resource ${resource}`,
        source({ auth: { ...sigV4, allow: [{ ...invoke, resources: [resource] }] } }),
        'auth.allow[0].resources[0]',
        'a text (not shown)',
        'below the account',
      ] as const,
  ),
  ...(
    [
      ['query', { api_key: clear }, 'api_key'],
      ['query', { access_token: [clear] }, 'access_token'],
      ['headers', { 'x-api-key': clear }, 'x-api-key'],
      ['headers', { 'X-Auth-Token': clear }, 'X-Auth-Token'],
    ] as const
  ).map(
    ([place, values, name]) =>
      [
        `a credential in clear in ${place}: ${name}`,
        withRequest({ [place]: values }),
        `datasets[0].request.${place}.${name}`,
        'a text (not shown)',
        "declare auth: { type: 'api-key'",
      ] as const,
  ),
  [
    'a credential in clear in the query of what changed',
    withDataset({ incremental: { query: { since: '{since}', apikey: clear } } }),
    'datasets[0].incremental.query.apikey',
    'a text (not shown)',
    "in: 'query'",
  ],
  [
    'a credential in clear deep in a body',
    withRequest({ body: { logins: [{ user: 'me', password: clear }] } }),
    'datasets[0].request.body.logins[0].password',
    'a text (not shown)',
    'no credential in clear',
  ],
  [
    'a credential in clear in the URL of tokens',
    source({ auth: { ...oauth2, tokenUrl: `https://login.example.com/token?api_key=${clear}` } }),
    'auth.tokenUrl',
    'a URL with credentials (not shown)',
    "without 'api_key'",
  ],
  [
    'a credential in clear in the base of all URLs',
    source({ baseUrl: `https://api.example.com/v1?api_key=${clear}` }),
    'baseUrl',
    "'https://api.example.com/v1?' and more (not shown)",
    'http(s) URL',
  ],
  [
    'a token in clear over the network',
    source({ auth: { ...oauth2, tokenUrl: 'http://login.example.com/t' } }),
    'auth.tokenUrl',
    'a text (not shown)',
    'https',
  ],
  [
    'a host that only begins like this machine',
    source({ auth: { ...oauth2, tokenUrl: 'http://127.0.0.1.example.com/t' } }),
    'auth.tokenUrl',
    'a text (not shown)',
    'https',
  ],
  [
    'a field that the grant fills',
    source({ auth: { ...oauth2, parameters: { grant_type: 'x' } } }),
    'auth.parameters.grant_type',
    "the name 'grant_type'",
    'itself',
  ],
  [
    'a scope with a space',
    source({ auth: { ...oauth2, scopes: ['a b'] } }),
    'auth.scopes[0]',
    'a text (not shown)',
    'without spaces',
  ],
  [
    'an unknown way to say who the client is',
    source({ auth: { ...oauth2, clientAuth: 'bsic' } }),
    'auth.clientAuth',
    'a text (not shown)',
    "'basic' or 'body'",
  ],
  [
    'a name with a colon',
    source({ auth: { type: 'basic', username: 'a:b', password: secret('p') } }),
    'auth.username',
    'a text (not shown)',
    "without ':'",
  ],
  [
    'no function',
    source({ auth: { type: 'custom', headers: { a: 'b' } } }),
    'auth.headers',
    'an object',
    'a function',
  ],
  [
    'a secret that is none',
    source({ auth: { type: 'custom', secrets: { k: 'clear' }, headers: () => ({}) } }),
    'auth.secrets.k',
    'a text (not shown)',
    "secret('name')",
  ],
  [
    'a function elsewhere',
    withRequest({ headers: { a: () => 'b' } }),
    'datasets[0].request.headers.a',
    'a function',
    'ASCII',
  ],
  [
    'a certificate over http',
    source({ baseUrl: 'http://x.example', tls: { certificate: secret('c'), key: secret('k') } }),
    'tls',
    'an object',
    'https',
  ],
  [
    'a certificate in clear',
    source({ tls: { certificate: '-----BEGIN', key: secret('k') } }),
    'tls.certificate',
    'a text (not shown)',
    "secret('name')",
  ],
  ['patience without end', source({ http: { bodySeconds: 301 } }), 'http.bodySeconds', '301', 'up to 300'],
  [
    'a lane that dies waiting',
    source({
      limits: { requestsPerSecond: 1, lanes: 4 },
      datasets: [dataset({ request: { path: '/x', weight: 16 } })],
    }),
    'datasets[0].request.weight',
    '16',
    'at most 15',
  ],
  [
    'more in flight than there is',
    source({ limits: { requestsPerSecond: 1, inFlight: 257 } }),
    'limits.inFlight',
    '257',
    '1 to 256',
  ],

  [
    'a body for GET',
    withRequest({ method: 'GET', body: {} }),
    'datasets[0].request.body',
    'an object',
    "'POST'",
  ],
  [
    'a body that is no JSON',
    withRequest({ body: { a: Number.NaN } }),
    'datasets[0].request.body',
    'an object',
    'finite',
  ],
  [
    'a number that JSON rounds',
    withRequest({ body: { a: 2 ** 53 } }),
    'datasets[0].request.body',
    'an object',
    'finite',
  ],
  [
    'a content type of its own',
    withRequest({ body: {}, headers: { 'content-type': 'text/plain' } }),
    'datasets[0].request.headers.content-type',
    "the name 'content-type'",
    'JSON',
  ],
  [
    'a status that is a success',
    withRequest({ statuses: { 200: 'empty' } }),
    "datasets[0].request.statuses['200']",
    "the status '200'",
    '204',
  ],
  [
    'an unknown meaning',
    withRequest({ statuses: { 404: 'emtpy' } }),
    "datasets[0].request.statuses['404']",
    "'emtpy'",
    "'empty', 'retry'",
  ],
  [
    'an empty list in the query',
    withRequest({ query: { a: [] } }),
    'datasets[0].request.query.a',
    'a list of 0',
    'at least one',
  ],
  [
    'a number in a list of the query',
    withRequest({ query: { a: ['x', 1] } }),
    'datasets[0].request.query.a[1]',
    '1',
    'a text',
  ],

  [
    'an unknown placeholder in the path',
    withRequest({ path: '/u/{usrId}/{userId}' }, { slices: byUser }),
    'datasets[0].request.path',
    "the placeholder '{usrId}'",
    "did you mean 'userId'?",
  ],
  [
    'a placeholder without slices',
    withRequest({ path: '/u/{userId}' }),
    'datasets[0].request.path',
    "the placeholder '{userId}'",
    'no slices',
  ],
  [
    'an unknown placeholder in the query',
    withRequest({ query: { u: '{userId}', v: 'x{nope}' } }, { slices: byUser }),
    'datasets[0].request.query.v',
    "the placeholder '{nope}'",
    "'userId'",
  ],
  [
    'a parameter of the pagination in the query',
    withRequest(
      { path: '/p/{page}', query: { v: '{page}' } },
      { pagination: { ...numbered, pageParameter: { in: 'path', name: 'page' } } },
    ),
    'datasets[0].request.query.v',
    "the placeholder '{page}'",
    'no {name}',
  ],
  [
    'a placeholder in a header',
    withRequest({ query: { u: '{userId}' }, headers: { a: '{userId}' } }, { slices: byUser }),
    'datasets[0].request.headers.a',
    "the placeholder '{userId}'",
    'path, query or body',
  ],
  [
    'a slice that no request shows',
    withDataset({ slices: byUser }),
    'datasets[0].slices.name',
    "'userId'",
    'same request',
  ],
  [
    'a slice of a list that no request shows',
    withRequest({ path: '/{a}' }, { slices: [{ ...byUser, name: 'a' }, byUser] }),
    'datasets[0].slices[1].name',
    "'userId'",
    'same request',
  ],
  [
    'half a window',
    withRequest({ query: { since: '{from}' } }, { slices: windows }),
    'datasets[0].slices.toName',
    "'to'",
    'same request',
  ],
  [
    'a page that no request shows',
    withDataset({ pagination: { ...numbered, pageParameter: { in: 'path', name: 'page' } } }),
    'datasets[0].pagination.pageParameter',
    "'page'",
    '/pages/{page}',
  ],
  [
    'a page named like a slice',
    withRequest(
      { path: '/{userId}' },
      { slices: byUser, pagination: { ...numbered, pageParameter: { in: 'path', name: 'userId' } } },
    ),
    'datasets[0].pagination.pageParameter',
    "'userId'",
    'slices do not use',
  ],

  [
    'a place that does not exist',
    withDataset({ pagination: { ...numbered, pageParameter: { in: 'cookie', name: 'p' } } }),
    'datasets[0].pagination.pageParameter.in',
    "'cookie'",
    "'query', 'path', 'body' or 'header'",
  ],
  [
    'an unknown option of a place',
    withDataset({ pagination: { ...numbered, pageParameter: { in: 'query', name: 'p', nam: 'x' } } }),
    'datasets[0].pagination.pageParameter.nam',
    'an unknown option',
    "did you mean 'name'?",
  ],
  [
    'a bad name of a place',
    withDataset({ pagination: { ...numbered, pageParameter: 'a b' } }),
    'datasets[0].pagination.pageParameter',
    "'a b'",
    'query parameter',
  ],
  [
    'a parameter of the body without one',
    withDataset({ pagination: { ...numbered, pageParameter: { in: 'body', path: 'page' } } }),
    'datasets[0].pagination.pageParameter',
    "'page'",
    'request.body',
  ],
  [
    'a parameter where the body holds something',
    withRequest(
      { body: { paging: { page: 1 } } },
      { pagination: { ...numbered, pageParameter: { in: 'body', path: 'paging.page' } } },
    ),
    'datasets[0].pagination.pageParameter',
    "'paging.page'",
    'holds nothing',
  ],
  [
    'a parameter inside a text',
    withRequest(
      { body: { paging: 'x' } },
      { pagination: { ...numbered, pageParameter: { in: 'body', path: 'paging.page' } } },
    ),
    'datasets[0].pagination.pageParameter',
    "'paging.page'",
    'leads through',
  ],
  [
    'two parameters at one path',
    withRequest(
      { body: {} },
      {
        pagination: {
          ...numbered,
          pageParameter: { in: 'body', path: 'p' },
          sizeParameter: { in: 'body', path: 'p' },
        },
      },
    ),
    'datasets[0].pagination.sizeParameter',
    "'p'",
    'pagination does not set',
  ],
  [
    'a header that pagination sets',
    withRequest(
      { headers: { 'X-Page': '1' } },
      { pagination: { ...numbered, pageParameter: { in: 'header', name: 'x-page' } } },
    ),
    'datasets[0].request.headers.X-Page',
    "the name 'X-Page'",
    'pagination',
  ],
  [
    'a page in the header of auth',
    source({
      auth: { type: 'api-key', key: secret('k') },
      datasets: [
        dataset({ pagination: { ...numbered, pageParameter: { in: 'header', name: 'X-Api-Key' } } }),
      ],
    }),
    'datasets[0].pagination.pageParameter',
    "'X-Api-Key'",
    'auth',
  ],
  [
    'a header of the signature',
    source({ auth: sigV4, datasets: [dataset({ request: { path: '/x', headers: { 'X-Amz-Date': 'x' } } })] }),
    'datasets[0].request.headers.X-Amz-Date',
    "the name 'X-Amz-Date'",
    'auth',
  ],

  [
    'no total',
    withDataset({ pagination: { type: 'offset', pageSize: 5 } }),
    'datasets[0].pagination.total',
    'nothing',
    "'last-link' or 'none'",
  ],
  [
    'a size for nobody',
    withDataset({ pagination: { ...cursor, sizeParameter: 'n' } }),
    'datasets[0].pagination.sizeParameter',
    "'n'",
    'pageSize',
  ],
  [
    "an end at a total that isn't there",
    withDataset({ pagination: { ...cursor, end: ['total'] } }),
    'datasets[0].pagination.end[0]',
    "'total'",
    'how much',
  ],
  [
    'an end at a short page of unknown size',
    withDataset({ pagination: { ...cursor, end: ['empty-page', 'short-page'] } }),
    'datasets[0].pagination.end[1]',
    "'short-page'",
    'pageSize',
  ],
  [
    'an end named twice',
    withDataset({ pagination: { ...cursor, end: ['empty-page', 'empty-page'] } }),
    'datasets[0].pagination.end[1]',
    "'empty-page'",
    'each name once',
  ],
  [
    'keys without end',
    withDataset({ pagination: { type: 'keyset', field: 'id', end: [] } }),
    'datasets[0].pagination.end',
    'a list of 0',
    'at least one end',
  ],
  [
    'a result window that nothing can halve',
    withDataset({ pagination: { ...numbered, resultWindow: 1000 } }),
    'datasets[0].pagination.resultWindow',
    '1000',
    "'windows'",
  ],
  [
    'a result window below a page',
    withRequest(
      { query: { a: '{from}', b: '{to}' } },
      { slices: windows, pagination: { ...numbered, resultWindow: 9 } },
    ),
    'datasets[0].pagination.resultWindow',
    '9',
    'that is 10',
  ],

  [
    'no window of time',
    withRequest(
      { query: { a: '{from}', b: '{to}' } },
      { slices: { ...windows, to: '2020-01-01T00:00:00Z' } },
    ),
    'datasets[0].slices.to',
    "'2020-01-01T00:00:00Z'",
    'after from',
  ],
  [
    'a day that no calendar has',
    withRequest({ query: { a: '{from}', b: '{to}' } }, { slices: { ...windows, from: '2023-02-29' } }),
    'datasets[0].slices.from',
    "'2023-02-29'",
    'a day or time in UTC',
  ],
  [
    'a step of two units',
    withRequest(
      { query: { a: '{from}', b: '{to}' } },
      { slices: { ...windows, step: { days: 1, hours: 1 } } },
    ),
    'datasets[0].slices.step',
    'an object',
    'one of',
  ],
  [
    'hours of which only the day is written',
    withRequest(
      { query: { a: '{from}', b: '{to}' } },
      { slices: [{ ...windows, step: { hours: 12 }, format: 'date' }] },
    ),
    'datasets[0].slices[0].step',
    'hours',
    'hours need a format with a time',
  ],
  [
    'a step of nothing',
    withRequest({ query: { a: '{from}', b: '{to}' } }, { slices: { ...windows, step: { days: 0 } } }),
    'datasets[0].slices.step',
    'an object',
    'from 1',
  ],
  [
    'a value twice',
    withRequest({ path: '/{userId}' }, { slices: { ...byUser, values: [1, '1'] } }),
    'datasets[0].slices.values[1]',
    "'1'",
    'once',
  ],
  [
    'a value that is rounded',
    withRequest({ path: '/{userId}' }, { slices: { ...byUser, values: [2 ** 53] } }),
    'datasets[0].slices.values[0]',
    '9007199254740992',
    'as a text',
  ],
  [
    'no value',
    withRequest({ path: '/{userId}' }, { slices: { ...byUser, values: [] } }),
    'datasets[0].slices.values',
    'a list of 0',
    'at least one',
  ],
  [
    'too many values',
    withRequest(
      { path: '/{userId}' },
      { slices: { ...byUser, values: Array.from({ length: 100_001 }, (_, i) => i) } },
    ),
    'datasets[0].slices.values',
    'a list of 100001',
    'at most 100000',
  ],
  [
    'too many combinations',
    withRequest(
      { path: '/{userId}/{b}' },
      {
        slices: ['userId', 'b'].map((name) => ({
          type: 'values',
          name,
          values: Array.from({ length: 317 }, (_, i) => i),
        })),
      },
    ),
    'datasets[0].slices',
    '100489 combinations',
    'at most 100000',
  ],
  [
    'braces of no name in a path',
    withRequest({ path: '/u/{user.id}' }),
    'datasets[0].request.path',
    "the placeholder '{user.id}'",
    'no slices',
  ],
  [
    'a parameter of two slices',
    withRequest({ path: '/{userId}' }, { slices: [byUser, byUser] }),
    'datasets[0].slices[1].name',
    "'userId'",
    'each name once',
  ],
  [
    'an unknown kind of slices',
    withDataset({ slices: { type: 'record' } }),
    'datasets[0].slices.type',
    "'record'",
    "did you mean 'records'?",
  ],
  [
    'slices of an unknown dataset',
    source({ datasets: [users, ofUsers({ dataset: 'user' })] }),
    'datasets[1].slices.dataset',
    "'user'",
    "did you mean 'users'?",
  ],
  [
    'slices of an unknown column',
    source({ datasets: [users, ofUsers({ column: 'nmae' })] }),
    'datasets[1].slices.column',
    "'nmae'",
    "did you mean 'name'?",
  ],
  [
    'slices of the dataset itself',
    source({ datasets: [ofUsers({ dataset: 'things' })] }),
    'datasets[0].slices.dataset',
    "'things'",
    'another dataset',
  ],

  [
    'a column of an unknown parameter',
    withRequest(
      { path: '/{userId}' },
      { slices: byUser, columns: { id: bigint(), userId: bigint({ slice: 'userid' }) } },
    ),
    'datasets[0].columns.userId.slice',
    "'userid'",
    "did you mean 'userId'?",
  ],
  [
    'a column of a slice without slices',
    withDataset({ columns: { id: bigint(), u: bigint({ slice: 'u' }) } }),
    'datasets[0].columns.u.slice',
    "'u'",
    'no slices',
  ],
  [
    'a column of two origins',
    withRequest(
      { path: '/{userId}' },
      { slices: byUser, columns: { id: bigint(), u: bigint('a.b', { slice: 'userId' }) } },
    ),
    'datasets[0].columns.u.path',
    "'a.b'",
    'no path',
  ],
];

test.each(refused)('refuses %s', (_title, input, path, received, allowed) => {
  expect(problemsOf(input)).toEqual([{ path, received, allowed: expect.stringContaining(allowed) }]);
});

test('names what is allowed once, however often it is declared', () => {
  const twice = withRequest(
    { path: '/{y}/{from}/{to}/{x}' },
    { slices: [{ ...byUser, name: 'y' }, { ...byUser, name: 'y' }, windows] },
  );
  const [problem] = problemsOf(twice).filter(({ path }) => path === 'datasets[0].request.path');
  expect(problem?.allowed).toMatch(/^'y', 'from' or 'to' between { and }/);
});

test('refuses datasets that wait for each other, each of them', () => {
  const waiting = (name: string, dataset_: string) =>
    dataset({
      name,
      request: { path: '/{id}' },
      slices: { type: 'records', dataset: dataset_, column: 'id' },
    });
  const circle = source({
    datasets: [waiting('a', 'b'), waiting('b', 'c'), waiting('c', 'a'), waiting('d', 'a')],
  });
  expect(problemsOf(circle).map(({ path }) => path)).toEqual(
    [0, 1, 2].map((at) => `datasets[${at}].slices.dataset`),
  );
});

const accepted: readonly (readonly [string, unknown])[] = [
  ['a role of its own that may do nothing, as on a laptop', source({ auth: sigV4 })],
  ['what the own role may do', source({ auth: { ...sigV4, allow: [invoke] } })],
  [
    'what signs by another name than its actions have',
    source({
      auth: {
        ...{ ...sigV4, service: 'monitoring' },
        allow: [
          {
            actions: ['cloudwatch:GetDashboard'],
            resources: ['arn:aws:cloudwatch::111122223333:dashboard/a'],
          },
        ],
      },
    }),
  ],
  [
    'names that only may be those of credentials',
    withRequest({
      query: {
        key: 'id',
        token: 'BTC',
        sort_key: 'name',
        pageToken: 'first',
        session: '2026',
        author: 'me',
        signature: 'x',
        user_key: 'me',
      },
      headers: { cookie: 'consent=1', 'x-session-id': 'abc' },
    }),
  ],
  [
    'names of credentials without one',
    withRequest(
      {
        query: { secret: 'false', password: '', api_key: '{userId}' },
        body: { fields: { password: false, api_key: null, secret: 'asc' }, sort: ['password'] },
      },
      { slices: byUser },
    ),
  ],
  ['tokens made on this machine', source({ auth: { ...oauth2, tokenUrl: 'http://localhost:4011/token' } })],
  [
    'credentials to an internal API over http',
    source({ baseUrl: 'http://api.internal', auth: { type: 'bearer', token: secret('t') } }),
  ],
  [
    'braces that are no placeholders',
    withRequest({ query: { filter: '{"a":{"b":1}}' }, body: { query: 'query { things { id } }' } }),
  ],
  [
    'a slice in the body only',
    withRequest({ body: { filter: ['x', { user: 'u-{userId}' }] } }, { slices: byUser }),
  ],
  [
    'a parameter of the body in a list of it',
    withRequest(
      { body: { requests: [{}] } },
      { pagination: { ...numbered, pageParameter: { in: 'body', path: 'requests[0].page' } } },
    ),
  ],
  [
    'the name of a size that is not asked for',
    withRequest({ query: { per_page: '7' } }, { pagination: { ...numbered, sizeParameter: false } }),
  ],
  ['a chain with a parameter called limit', withRequest({ query: { limit: '7' } }, { pagination: cursor })],
  [
    'an end at a total of pages',
    withDataset({
      pagination: { ...cursor, total: { type: 'body', path: 'n', counts: 'pages' }, end: ['total'] },
    }),
  ],
  [
    'keys that a flag ends',
    withDataset({ pagination: { type: 'keyset', field: 'id', hasMore: 'more', end: [] } }),
  ],
  [
    'a result window with time windows among the slices',
    withRequest(
      { path: '/{userId}', query: { a: '{from}', b: '{to}' } },
      { slices: [byUser, windows], pagination: { ...numbered, resultWindow: 10_000 } },
    ),
  ],
  ['slices of records', source({ datasets: [users, ofUsers()] })],
  ['slices of records that come later in the file', source({ datasets: [ofUsers(), users] })],
  [
    'a column from its slice',
    withRequest(
      { path: '/{userId}' },
      {
        slices: byUser,
        key: ['userId', 'id'],
        columns: { id: bigint(), userId: bigint({ slice: 'userId' }) },
      },
    ),
  ],
  [
    'a weight that a lane can just save up',
    source({
      limits: { requestsPerSecond: 1, lanes: 4 },
      datasets: [dataset({ request: { path: '/x', weight: 15 } })],
    }),
  ],
  [
    'a leap day',
    withRequest({ query: { a: '{from}', b: '{to}' } }, { slices: { ...windows, from: '2024-02-29' } }),
  ],
  [
    '100,000 values',
    withRequest(
      { path: '/{userId}' },
      { slices: { ...byUser, values: Array.from({ length: 100_000 }, (_, i) => i) } },
    ),
  ],
];

test.each(accepted)('takes %s', (_title, input) => {
  expect(problemsOf(input)).toEqual([]);
});
