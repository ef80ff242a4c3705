import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { manifestKey } from '../../core/run/keys';
import { manifestSchema } from '../../core/run/verify/manifest';
import { lakeFolder } from '../../local/lake-folder';
import { baseload, temporaryFolder } from '../support/baseload-process';
import { type ScriptedApi, startScriptedApi } from '../support/scripted-api';

const projectRoot = join(__dirname, '..', '..');
const work = temporaryFolder();
const core = (file: string) => JSON.stringify(join(projectRoot, 'core', 'source', file));
const pageSize = 10;
const pages = 12;
/** Pages that the source refuses to give, and how. */
const faults = new Map<number, number>();
let api: ScriptedApi;

beforeAll(async () => {
  api = await startScriptedApi(({ query }) => {
    const page = Number(query.get('page') ?? 1);
    const status = faults.get(page);
    if (status) return { status, body: { error: `page ${page} is not for you` } };
    const data = Array.from({ length: pageSize }, (_, at) => ({ id: (page - 1) * pageSize + at }));
    return { body: { data, total: pages * pageSize } };
  });
  writeFileSync(
    join(work.path, 'quay.ts'),
    `import { defineSource } from ${core('define-source')};
     import { bigint } from ${core('columns')};
     const pages = { records: 'data', key: ['id'], columns: { id: bigint() },
       pagination: { type: 'page-number', pageSize: ${pageSize}, total: { type: 'body', path: 'total' } } };
     export default defineSource({
       name: 'quay', baseUrl: '${api.baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 500, lanes: 3 },
       datasets: [{ name: 'ships', request: { path: '/ships' }, ...pages }],
     });`,
  );
});
afterAll(async () => {
  await api.close();
  work.remove();
});
beforeEach(() => faults.clear());

let cases = 0;
/** A data folder of its own, and the commands on it. */
function open() {
  const data = join(work.path, `data-${cases++}`);
  mkdirSync(data);
  const call = (...args: string[]) => baseload(data, args, { BASELOAD_SOURCES: work.path });
  const json = async (...args: string[]) => JSON.parse((await call(...args, '--json')).stdout);
  return { data, call, json };
}

test('run, blocked, dlq, redrive, run, published', async () => {
  const { call, json } = open();
  const empty = await call('dlq', 'quay');
  expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('npx baseload run') });

  faults.set(4, 403).set(7, 403).set(11, 404);
  const blocked = await call('run', 'ships');
  expect(blocked.code).toBe(1);
  expect(blocked.stderr).toMatch(/3 of 12 page ranges could not be loaded/);

  // It is another process that asks.
  const dlq = await call('dlq', 'quay');
  expect(dlq.code).toBe(1);
  expect(dlq.stdout).toMatch(/3 messages in the DLQ/);
  const told = await json('dlq', 'quay');
  expect(told).toMatchObject({ messages: 3, read: 3, foreign: 0, over: [] });
  expect(told.groups).toMatchObject([
    { dataset: 'ships', failure: 'permanent', status: 403, ranges: 2, inQueue: 2 },
    { dataset: 'ships', failure: 'permanent', status: 404, ranges: 1, inQueue: 1 },
  ]);
  expect(told.groups[0].reason).toMatch(/403.*#/s);
  expect(told.groups[0].next).toContain('npx baseload run quay/ships');
  expect(told.groups[1].example.range).toMatch(/^all-\d{8}$/);

  const none = await call('redrive', 'quay', '--reason', 'HTTP 500');
  expect(none).toMatchObject({ code: 0, stdout: expect.stringMatching(/^None of the 3 messages/) });
  const some = await json('redrive', 'quay', '--reason', '404');
  expect(some).toMatchObject({ moved: 1, left: 2, next: ['npx baseload run quay/ships'] });
  // The message is gone with the process that held the queue; why the range failed is known all the same.
  const between = await json('dlq', 'quay');
  expect(between.messages).toBe(2);
  expect(between.groups).toMatchObject([
    { status: 403, inQueue: 2 },
    { status: 404, ranges: 1, inQueue: 0 },
  ]);

  faults.clear();
  const rest = await call('redrive', 'quay', '--rate', '100');
  expect(rest).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 messages moved/) });
  expect((await call('redrive', 'quay')).stdout).toMatch(
    /^The DLQ of quay is empty: there is nothing to redrive/,
  );

  const published = await json('run', 'ships');
  expect(published).toMatchObject({ records: pages * pageSize });
  const clean = await call('dlq', 'quay');
  expect(clean).toMatchObject({
    code: 0,
    stdout: 'The DLQ of quay is empty: no range has failed for good.\n',
  });
}, 120_000);

test('a hole that an operator accepts', async () => {
  const { data, call, json } = open();
  faults.set(4, 404).set(12, 404);
  const blocked = await call('run', 'ships');
  expect(blocked.code).toBe(1);
  const { groups } = await json('dlq', 'quay');
  const { runId } = groups[0];

  const give = (...args: string[]) =>
    call('give-up', runId, '--reason', 'page 4 is broken at the source', ...args);
  expect(await call('give-up', 'nobody', '--ranges', 'missing', '--reason', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${runId} of quay/ships`),
  });
  expect(await give('--ranges', 'all-00000000', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/all-00000000 is there already/),
  });
  expect(await give('--ranges', 'all-00000003,all-99999999', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /all-99999999 is none that is missing: those are all-00000003, all-00000011/,
    ),
  });
  expect(await give('--ranges', 'all-00000003')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes'),
  });
  expect((await json('dlq', 'quay')).messages).toBe(2); // nothing was given up so far

  const one = await give('--ranges', 'all-00000003', '--yes');
  expect(one).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^1 range .* given up; 1 message removed/),
  });
  expect(one.stdout).toMatch(/1 range still missing/);
  expect((await json('dlq', 'quay')).groups).toMatchObject([
    { ranges: 1, example: { range: 'all-00000011' } },
  ]);
  const again = await give('--ranges', 'all-00000003', '--yes');
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^0 ranges .* 1 had been before; 0 messages/),
  });

  const rest = await give('--ranges', 'missing', '--yes');
  expect(rest.stdout).toMatch(/Nothing else is missing: npx baseload run quay\/ships finishes it/);
  const published = await call('run', 'ships', '--json');
  expect(published.code).toBe(0);
  expect(JSON.parse(published.stdout)).toMatchObject({ records: (pages - 2) * pageSize });
  const lake = lakeFolder(data) ?? '';
  const key = manifestKey({ source: 'quay', dataset: 'ships', runId });
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(lake, key), 'utf8')));
  expect(manifest.givenUp).toMatchObject([
    { slice: 'all', index: 3, reason: 'page 4 is broken at the source', by: userInfo().username },
    { slice: 'all', index: 11 },
  ]);
  expect(manifest.warnings.join()).toMatch(/given up/);
}, 120_000);
