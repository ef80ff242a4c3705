import source from 'baseload:source';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { s3Lake } from '../aws/lake';
import { sqsPageQueue } from '../aws/page-queue';
import { secretsManager } from '../aws/secrets';
import { signRequest } from '../aws/sign-request';
import { powertoolsTelemetry } from '../aws/telemetry';
import { systemClock } from '../core/clock';
import { createPacer } from '../core/extract/pace/pacer';
import { fetchRange } from '../core/extract/range/fetch-range';
import { pageRangeName } from '../core/plan/grid';
import { handleMessage } from '../core/run/range/handle-message';
import { type LoadRangeServices, loadRange } from '../core/run/range/load-range';
import { type PageMessage, pageMessageSchema } from '../core/run/range/page-message';
import { openShaper } from '../core/shape/shape-range';
import { secretName } from './environment';
import { extractOnce } from './extract-once';
import { invocation } from './invocation';
import { deployedSource, readEnvironment } from './read-environment';

/** Left for shaping and writing, after the last page must have arrived. */
const writingMilliseconds = 30_000;

// Cold start
const environment = readEnvironment(
  'environment',
  'lakeBucket',
  'pageQueueUrl',
  'deadLetterQueueUrl',
  'maxReceiveCount',
  'sourceSettings',
);
const deployed = deployedSource(source, environment.sourceSettings);
const s3 = new S3Client();
const lake = s3Lake(s3, environment.lakeBucket);
const urls = { pages: environment.pageQueueUrl, dead: environment.deadLetterQueueUrl };
const pageQueue = sqsPageQueue(new SQSClient(), urls);
const secrets = secretsManager(new SecretsManagerClient(), (name) =>
  secretName(environment.environment, name),
);
// With the function's own role, as the SDK finds it.
const sign = signRequest(() => s3.config.credentials());
const telemetry = powertoolsTelemetry();
const clock = systemClock;
const pacer = createPacer(deployed.limits, clock, 'lane');
const memoryMegabytes = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
// The salts of masked columns are read like credentials, when a range first needs them.
const shaper = openShaper({ memoryMegabytes: memoryMegabytes / 3, temporaryDirectory: tmpdir() }, secrets);
const openExtract = extractOnce(deployed, { secrets, sign, pacer, telemetry, clock });

/** Loads the page ranges of a batch, one message each. Called by the page queue's event source mapping. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of event.Records) {
    const outcome = await load(record, context);
    if (outcome === 'retry') batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}

async function load(record: SQSRecord, context: Context): Promise<'acknowledge' | 'retry'> {
  const about = { source: deployed.name, requestId: context.awsRequestId };
  telemetry.begin(about);
  try {
    return await invocation(telemetry, 'A message was not handled', async () => {
      const message = pageMessageSchema.parse(JSON.parse(record.body));
      const attempt = randomBytes(4).toString('hex');
      const { dataset, runId, look } = message;
      telemetry.begin({ ...about, dataset, runId, look, range: pageRangeName(message.range), attempt });
      return await handle({ message, attempt, record }, context);
    });
  } finally {
    await settle(context);
  }
}

/** One message that was read, and how it came. */
interface Read {
  readonly message: PageMessage;
  readonly attempt: string;
  readonly record: SQSRecord;
}

async function handle(
  { message, attempt, record }: Read,
  context: Context,
): Promise<'acknowledge' | 'retry'> {
  const { receiptHandle } = record;
  const receiveCount = Number(record.attributes.ApproximateReceiveCount);
  const deadline = clock.monotonic() + context.getRemainingTimeInMillis() - writingMilliseconds;
  const services = async (): Promise<LoadRangeServices> => ({
    source: deployed,
    lake,
    pageQueue,
    shaper: await shaper,
    telemetry,
    workFolder: tmpdir(),
    fetch: async (request) => fetchRange({ source: deployed, deadline, ...request }, await openExtract()),
  });
  return handleMessage(
    { message, receiptHandle, receiveCount, attempt },
    {
      lake,
      clock,
      pageQueue,
      telemetry,
      maxReceiveCount: Number(environment.maxReceiveCount),
      load: async () => loadRange(message, attempt, await services()),
    },
  );
}

/** Leaves the lane as it was found, unless the source wants a longer pause than there is time for. */
async function settle(context: Context): Promise<void> {
  const timeLeft = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - 1000));
  await pacer.settle(timeLeft).catch((error) => {
    if (!timeLeft.aborted) throw error;
  });
}
