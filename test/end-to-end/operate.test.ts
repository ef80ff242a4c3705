import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Lake } from '../../aws/lake';
import { claimDataset, readClaim, releaseClaim } from '../../core/run/claim';
import { planKey } from '../../core/run/keys';
import { unroll } from '../../core/run/missing/unroll';
import { publish } from '../../core/run/publish/pointer';
import { verifyOnce } from '../../core/run/verify/verify-once';
import { type LocalAws, startLocalAws } from '../../local/aws/local-aws';
import { lakeFolder } from '../../local/lake-folder';
import { aPlan, stillClock, writeRun } from '../core/run/run-fixture';
import { BaseloadProcess, baseload, type Finished, temporaryFolder } from '../support/baseload-process';
import { type FakeAws, startFakeAws } from '../support/fake-aws';
import { type ScriptedApi, startScriptedApi } from '../support/scripted-api';

const work = temporaryFolder();
const data = join(work.path, 'data');
const sources = join(work.path, 'sources');
const core = (file: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', file));
const pageSize = 100;
const total = 2000;

/** Whether the source lets nobody read beyond its first page. */
let refuses = true;
/** Before each answer. */
let delayMilliseconds = 0;
let api: ScriptedApi;

beforeAll(async () => {
  api = await startScriptedApi(({ query }) => {
    const page = Number(query.get('page'));
    if (refuses && page > 1) return { status: 401, body: { error: 'token expired' } };
    const first = (page - 1) * pageSize;
    const ids = Array.from({ length: Math.max(0, Math.min(pageSize, total - first)) }, (_, i) => first + i);
    return { body: { total, data: ids.map((id) => ({ id, name: `thing ${id}` })) }, delayMilliseconds };
  });
  mkdirSync(sources, { recursive: true });
  writeFileSync(
    join(sources, 'shop.ts'),
    `import { defineSource } from ${core('define-source')};
     import { bigint, varchar } from ${core('columns')};
     export default defineSource({
       name: 'shop', baseUrl: '${api.baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 500, lanes: 2 },
       datasets: [{ name: 'things', request: { path: '/things' }, records: 'data', key: ['id'],
         pagination: { type: 'page-number', pageSize: ${pageSize}, total: { type: 'body', path: 'total' } },
         columns: { id: bigint(), name: varchar() } }],
     });`,
  );
});
afterAll(async () => {
  await api.close();
  work.remove();
});

const variables = { BASELOAD_SOURCES: sources };
const run = (...args: string[]): Promise<Finished> => baseload(data, args, variables);

describe('a run that a refused credential blocks', () => {
  test('before anything was loaded, there is one sentence', async () => {
    const finished = await run('status');
    expect(finished).toMatchObject({ code: 2, stdout: '' });
    expect(finished.stderr).toBe('nothing has been loaded here yet: npx baseload run <dataset>\n');
    expect(existsSync(data)).toBe(false);
  });

  test('is blocked, and status tells how far it is, what is wrong and what to do', async () => {
    expect(await run('run', 'things')).toMatchObject({ code: 1, stdout: '' });
    const { code, stdout } = await run('status');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^shop\/things\n {2}blocked {6}\d+ of \d+ ranges could not be loaded, \d+ of 20 pages are there; run 2/,
    );
    expect(stdout).toMatch(/\d+ ranges?, such as all-\d{8}, \d+ s ago: .*401/);
    expect(stdout).toMatch(
      /what to do {3}check the secret of shop, then npx baseload run shop\/things loads what is missing/,
    );
    const [status] = JSON.parse((await run('status', 'things', '--json')).stdout);
    expect(status).toMatchObject({ source: 'shop', open: { state: 'blocked', failed: [{ status: 401 }] } });
    expect(status).not.toHaveProperty('published');
  }, 120_000);

  test('a watch on it ends, since nothing can happen by itself', async () => {
    const { code, stdout } = await run('status', '--watch');
    expect(code).toBe(1);
    expect(stdout).toMatch(/shop\/things blocked: /);
  }, 30_000);

  test('goes on where it stopped once the cause is mended, beside a source file that is broken', async () => {
    refuses = false;
    delayMilliseconds = 300;
    writeFileSync(join(sources, 'half.ts'), 'export default {');
    const loading = new BaseloadProcess(data, ['run', 'things'], variables);
    await loading.said('pages');
    // Another process sees it, without a word from the one that loads.
    const watch = await run('status', 'things', '--watch');
    const finished = await loading.finished();

    rmSync(join(sources, 'half.ts'));
    expect(finished).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Published shop/things: complete and verified.'),
    });
    expect(finished.stderr).toContain(
      'sources/half.ts is left out, it has a problem: npx baseload validate tells which',
    );
    expect(watch.code).toBe(0);
    expect(watch.stdout).toMatch(/shop\/things (loading|look \d|verifying|publishing): /);
    expect(watch.stdout).toMatch(/published: 2,000 records, run 2/);
    delayMilliseconds = 0;
  }, 180_000);

  test('is published: status, runs and list say so, and the report is there', async () => {
    expect(await run('status')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/published {4}2,000 records, \d+ (s|min) ago/),
    });
    const [record] = JSON.parse((await run('runs', '--json')).stdout);
    expect(record).toMatchObject({
      dataset: 'things',
      state: 'published',
      verdict: 'complete',
      records: total,
      pages: 20,
    });
    expect((await run('list')).stdout).toMatch(/shop\/things +published +2,000 records/);
    const { stdout } = await run('open', 'things', '--print');
    expect(readFileSync(stdout.trim(), 'utf8')).toContain('shop');
  }, 60_000);
});

