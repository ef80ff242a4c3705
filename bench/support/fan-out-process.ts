/** Plans and enqueues a run of so many ranges, with the project's own fan-out. argv: ranges, URL of S3, URL of SQS, URL of the queue. */

import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../../aws/lake';
import { sqsSender } from '../../aws/page-queue';
import { systemClock } from '../../core/clock';
import { sqsChunkBytes } from '../../core/forecast/prices';
import { fanOut } from '../../core/run/plan/fan-out';
import { peakMegabytes, scaleExtent, scaleRun, scaleSource } from './scale-source';

const [, , ranges = '', s3Url = '', sqsUrl = '', queueUrl = ''] = process.argv;

void main();

async function main(): Promise<void> {
  const source = scaleSource();
  const access = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
  const sqs = new SQSClient({ ...access, endpoint: sqsUrl });
  let requests = 0;
  sqs.middlewareStack.add(
    (next) => (call) => {
      const { body } = call.request as { body?: string };
      requests += Math.max(1, Math.ceil(Buffer.byteLength(body ?? '') / sqsChunkBytes));
      return next(call);
    },
    { step: 'finalizeRequest', name: 'counted' },
  );
  const began = performance.now();
  const { status } = await fanOut(
    { dataset: scaleRun.dataset, runId: scaleRun.runId },
    {
      source,
      lake: s3Lake(new S3Client({ ...access, endpoint: s3Url }), 'lake'),
      pageQueue: sqsSender(sqs, queueUrl),
      telemetry: { count() {}, info() {}, warn() {} },
      clock: { ...systemClock, now: () => Date.parse('2026-01-31T03:00:00.000Z') },
      discover: async () => scaleExtent(Number(ranges)),
      readParents: async () => ({ values: new Map(), runs: [] }),
      prepare: async () => {},
    },
  );
  const seconds = (performance.now() - began) / 1000;
  process.send?.({ type: 'done', status, seconds, peakMegabytes: peakMegabytes(), requests });
  process.disconnect();
}
