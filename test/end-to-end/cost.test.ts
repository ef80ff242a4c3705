import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Lake } from '../../aws/lake';
import { loadedObjects } from '../../core/forecast/loaded-objects';
import { usageOf } from '../../core/forecast/usage-sum';
import { readPointer } from '../../core/run/publish/pointer';
import { readManifest } from '../../core/run/verify/manifest';
import { functionNames, reconcileName } from '../../lambda/environment';
import { localRegion } from '../../local/local-account';
import { type LocalMode, startLocalMode } from '../../local/local-mode';
import { type ScriptedApi, startScriptedApi } from '../support/scripted-api';

const [pages, pageSize] = [80, 5];
/** Of four lanes, four ranges each; and as many at which page edges are looked at again. */
const ranges = 16;
const names = functionNames('local', 'shop');
const run = { source: 'shop', dataset: 'orders' };

/** What is counted, by the permissions that it takes. */
const actions = {
  put: ['s3:PutObject'],
  list: ['s3:ListBucket'],
  get: ['s3:GetObject'],
  delete: ['s3:DeleteObject'],
  send: ['sqs:SendMessage'],
  deleteMessage: ['sqs:DeleteMessage'],
  attributes: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
} as const;

let folder: string;
let api: ScriptedApi;
let local: LocalMode;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baseload-cost-'));
  api = await startScriptedApi(({ query }) => {
    const first = (Number(query.get('page')) - 1) * pageSize;
    const data = Array.from({ length: pageSize }, (_, i) => ({
      id: first + i + 1,
      color: 'red', // nobody's column, so that something is noticed of each range
    }));
    return { body: { data, total: pages * pageSize } };
  });
  const core = (file: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', file));
  writeFileSync(
    join(folder, 'shop.ts'),
    `import { bigint } from ${core('columns')};
     import { defineSource } from ${core('define-source')};
     export default defineSource({
       name: 'shop', baseUrl: '${api.baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 1000, burst: 100, lanes: 4 },
       datasets: [{
         name: 'orders', request: { path: '/orders' }, records: 'data', key: ['id'],
         pagination: { type: 'page-number', pageSize: ${pageSize}, total: { type: 'body', path: 'total' } },
         columns: { id: bigint() },
       }],
     });`,
  );
  local = await startLocalMode({
    projectRoot: resolve(__dirname, '../..'),
    dataDirectory: join(folder, 'data'),
    context: { sources: folder },
    secret: () => undefined,
  });
});
afterAll(async () => {
  await local?.stop({ graceMilliseconds: 0 });
  await api?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what receipts tell of a run are the calls that the local AWS has counted', async () => {
  // What each pass does whether or not a run is open; the first one reads since when each dataset is scheduled, too.
  await reconcile();
  const before = counted();
  await reconcile();
  const idle = minus(counted(), before);
  const ended: Record<string, number> = {};
  local.on('invocation-ended', ({ functionName }) => {
    ended[functionName] = (ended[functionName] ?? 0) + 1;
  });
  const began = counted();
  await local.invoke(names.fanOut, { dataset: run.dataset });
  await loadRanges(ranges);
  // The first pass plans a look, the second finds it under way, and the third publishes.
  const states = [await reconcile(), await reconcile()];
  await loadRanges(ranges);
  states.push(await reconcile());
  expect(states).toEqual(['loading', 'loading', 'published']);
  const calls = minus(counted(), began);

  const credentials = { accessKeyId: local.accessKeyId, secretAccessKey: 'local' };
  const client = new S3Client({
    endpoint: local.endpoint,
    region: localRegion,
    credentials,
    forcePathStyle: true,
  });
  const lake = s3Lake(client, local.lakeBucket);
  const pointer = await readPointer(lake, run);
  const manifest = pointer && (await readManifest(lake, { ...run, runId: pointer.runId }));
  if (!manifest) throw new Error('a published run has a manifest');
  const usage = await usageOf(manifest, loadedObjects(manifest, lake), { lanes: 4, secrets: 0 });
  client.destroy();

  const { s3, sqs, lambda } = usage;
  expect(calls).toEqual({
    put: s3.put,
    // To state how fresh a table is that nobody sees yet, each pass looks for the pointer; its LIST of claims is the run's.
    list: s3.list + 3 * (idle.list - 1),
    // A HEAD needs the same permission as a GET, and so do the two writes that depend on an ETag: the claim is kept, and let go of.
    get: s3.get + s3.head + 3 * idle.get + 2,
    delete: s3.delete,
    send: sqs.send,
    deleteMessage: sqs.delete,
    attributes: sqs.attributes,
  });
  expect(idle).toMatchObject({ put: 0, list: 2, get: 1, delete: 0, attributes: 0 });
  expect(ended).toEqual({
    [names.fanOut]: lambda['fan-out'].invocations,
    [names.worker]: lambda.worker.invocations,
    [reconcileName('local')]: lambda.reconcile.invocations,
  });
  expect([lambda.worker.invocations, sqs.receive]).toEqual([2 * ranges, 2 * ranges]);
});

/** Lets workers load so many ranges, and resolves when their messages are gone. */
async function loadRanges(count: number): Promise<void> {
  let left = count;
  const loaded = new Promise<void>((done) => {
    const onEnd = ({ functionName }: { readonly functionName: string }) => {
      if (functionName !== names.worker || --left > 0) return;
      local.off('invocation-ended', onEnd);
      done();
    };
    local.on('invocation-ended', onEnd);
  });
  await local.eventSources.start();
  await loaded;
  expect(await local.eventSources.stop(10_000)).toBe(0);
}

async function reconcile(): Promise<string | undefined> {
  const { result } = await local.invoke(reconcileName('local'), {});
  const [report] = result as { readonly state: string }[]; // our own function's answer
  return report?.state;
}

type Counts = Readonly<Record<keyof typeof actions, number>>;

/** What functions called, but for the polling of queues: that is the event source's, and goes on whether or not a run does. */
function counted(): Counts {
  const made = local
    .decisions()
    .filter(
      ({ principal, action }) =>
        principal !== local.accessKeyId && !(principal === names.worker && isPoll(action)),
    );
  const sum = (wanted: readonly string[]) =>
    made.filter(({ action }) => wanted.includes(action)).reduce((all, { calls }) => all + calls, 0);
  return mapCounts((name) => sum(actions[name]));
}

function isPoll(action: string): boolean {
  return action === 'sqs:ReceiveMessage' || action === 'sqs:GetQueueAttributes';
}

function minus(after: Counts, before: Counts): Counts {
  return mapCounts((name) => after[name] - before[name]);
}

function mapCounts(count: (name: keyof Counts) => number): Counts {
  const names = Object.keys(actions) as (keyof Counts)[]; // the names that they were declared with
  return Object.fromEntries(names.map((name) => [name, count(name)])) as Counts; // one for each
}
