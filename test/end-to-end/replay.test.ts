import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { lakeFolder } from '../../local/lake-folder';
import { BaseloadProcess, baseload, temporaryFolder } from '../support/baseload-process';

const token = 's3cret-t0ken';
const orders = Array.from({ length: 230 }, (_, i) => ({
  id: i + 1,
  customer: { email: `${i % 40}@example.org` },
  // One price in ten is a text that the first mapping does not foresee.
  price: i % 10 === 3 ? 'n/a' : `${i}.50`,
  tags: i % 7 === 0 ? [] : [`t${i % 5}`],
}));
const pages = 23;

/** Requests that the source has seen. */
let requests = 0;
let server: Server;
let port: number;
const data = temporaryFolder();
const sources = temporaryFolder();
const fresh = temporaryFolder();

/** Orders by cursor, ten at a time, for who brings the token. */
function answer(url: URL): object {
  const begin = Number(url.searchParams.get('cursor') ?? 0);
  const end = begin + 10;
  return {
    data: orders.slice(begin, end),
    next: end < orders.length ? String(end) : null,
    total: orders.length,
  };
}

async function start(at = 0): Promise<void> {
  server = createServer((request, response) => {
    requests++;
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const body = isKnown ? answer(new URL(request.url ?? '', 'http://127.0.0.1')) : {};
    response
      .writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo); // of a server that listens to a port
}

function stop(): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

/** The source as somebody declared it, with `price` as one of the columns. */
function declare({ price, more = '' }: { price: string; more?: string }): void {
  const core = (name: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', name));
  writeFileSync(
    join(sources.path, 'shop.ts'),
    `import { bigint, decimal, varchar } from ${core('columns')};
import { defineSource, secret } from ${core('define-source')};
export default defineSource({
  name: 'shop', baseUrl: 'http://127.0.0.1:${port}', auth: { type: 'bearer', token: secret('shop/token') },
  limits: { requestsPerSecond: 200, lanes: 2 },
  datasets: [
    {
      name: 'orders', request: { path: '/orders' }, records: 'data', key: ['id'], keepRaw: true, ${more}
      columns: {
        id: bigint(), email: varchar('customer.email', { mask: { type: 'sha256', salt: secret('shop/salt') } }), price: ${price},
      },
      pagination: { type: 'cursor', cursor: { type: 'body', path: 'next' }, total: { type: 'body', path: 'total' } },
    },
  ],
});
`,
  );
}

const broken = { price: 'decimal(10, 2)' };
const mended = { price: "decimal(10, 2, { nullIf: ['n/a'] })" };
const salt = { SHOP_SALT: 'pepper' };
const variables = () => ({ BASELOAD_SOURCES: sources.path, ...salt });
const loading = () => ({ ...variables(), SHOP_TOKEN: token });

async function rowsIn(folder: string): Promise<unknown> {
  const query = ['query', 'select * from orders order by id', '--json'];
  return JSON.parse((await baseload(folder, query, variables())).stdout);
}

beforeAll(() => start());
afterAll(async () => {
  await stop();
  for (const folder of [data, sources, fresh]) folder.remove();
});

test('a mapping that was wrong is mended and replayed, with the source switched off and no credential', async () => {
  declare(broken);
  const refused = await baseload(data.path, ['run', 'orders', '--json'], loading());
  const { runId, ...first } = JSON.parse(refused.stdout);
  expect({ code: refused.code, ...first }).toMatchObject({
    code: 1,
    published: false,
    pages,
    quarantined: 23,
  });
  expect(requests).toBe(pages);

  declare(mended);
  await stop();
  const replayed = await baseload(data.path, ['replay', 'orders', '--run', runId, '--json'], variables());
  expect({ code: replayed.code, stderr: replayed.stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(replayed.stdout)).toMatchObject({
    ...{ published: true, problems: [], records: orders.length, total: orders.length, pages },
    ...{ quarantined: 0, requests: 0, requestsPerSecond: 0 },
  });
  expect(replayed.stderr).toContain(
    `replaying run ${runId}: ${pages} pages from raw, no request to the source`,
  );

  await start(port);
  const whole = await baseload(fresh.path, ['run', 'orders', '--json'], loading());
  expect(JSON.parse(whole.stdout)).toMatchObject({ published: true, records: orders.length });
  const rows = await rowsIn(data.path);
  expect(rows).toHaveLength(orders.length);
  expect(rows).toEqual(await rowsIn(fresh.path));
  expect(requests).toBe(2 * pages); // those of the two loads, and none of the replay
}, 180_000);

test('a replay goes on where it was stopped, by whoever continues it, and makes way for no other', async () => {
  const first = JSON.parse((await baseload(data.path, ['run', 'orders', '--json'], loading())).stdout).runId;
  declare({ ...mended, more: "lineage: ['_page']," });
  const asked = requests;
  const replay = ['replay', 'shop/orders', '--run', first];
  const stopped = new BaseloadProcess(data.path, replay, variables());
  await stopped.said('  run ');
  stopped.kill('SIGKILL');
  await stopped.finished();

  const other = await baseload(
    data.path,
    ['replay', 'orders', '--run', '2020-01-01t00-00-00-000z'],
    variables(),
  );
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toMatch(
    new RegExp(
      `, a replay of run ${first}, is still open: continue it with npx baseload replay shop/orders --run ${first},`,
    ),
  );
  const trial = await baseload(data.path, ['run', 'orders', '--pages', '2'], loading());
  expect(trial).toMatchObject({ code: 2, stdout: '' });
  expect(trial.stderr).toContain(`, a replay of run ${first}, is still open`);

  const continued = await baseload(data.path, ['run', 'orders', '--json'], loading());
  expect(JSON.parse(continued.stdout)).toMatchObject({ published: true, records: orders.length });
  expect(requests).toBe(asked);
  const rows = (await rowsIn(data.path)) as { _page: number }[];
  expect(rows.map(({ _page }) => _page)).toEqual(orders.map((_, at) => Math.floor(at / 10)));
}, 180_000);

test('a replay of raw pages that somebody altered publishes nothing, and says how to go on', async () => {
  const first = JSON.parse((await baseload(data.path, ['run', 'orders', '--json'], loading())).stdout).runId;
  const before = await rowsIn(data.path);
  const folder = join(lakeFolder(data.path) ?? '', 'raw', 'shop', 'orders', `run=${first}`);
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.gz'));
  const bodies = gunzipSync(readFileSync(join(folder, name))).toString('utf8');
  writeFileSync(join(folder, name), gzipSync(bodies.replace('@example.org', '@example.com')));

  const replay = ['replay', 'orders', '--run', first];
  const altered = await baseload(data.path, replay, variables());
  expect(altered).toMatchObject({ code: 1, stdout: '' });
  expect(altered.stderr).toContain(`${name} is not what was written`);
  expect(altered.stderr).toContain(
    'A replay cannot mend that: npx baseload run shop/orders --restart gives it up and loads from the source.',
  );

  declare({ ...mended, more: "lineage: ['_page', '_slice']," });
  const changed = await baseload(data.path, replay, variables());
  expect(changed).toMatchObject({ code: 2, stdout: '' });
  expect(changed.stderr).toMatch(/undo the change to continue it, or start the run over with --restart\n$/);
  const none = ['replay', 'orders', '--run', '2020-01-01t00-00-00-000z'];
  const restarted = await baseload(data.path, [...none, '--restart'], variables());
  expect(restarted).toMatchObject({ code: 2, stdout: '' });
  expect(restarted.stderr).toContain('there is no such run');
  const stillOpen = await baseload(data.path, none, variables());
  expect(stillOpen.stderr).toContain(`, a replay of run ${first}, is still open`);

  declare({ ...mended, more: "lineage: ['_page']," });
  const loaded = await baseload(data.path, ['run', 'shop/orders', '--restart', '--json'], loading());
  expect(JSON.parse(loaded.stdout)).toMatchObject({ published: true, requests: pages });
  expect(await rowsIn(data.path)).toEqual(before);
}, 240_000);

test('what cannot be replayed is said in one sentence', async () => {
  const no = '2020-01-01t00-00-00-000z';
  const missing = await baseload(data.path, ['replay', 'orders', '--run', no], variables());
  expect(missing).toMatchObject({ code: 2, stdout: '' });
  expect(missing.stderr).toMatch(
    new RegExp(
      `run ${no} of shop/orders cannot be replayed, as there is no such run; replay one of 2\\S+z, 2`,
    ),
  );
  const word = await baseload(data.path, ['replay', 'orders', '--run', 'latest'], variables());
  expect(word).toMatchObject({ code: 2, stdout: '' });
  expect(word.stderr).toContain("It must be a run's id such as 2026-01-31t03-00-00-000z.");
  const saltless = await baseload(data.path, ['replay', 'orders', '--run', no], {
    BASELOAD_SOURCES: sources.path,
  });
  expect(saltless).toMatchObject({ code: 2, stdout: '' });
  expect(saltless.stderr).toContain("needs 'shop/salt': set SHOP_SALT");
  expect(saltless.stderr).not.toContain('SHOP_TOKEN');
}, 120_000);
