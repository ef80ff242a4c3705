import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseloadProcess, baseload, type Finished, temporaryFolder } from '../support/baseload-process';
import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../support/scripted-api';

const work = temporaryFolder();
const data = join(work.path, 'data');
const temporary = mkdtempSync(join(tmpdir(), 'preview-test-'));
const core = (file: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', file));

const orders = [
  {
    id: 1,
    customer: { email: 'anna@shop.example' },
    lines: [{ sku: 'A-1', price: '10.50', colour: 'red' }],
    placed: '2026-01-02',
  },
  {
    id: 2,
    customer: { email: 'bob@shop.example' },
    lines: [
      { sku: 'B-1', price: 'n/a' },
      { sku: 'B-2', price: '0.00' },
    ],
  },
  { id: 3, cancelled: true, lines: [] },
  { id: 4, lines: [], placed: '2026-02-30' },
];
let respond: (request: ReceivedRequest) => Behaviour;
const fine = ({ query }: ReceivedRequest): Behaviour => {
  const page = Number(query.get('page'));
  const records = orders.map((order) => ({ ...order, id: order.id + 10 * page }));
  const body = JSON.stringify({ data: records, meta: { total: 12 } }).replace(
    '"id":11,',
    '"id":9007199254740993,',
  );
  return { body };
};
let api: ScriptedApi;

beforeAll(async () => {
  api = await startScriptedApi((request) => respond(request));
  writeFileSync(
    join(work.path, 'shop.ts'),
    `import { bigint, date, decimal, varchar } from ${core('columns')};
     import { defineSource, secret } from ${core('define-source')};
     const request = { path: '/orders' };
     const pagination = { type: 'page-number', pageSize: 4, total: { type: 'body', path: 'meta.total' } } as const;
     export default defineSource({
       name: 'shop', baseUrl: '${api.baseUrl}', auth: { type: 'api-key', in: 'query', name: 'key', key: secret('shop/key') },
       limits: { requestsPerSecond: 100 },
       datasets: [
         { name: 'orders', request, pagination, records: 'data', key: ['id'], columns: { id: bigint() } },
         {
           name: 'lines', request, pagination, records: 'data', key: ['id', 'line'], explode: 'lines', filter: 'price > 0', keepRaw: false,
           transform: (record) => (record.cancelled ? null : record),
           columns: {
             id: bigint(), line: bigint({ elementIndex: true }), price: decimal(12, 2, 'lines[].price'), discount: bigint('lines[].discount'),
             email: varchar('customer.email', { mask: { type: 'sha256', salt: secret('shop/salt') } }),
             placed: date({ onUnfit: 'null' }),
           },
         },
         { name: 'notes', request, pagination, records: 'data', key: ['id'], columns: { id: bigint() },
           slices: [{ type: 'records', dataset: 'orders', column: 'id', name: 'order' }] , request: { path: '/orders/{order}' } },
       ],
     });`,
  );
});
beforeEach(() => {
  respond = fine;
});
afterAll(async () => {
  await api.close();
  work.remove();
  rmSync(temporary, { recursive: true });
});

const variables = {
  BASELOAD_SOURCES: work.path,
  SHOP_KEY: 'very-secret-key',
  SHOP_SALT: 'very-secret-salt',
  TMPDIR: temporary,
};
const preview = (...args: string[]): Promise<Finished> => baseload(data, ['preview', ...args], variables);

/** Nothing is written, and nothing that must not be said is. */
function expectClean({ stdout, stderr }: Finished): void {
  for (const secret of ['very-secret-key', 'very-secret-salt']) expect(stdout + stderr).not.toContain(secret);
  expect(stderr).not.toMatch(/\n\s+at |node:internal/);
  expect(existsSync(data)).toBe(false);
  // tsx keeps its cache there, too
  expect(readdirSync(temporary).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
}

test('shows the records, and what a run would do next', async () => {
  const finished = await preview('orders', '--pages', '2', '--records', '2');
  expectClean(finished);
  expect(finished.code).toBe(0);
  expect(finished.stdout).toContain('shop/orders: 8 of 12 records, on 2 pages');
  expect(finished.stdout).toMatch(
    /GET http:\/\/127\.0\.0\.1:\d+\/orders\?page=1&per_page=4(&key=\*\*\*)? {2}200, \d+ B/,
  );
  expect(finished.stdout).toContain('bigint, key\n');
  expect(finished.stdout).toContain(' 9007199254740993\n');
  expect(finished.stdout).toContain('rows         8: every record fits');
  expect(finished.stdout).toContain('customer (object, 4 records)');
  expect(finished.stdout).toMatch(/Next: npx baseload run orders\n$/);
}, 60_000);

test('shows what would be quarantined, and ends with 1', async () => {
  const finished = await preview('lines');
  expectClean(finished);
  expect(finished.code).toBe(1);
  expect(finished.stdout).toMatch(/quarantined {2}1 × price, on page 1 of lines, record 2: 'n\/a' is not a /);
  expect(finished.stdout).toMatch(/1 by transform/);
  expect(finished.stdout).toMatch(/1 by filter/);
  expect(finished.stdout).toMatch(/1 by explode/);
  expect(finished.stdout).toContain('lines[].colour (string, 1 record)');
  expect(finished.stdout).toContain("no record has 'lines[].discount', which column discount reads");
  expect(finished.stdout).not.toContain('anna@shop.example');
  expect(finished.stderr).toContain(
    '1 of 5 rows would be quarantined, above maxQuarantinedRatio 0, so a run would not be published.',
  );
}, 60_000);

test('says the same to machines', async () => {
  const finished = await preview('lines', '--json');
  expectClean(finished);
  expect(finished.code).toBe(1);
  expect(JSON.parse(finished.stdout)).toMatchObject({
    source: 'shop',
    dataset: 'lines',
    total: 12,
    counts: { received: 4, added: 1, staged: 1, quarantined: 1, filtered: 3 },
    records: [
      {
        id: '9007199254740993',
        line: 0,
        price: '10.50',
        discount: null,
        email: expect.stringMatching(/^[0-9a-f]{64}$/),
        placed: '2026-01-02',
      },
    ],
    quarantined: [
      { column: 'price', rule: 'type', count: 1, value: 'n/a', example: { page: 0, position: 1 } },
    ],
    problems: [expect.stringContaining('would be quarantined')],
    next: 'npx baseload run lines',
  });
}, 60_000);

test('says what the source answered, and ends with 1', async () => {
  respond = () => ({ status: 401, body: { error: 'no' } });
  const refused = await preview('orders');
  expectClean(refused);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/401.*secret 'shop\/key' was refused/);
  respond = (request) => fine({ ...request, query: new URLSearchParams('page=1') });
  const repeated = await preview('orders', '--pages', '2');
  expectClean(repeated);
  expect(repeated).toMatchObject({ code: 1, stdout: '' });
  expect(repeated.stderr).toContain('pages 1 and 2 of orders begin with the same record');
}, 60_000);

test('wrong use ends with 2', async () => {
  const cases: [Promise<Finished>, RegExp][] = [
    [preview('nothing'), /no dataset is called 'nothing': there are shop\/orders/],
    [preview('orders', '--pages', '0'), /whole number of at least 1/],
    [preview('notes'), /load shop\/orders first: baseload run shop\/orders/],
    [
      baseload(data, ['preview', 'orders'], { ...variables, SHOP_KEY: '' }),
      /set SHOP_KEY in the environment or in \.env/,
    ],
  ];
  for (const [running, says] of cases) {
    const finished = await running;
    expect(finished.stderr).toMatch(says);
    expect(finished).toMatchObject({ code: 2, stdout: '' });
    expectClean(finished);
  }
}, 60_000);

test('Ctrl-C stops it while the source keeps it waiting, and leaves nothing', async () => {
  const asked = new Promise<void>((resolve) => {
    respond = () => {
      resolve();
      return { silent: true };
    };
  });
  const running = new BaseloadProcess(data, ['preview', 'orders'], variables);
  await asked;
  running.kill('SIGINT');
  const finished = await running.finished();
  expectClean(finished);
  expect(finished).toMatchObject({ code: 130, stdout: '' });
  expect(finished.stderr).toContain('Stopped: nothing was kept.');
}, 60_000);
