/**
 * Planning and enqueuing a run of a million page ranges, and reconciling it when all of its objects are there: how long each takes, how much memory,
 * and what the calls to AWS would cost. The functions run in processes of their own, bundled, and talk HTTP to an S3 in memory and to the local
 * SQS. Prints JSON lines. `npm run bench -- scale 100000` (or SCALE=100000) takes that many.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costOf } from '../core/forecast/cost';
import { addUsage, noUsage, type Usage } from '../core/forecast/usage';
import { makePlan } from '../core/plan/make-plan';
import { queueNames, variable } from '../lambda/environment';
import { type MeasuredProcess, startProcess } from './support/measured-process';
import type { S3Requests } from './support/memory-s3';
import { print } from './support/print';
import { scaleExtent, scaleRun, scaleSource, type Took } from './support/scale-source';

const ranges = Number(process.argv[3] ?? process.env.SCALE ?? 1_000_000);
const queues = queueNames('local', scaleRun.source);

void main();

async function main(): Promise<void> {
  if (!Number.isSafeInteger(ranges) || ranges < 1) throw new Error('how many ranges? A whole number from 1');
  const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
  const processes: MeasuredProcess[] = [];
  const start: typeof startProcess = (name, options) => {
    const started = startProcess(name, options);
    processes.push(started);
    return started;
  };
  try {
    const s3 = start('memory-s3', { folder });
    const s3Url = (await s3.next<{ url: string }>('listening')).url;
    const planned = await planRun(s3, s3Url, folder, start);
    const reconciled = await reconcileRun(s3, s3Url, folder, start);
    const usage = addUsage(planned, reconciled);
    print('scale/dollars', costOf(usage).total, 'dollars', { ranges, cost: costOf(usage), usage });
  } finally {
    for (const one of processes) one.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function planRun(
  s3: MeasuredProcess,
  s3Url: string,
  folder: string,
  start: typeof startProcess,
): Promise<Usage> {
  const args = [join(folder, 'aws'), queues.pages, queues.dead];
  const sqs = start('page-queue-process', { folder, args });
  const { url } = await sqs.next<{ url: string }>('listening');
  const before = await requestsOf(s3);
  const queueUrl = `${url}/000000000000/${queues.pages}`;
  const fanOut = start('fan-out-process', { folder, args: [String(ranges), s3Url, url, queueUrl] });
  const done = await fanOut.next<Took & { status: string; requests: number }>('done');
  sqs.send({});
  const { waiting } = await sqs.next<{ waiting: number }>('depth');
  sqs.close();
  if (waiting !== ranges) throw new Error(`${waiting} of ${ranges} messages are in the queue`);
  const requests = difference(await requestsOf(s3), before);
  const context = { ranges, sqsRequests: done.requests, s3Requests: requests };
  print('scale/plan-seconds', done.seconds, 's', context);
  print('scale/plan-peak-rss-mb', done.peakMegabytes, 'MB', context);
  return {
    ...noUsage,
    lambda: { ...noUsage.lambda, 'fan-out': { invocations: 1, seconds: done.seconds } },
    s3: requests,
    sqs: { ...noUsage.sqs, send: done.requests },
  };
}

/** The claim and the plan are those that fan-out wrote; the objects are all there. */
async function reconcileRun(
  s3: MeasuredProcess,
  s3Url: string,
  folder: string,
  start: typeof startProcess,
): Promise<Usage> {
  s3.send({ stage: { plan: planOf() } });
  await s3.next('staged');
  const before = await requestsOf(s3);
  const variables = {
    [variable.environment]: 'local',
    [variable.lakeBucket]: 'lake',
    AWS_ENDPOINT_URL_S3: s3Url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
    POWERTOOLS_LOG_LEVEL: 'ERROR',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  const reconcile = start('reconcile-process', { folder, variables });
  const done = await reconcile.next<
    Took & { states: readonly string[]; problems: readonly string[]; cpu: NodeJS.CpuUsage }
  >('done');
  if (!done.states.includes('published')) {
    throw new Error(`the run was not published: ${done.states.join(', ')} ${done.problems.join('; ')}`);
  }
  const requests = difference(await requestsOf(s3), before);
  const cpuSeconds = (done.cpu.user + done.cpu.system) / 1e6;
  const context = { ranges, s3Requests: requests, cpuSeconds, calls: done.states.length };
  print('scale/reconcile-seconds', done.seconds, 's', context);
  print('scale/peak-rss-mb', done.peakMegabytes, 'MB', context);
  const invocations = done.states.length;
  return {
    ...noUsage,
    lambda: { ...noUsage.lambda, reconcile: { invocations, seconds: done.seconds } },
    s3: requests,
  };
}

function planOf() {
  const source = scaleSource();
  const at = new Date('2026-01-31T03:00:00.000Z');
  return makePlan({
    source: source.name,
    dataset: source.datasets[0],
    limits: source.limits,
    runId: scaleRun.runId,
    extent: scaleExtent(ranges),
    watermark: at,
    plannedAt: at,
  });
}

async function requestsOf(s3: MeasuredProcess): Promise<S3Requests> {
  s3.send({});
  return (await s3.next<{ requests: S3Requests }>('requests')).requests;
}

function difference(a: S3Requests, b: S3Requests): S3Requests {
  return {
    put: a.put - b.put,
    list: a.list - b.list,
    get: a.get - b.get,
    head: a.head - b.head,
    delete: a.delete - b.delete,
  };
}
