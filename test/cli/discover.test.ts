import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DiscoverOptions, discover } from '../../cli/discover';
import { exitCodeOf, sentenceOf } from '../../cli/fail';
import type { Clock } from '../../core/run/ports';
import { loadSources } from '../../core/source/load-sources';
import { orders, serve, styles } from '../core/discover/api-styles';
import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../support/scripted-api';

let folder: string;
let api: ScriptedApi;
let printed: string[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'baseload-discover-test-')));
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line = '') => printed.push(line));
  jest.spyOn(console, 'error').mockImplementation((line = '') => printed.push(line));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await api?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A clock that sleeps in no time, and remembers how long. */
function fastClock(): Clock & { readonly slept: number[] } {
  let now = Date.parse('2024-06-01T00:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    monotonic: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

async function run(
  url: string,
  options: DiscoverOptions = {},
  secrets: Record<string, string> = {},
  clock = fastClock(),
) {
  const secret = (id: string) => secrets[id.replace('baseload/local/', '')];
  await discover(url, options, { clock, secret, folder });
}

async function serveAll(script: readonly Behaviour[] | ((request: ReceivedRequest) => Behaviour)) {
  api = await startScriptedApi(script);
  return api.baseUrl;
}

function sourceIn(name = 'local') {
  const { sources, problems } = loadSources(folder);
  expect(problems).toEqual([]);
  const found = sources.find(({ source }) => source.name === name);
  if (!found) throw new Error(`no source ${name}`);
  return found.source;
}

async function failure(url: string, options: DiscoverOptions = {}, secrets: Record<string, string> = {}) {
  try {
    await run(url, options, secrets);
  } catch (error) {
    return { code: exitCodeOf(error), message: sentenceOf(error) };
  }
  throw new Error('it did not fail');
}

describe('what is found out about an API', () => {
  test.each(Object.entries(styles))('%s', async (_, style) => {
    const base = await serveAll(serve(style));
    await run(base + style.path);
    const text = readFileSync(join(folder, 'local.ts'), 'utf8');
    const source = sourceIn();
    const [dataset] = source.datasets;
    expect(dataset).toMatchObject({ records: style.records, key: ['id'] });
    expect(
      new Function(`return (${/pagination: (\{[\s\S]*?\}),\n {6}(?:\/\/|records)/.exec(text)?.[1]})`)(),
    ).toEqual(style.pagination);
    for (const [subject, isSure] of Object.entries(style.sure)) {
      const lines = printed.filter(
        (line) => line.startsWith(`✔ ${subject.padEnd(11)} `) || line.startsWith(`? ${subject.padEnd(11)} `),
      );
      expect([subject, ...lines.map((line) => line[0])]).toEqual([subject, isSure ? '✔' : '?']);
    }
    expect(api.requests.length).toBeLessThanOrEqual(6);
  });
});

test('the file is laid out as the formatter would, and says what to check', async () => {
  const base = await serveAll(
    serve({
      ...(styles['no pagination'] as (typeof styles)[string]),
      answer: () => ({
        body: orders.map((order, at) => ({
          ...order,
          "it's": 'a "quote"',
          'x y': { [`deep ${'long '.repeat(20)}name`]: at, 'b.c': { d: { e: 1 } } },
          updated: 1_700_000_000 + at,
          numbers: [at, 2 ** 40],
          [`made At ${'w'.repeat(40)} Time`]: 1_700_000_000 + at,
          [`made At ${'w'.repeat(80)} Time`]: 1_700_000_000 + at,
          big: '9'.repeat(4),
          price: at + 0.5,
          run: at,
          ID2: at,
          id2: `${at}`,
        })),
      }),
    }),
  );
  await run(
    `${base}/orders?tag=a&tag=b&q=${'x'.repeat(120)}&four=${'y'.repeat(110)}&fiver=${'z'.repeat(110)}`,
    { header: ['Accept-Language: en'] },
  );
  const text = readFileSync(join(folder, 'local.ts'), 'utf8');
  const formatted = execFileSync(
    join(__dirname, '..', '..', 'node_modules', '.bin', 'biome'),
    ['format', '--stdin-file-path=sources/local.ts'],
    { input: text, cwd: join(__dirname, '..', '..') },
  ).toString();
  expect(text).toBe(formatted);
  const [dataset] = sourceIn().datasets;
  expect(Object.keys(dataset?.columns ?? {})).toEqual(
    expect.arrayContaining(['id', 'customerId', 'customerAddressCity', 'total', 'runValue', 'ID2', 'id2_2']),
  );
  expect(dataset?.columns.total?.columnType).toEqual({ type: 'decimal', precision: 12, scale: 2 });
  expect(dataset?.columns.tags?.columnType).toMatchObject({
    type: 'list',
    of: { columnType: { type: 'varchar' } },
  });
  expect(dataset?.columns.updated?.columnType).toEqual({ type: 'timestamp', format: 'epoch-seconds' });
  expect(dataset?.request).toMatchObject({
    query: { tag: ['a', 'b'] },
    headers: { 'accept-language': 'en' },
  });
  expect(text).toContain(
    `// check: always null in ${orders.length} records, so its type is not known\n        // note: varchar(),`,
  );
});

test('requests are one a second, and no more than was said', async () => {
  const base = await serveAll(serve(styles['offset with a total in a header'] as (typeof styles)[string]));
  const clock = fastClock();
  await run(`${base}/orders`, { pages: 3 }, {}, clock);
  expect(api.requests).toHaveLength(3);
  expect(clock.slept).toEqual([1000, 1000]);
});

test('with one request everything about paging is to be checked', async () => {
  const base = await serveAll(serve(styles['cursor in the body'] as (typeof styles)[string]));
  await run(`${base}/v2/orders`, { pages: 1 });
  expect(api.requests).toHaveLength(1);
  expect(sourceIn().datasets[0]?.pagination).toMatchObject({
    type: 'cursor',
    cursor: { path: 'meta.next_cursor' },
  });
  expect(readFileSync(join(folder, 'local.ts'), 'utf8')).toMatch(
    /\/\/ check: the cursor at 'meta.next_cursor'.*no request was left/,
  );
});

describe('credentials', () => {
  const answers = ({ headers, query }: ReceivedRequest): Behaviour =>
    headers.authorization === 'Bearer s3cret-token' ||
    query.get('k') === 's3cret-token' ||
    headers['x-shop'] === 's3cret-token'
      ? {
          body: {
            data: [
              { id: 1, name: 'a' },
              { id: 2, name: 'b' },
            ],
            count: 2,
          },
        }
      : { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="shop"' }, body: { error: 'no' } };

  test.each([
    ['bearer', 'shop/token', { type: 'bearer', token: { secret: 'shop/token' } }],
    [
      'api-key:X-Shop',
      'shop/key',
      { type: 'api-key', key: { secret: 'shop/key' }, in: 'header', name: 'X-Shop' },
    ],
    ['api-key-query:k', 'shop/key', { type: 'api-key', key: { secret: 'shop/key' }, in: 'query', name: 'k' }],
  ])('--auth %s takes it from the environment and writes its name only', async (auth, secret, expected) => {
    const base = await serveAll(answers);
    await run(`${base}/orders`, { name: 'shop', auth }, { [secret]: 's3cret-token' });
    expect(sourceIn('shop').auth).toEqual(expected);
    expect([readFileSync(join(folder, 'shop.ts'), 'utf8'), ...printed].join('\n')).not.toContain('s3cret');
  });

  test('without one the sentence says which auth to try, and which variable to set', async () => {
    const base = await serveAll(answers);
    const refused = await failure(`${base}/orders`, { name: 'shop' });
    expect(refused).toMatchObject({ code: 1, message: expect.stringContaining('try --auth bearer') });
    const missing = await failure(`${base}/orders`, { name: 'shop', auth: 'bearer' });
    expect(missing).toMatchObject({
      code: 2,
      message: expect.stringContaining('set SHOP_TOKEN in the environment or in .env'),
    });
    const wrong = await failure(
      `${base}/orders`,
      { name: 'shop', auth: 'bearer' },
      { 'shop/token': 'other-token' },
    );
    expect(wrong).toMatchObject({ code: 1, message: expect.stringContaining('check SHOP_TOKEN') });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(['s3cret-token', `a'b"c\\d`])(
    'a key that echoes %j is left out, and said to be',
    async (token) => {
      const base = await serveAll(({ index }) => ({
        body: {
          [`${token}-links`]: { next: null },
          data: Array.from({ length: 3 }, (_, at) => ({
            id: index * 3 + at,
            [token]: at,
            [`my ${token}`]: 'x',
            nested: { [token]: 1, plain: 2 },
          })),
        },
      }));
      await run(`${base}/orders`, { name: 'shop', auth: 'bearer' }, { 'shop/token': token });
      const text = readFileSync(join(folder, 'shop.ts'), 'utf8');
      expect(Object.keys(sourceIn('shop').datasets[0]?.columns ?? {})).toEqual(['id', 'nestedPlain']);
      expect(text).toContain('// check: 3 fields were left out: one whose name holds the credential');
      for (const shown of [token, JSON.stringify(token).slice(1, -1), token.replace(/\W/g, '_')])
        expect(text + printed.join('\n')).not.toContain(shown);
    },
  );

  test('an error that a body names does not show the credential', async () => {
    const base = await serveAll([
      { body: { errors: [{ message: `${'x'.repeat(190)} s3cret-token\n is\tno good` }], data: [] } },
    ]);
    const { message } = await failure(
      `${base}/orders`,
      { name: 'shop', auth: 'bearer' },
      { 'shop/token': 's3cret-token' },
    );
    expect(message).toContain('answers with an error instead of records: xxx');
    expect(message).not.toMatch(/s3cre|\n/);
  });

  test('a link to another origin is not followed', async () => {
    const other = await startScriptedApi([{ body: [{ id: 3 }] }]);
    const base = await serveAll([
      { body: { next: `${other.baseUrl}/orders?page=2`, data: [{ id: 1 }, { id: 2 }] } },
    ]);
    await run(`${base}/orders`, { name: 'shop', auth: 'bearer' }, { 'shop/token': 's3cret-token' });
    expect(other.requests).toHaveLength(0);
    expect(printed.join('\n')).toContain(`leads to ${other.baseUrl}`);
    await other.close();
  });

  test('a redirect to another origin is not followed', async () => {
    const other = await startScriptedApi([{ body: [{ id: 3 }] }]);
    const base = await serveAll([{ status: 302, headers: { location: `${other.baseUrl}/orders` } }]);
    const { code, message } = await failure(
      `${base}/orders`,
      { auth: 'bearer' },
      { 'local/token': 's3cret-token' },
    );
    expect({ code, message }).toMatchObject({
      code: 1,
      message: expect.stringContaining('which is not followed'),
    });
    expect(other.requests).toHaveLength(0);
    await other.close();
  });
});

describe('wrong use is refused before anything is asked', () => {
  test.each([
    ['orders', {}, 'the URL must be complete'],
    ['ftp://example.com/orders', {}, 'begin with http:// or https://'],
    ['https://me:pw@example.com/orders', {}, 'use --auth basic'],
    ['https://example.com/orders?api_key=abc', {}, '--auth api-key-query:api_key'],
    ['https://example.com/orders?hapikey=abc', {}, '--auth api-key-query:hapikey'],
    [
      'https://example.com/orders',
      { header: ['X-Shopify-Access-Token: x'] },
      'use --auth api-key:X-Shopify-Access-Token',
    ],
    ['https://example.com/orders', { auth: 'abc123' }, '--auth must be bearer'],
    ['https://example.com/orders', { out: '/proc/x.ts' }, '--out /proc/x.ts cannot be written (E'],
    ['https://example.com/orders', { out: '/dev/null/x.ts' }, '--out /dev/null/x.ts cannot be written (E'],
    ['https://example.com/orders', { out: `/tmp/${'x'.repeat(300)}.ts` }, 'cannot be written (ENAMETOOLONG)'],
    ['https://example.com/orders', { header: ['Authorization: Bearer x'] }, 'use --auth bearer'],
    ['https://example.com/orders', { header: ['nothing'] }, '--header must be a name and a value'],
    ['https://example.com/orders', { name: 'My Shop' }, '--name must be lower-case letters'],
    ['https://example.com/orders', { out: 'sources/index.ts' }, '--out must name a source file'],
  ])('%s %j', async (url, options, message) => {
    expect(await failure(url, options)).toEqual({ code: 2, message: expect.stringContaining(message) });
  });
});

describe('what a source answers instead of records', () => {
  test.each<[string, Behaviour, string]>([
    [
      'a web page',
      { headers: { 'content-type': 'text/html' }, body: '<html></html>' },
      'with a web page, not JSON',
    ],
    ['nothing there', { status: 404, body: { error: 'x' } }, 'answered 404 (check baseUrl and path)'],
    ['an empty list', { body: { data: [] } }, "gives an empty list in 'data'"],
    ['numbers', { body: { data: [1, 2] } }, 'holds no objects'],
    ['one record', { body: { id: 1, name: 'x' } }, 'gives no list of records (the body has id, name)'],
    ['malformed JSON', { body: '{"data": [1,]}' }, 'malformed JSON'],
    [
      'another encoding than UTF-8',
      { body: Buffer.from('[{"id": 1, "name": "Zo\xeb"}]', 'latin1') },
      'a body that is not UTF-8, which JSON must be (RFC 8259)',
    ],
    [
      'an error beside an empty list',
      { body: { errors: [{ message: 'no such\nthing' }], data: [] } },
      '/orders answers with an error instead of records: no such thing',
    ],
    [
      'too much',
      {
        body: Buffer.concat([
          Buffer.from('[{"id": 1}'),
          Buffer.alloc(33 * 1024 * 1024, ' '),
          Buffer.from(']'),
        ]),
      },
      "answers with more than is read at once: name a smaller page in the URL, such as '?limit=100'",
    ],
    ['nothing', { status: 204 }, 'answered 204'],
  ])('%s', async (_, behaviour, message) => {
    const base = await serveAll([behaviour]);
    expect(await failure(`${base}/orders`)).toEqual({ code: 1, message: expect.stringContaining(message) });
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('https to a port without TLS is one line of ours', async () => {
  const base = await serveAll([{ body: [{ id: 1 }] }]);
  const { message } = await failure(`${base.replace('http:', 'https:')}/orders`);
  expect(message).toContain('does not speak TLS on this port: perhaps it is http:// and not https://');
  expect(message).not.toMatch(/\n|SSL routines/);
});

test('a list that is nearly as likely as the records is told', async () => {
  const users = Array.from({ length: 10 }, (_, id) => ({ id, name: `n${id}` }));
  const base = await serveAll([{ body: { users, sales: [...users, ...users], total: 10 } }]);
  await run(`${base}/all`);
  expect(sourceIn().datasets[0]?.records).toBe('users');
  expect(readFileSync(join(folder, 'local.ts'), 'utf8')).toContain(
    "// check: at 'users': 10 on the first page; the body holds other lists at 'sales' (20)",
  );
  expect(printed.join('\n')).toContain("? records      at 'users'");
});

describe('where the file goes', () => {
  const one = [{ body: [{ id: 1 }, { id: 2 }] }];

  test('whether it can be written is tried first, and leaves nothing behind', async () => {
    const base = await serveAll([{ status: 404 }]);
    await failure(`${base}/orders`, { out: join(folder, 'a', 'b', 'shop.ts') });
    expect(api.requests).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'file'), '');
    const { code, message } = await failure(`${base}/orders`, { out: join(folder, 'file', 'shop.ts') });
    expect({ code, message }).toMatchObject({
      code: 2,
      message: expect.stringContaining('cannot be written (E'),
    });
    expect(api.requests).toHaveLength(1);
  });

  test('no file is written over without --force', async () => {
    const base = await serveAll(one);
    writeFileSync(join(folder, 'shop.ts'), '// mine');
    const { code, message } = await failure(`${base}/orders`, { name: 'shop' });
    expect({ code, message }).toMatchObject({ code: 2, message: expect.stringContaining('use --force') });
    expect(readFileSync(join(folder, 'shop.ts'), 'utf8')).toBe('// mine');
    expect(api.requests).toHaveLength(0);
    await run(`${base}/orders`, { name: 'shop', force: true });
    expect(readFileSync(join(folder, 'shop.ts'), 'utf8')).toContain("name: 'shop'");
  });

  test('a name that another file has is refused', async () => {
    const base = await serveAll(one);
    await run(`${base}/orders`, { name: 'shop' });
    const clash = await failure(`${base}/orders`, { name: 'shop', out: join(folder, 'other.ts') });
    expect(clash).toEqual({
      code: 2,
      message: "shop.ts declares source 'shop': give this one another name with --name",
    });
  });

  test("'-' prints it, and the report goes elsewhere", async () => {
    const base = await serveAll(one);
    const write = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    await run(`${base}/orders`, { out: '-' });
    const [text] = write.mock.calls.map(([chunk]) => String(chunk));
    expect(text).toMatch(/^import \{ bigint \} from '.*core\/source\/columns';\n/);
    expect(existsSync(join(folder, 'local.ts'))).toBe(false);
    expect(printed.join('\n')).toContain('✔ records');
  });
});