describe('is it all there?', () => {
  const lakeAt = (...path: string[]) => join(lakeFolder(data) ?? '', ...path, 'shop', 'things');
  const runId = () => readdirSync(lakeAt('runs'))[0] ?? '';

  test('verify proves it, by dataset and by id', async () => {
    const finished = await run('verify', 'things');
    expect(finished.code).toBe(0);
    expect(finished.stdout).toMatch(/✓ source-total +2,000 of 2,000 records/);
    expect(finished.stdout).toMatch(/is complete: 2,000 records in 20 pages\.\n$/);
    expect((await run('verify', runId())).code).toBe(0);
    expect((await run('verify', 'things', '2026-01-31t03-00-00-000z')).stderr).toMatch(
      /has no run 2026-01-31t03/,
    );
  }, 60_000);

  test('and finds what somebody has changed since', async () => {
    const folder = join(lakeAt('stage'), `run=${runId()}`);
    const [file = ''] = readdirSync(folder);
    const whole = readFileSync(join(folder, file));
    writeFileSync(join(folder, file), Buffer.concat([whole, Buffer.from('x')]));
    const finished = await run('verify', 'things');
    writeFileSync(join(folder, file), whole);
    expect(finished.code).toBe(1);
    expect(finished.stdout).toMatch(/✗ checksums/);
    expect(finished.stderr).toMatch(/is not complete \(✗ above\)\.\n$/);
  }, 60_000);
});

describe('a deployed environment', () => {
  let local: LocalAws;
  let aws: FakeAws;
  let deployed: Record<string, string>;
  const bucket = 'baseload-local-lakebucket';
  const lake = () =>
    s3Lake(
      new S3Client({
        endpoint: local.url,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' },
      }),
      bucket,
    );

  /** Plans a run at once and loads it a moment later, as fan-out, workers and reconcile would. */
  async function fanOut(event: unknown) {
    const { runId } = event as { readonly runId: string }; // the request of the command under test
    const plan = aPlan({ source: 'shop', dataset: 'things', runId, watermark: new Date().toISOString() });
    const claim = await claimDataset(lake(), plan, new Date());
    await lake().putIfAbsent(planKey(plan), JSON.stringify(plan));
    void sleep(1000).then(async () => {
      await writeRun(lake(), plan);
      const services = { lake: lake(), clock: stillClock(), findRepeatedKeys: async () => undefined };
      const manifest = await verifyOnce(plan, await unroll(plan, lake()), services);
      const table = { location: 'stage/x/', files: 4, records: 950, bytes: 1 };
      await publish(lake(), { manifest, table, keepRuns: 3 }, new Date());
      await releaseClaim(lake(), (await readClaim(lake(), plan)) ?? claim);
    });
    return { status: 'enqueued', runId, ranges: 4 };
  }

  beforeAll(async () => {
    // What was loaded here, as if it stood there.
    local = await startLocalAws({
      directory: join(data, 's3'),
      region: 'eu-central-1',
      secret: () => undefined,
    });
    await local.createBucket(bucket);
    for (const name of ['baseload-dev-shop-dead', 'baseload-dev-shop-pages'])
      local.createQueue({ name, attributes: {} });
    local.addPrincipal('AKIDEXAMPLE', { name: 'operator', statements: 'all' });
    aws = await startFakeAws({
      stacks: { 'baseload-dev': { outputs: { LakeBucket: bucket } } },
      functions: { 'baseload-dev-shop-fan-out': fanOut },
    });
    deployed = {
      ...variables,
      ...aws.variables,
      AWS_ENDPOINT_URL_S3: local.url,
      AWS_ENDPOINT_URL_SQS: local.url,
    };
  });
  afterAll(async () => {
    await aws.close();
    await local.close();
  });
  const elsewhere = join(work.path, 'no-data-here');
  const remote = (...args: string[]) => baseload(elsewhere, [...args, '--env', 'dev'], deployed);

  test('is asked by the same commands', async () => {
    expect(await remote('status')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2,000 records'),
    });
    expect((await remote('verify', 'things')).code).toBe(0);
    expect(JSON.parse((await remote('query', 'select count(*) as n from things', '--json')).stdout)).toEqual([
      { n: total },
    ]);
    const { stdout } = await remote('open', 'things');
    expect(readFileSync(stdout.trim(), 'utf8')).toContain('shop');
    expect(existsSync(elsewhere)).toBe(false);
  }, 90_000);

  test('runs a dataset, which is followed until it is published', async () => {
    const finished = await remote('run', 'things');
    expect(finished.stderr).toMatch(
      /shop\/things 2\S+: planned by baseload-dev-shop-fan-out\n {2}enqueued {5}4 ranges/,
    );
    expect(finished.stdout).toMatch(/loading: 0 %, 0 of 10 pages/);
    expect(finished.stdout).toMatch(/published: 950 records/);
    expect(finished.code).toBe(0);
  }, 60_000);

  test('only starts a run where nobody wants to wait', async () => {
    const finished = await remote('run', 'things', '--no-watch', '--json');
    expect(JSON.parse(finished.stdout)).toMatchObject({
      source: 'shop',
      dataset: 'things',
      environment: 'dev',
    });
    expect(finished.code).toBe(0);
    await sleep(2500); // what the function has begun is done
  }, 60_000);

  test('refuses what makes no sense', async () => {
    const contradictions = [
      ['run', 'things', '--pages', '3', '--incremental'],
      ['run', 'things', '--no-watch'],
    ];
    for (const args of contradictions) expect(await run(...args)).toMatchObject({ code: 2, stdout: '' });
  }, 30_000);
});
