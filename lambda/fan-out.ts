import source from 'baseload:source';
import { tmpdir } from 'node:os';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { s3Lake } from '../aws/lake';
import { sqsSender } from '../aws/page-queue';
import { secretsManager } from '../aws/secrets';
import { signRequest } from '../aws/sign-request';
import { powertoolsTelemetry } from '../aws/telemetry';
import { systemClock } from '../core/clock';
import { lanePreparation } from '../core/extract/auth/prepare-lanes';
import { createPacer } from '../core/extract/pace/pacer';
import type { Extent0 } from '../core/extract/page/extent';
import { fetchFirstPage } from '../core/extract/page/first-page';
import { readParents } from '../core/plan/parents';
import type { SliceParameters } from '../core/plan/plan';
import { chooseRunId, type FanOutResult, fanOut, parseFanOutRequest } from '../core/run/plan/fan-out';
import type { Dataset } from '../core/source/source';
import { secretName } from './environment';
import { extractOnce } from './extract-once';
import { invocation } from './invocation';
import { deployedSource, readEnvironment } from './read-environment';

/** Left for planning and enqueuing, after the first page must have arrived. */
const enqueuingMilliseconds = 5 * 60_000;

// Cold start
const environment = readEnvironment('environment', 'lakeBucket', 'pageQueueUrl', 'sourceSettings');
const deployed = deployedSource(source, environment.sourceSettings);
const s3 = new S3Client();
const lake = s3Lake(s3, environment.lakeBucket);
const pageQueue = sqsSender(new SQSClient(), environment.pageQueueUrl);
const secrets = secretsManager(new SecretsManagerClient(), (name) =>
  secretName(environment.environment, name),
);
// With the function's own role, as the SDK finds it.
const sign = signRequest(() => s3.config.credentials());
const telemetry = powertoolsTelemetry();
const clock = systemClock;
// The lanes do not know of fan-out, so a part of the limit is set aside for it.
const pacer = createPacer(deployed.limits, clock, 'fan-out');
const memoryMegabytes = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) / 3;
const parents = { source: deployed.name, lake, workFolder: tmpdir(), memoryMegabytes };
const openExtract = extractOnce(deployed, { secrets, sign, pacer, telemetry, clock });
const prepare = lanePreparation(deployed, async () => {
  const { client } = await openExtract();
  return { secrets, client, clock, sign };
});

/** Plans a run of one dataset and enqueues its page ranges. Called by a schedule, or by a person. */
export async function handler(event: unknown, context: Context): Promise<FanOutResult> {
  const about = { source: deployed.name, requestId: context.awsRequestId };
  telemetry.begin(about);
  return invocation(telemetry, 'The run was not planned', async () => {
    const request = parseFanOutRequest(event);
    const runId = chooseRunId(request, clock);
    telemetry.begin({ ...about, dataset: request.dataset, runId });
    const services = { source: deployed, lake, pageQueue, telemetry, clock, prepare };
    return fanOut(
      { ...request, runId },
      {
        ...services,
        discover: (dataset, parameters) => discover(dataset, parameters, context),
        readParents: (slices) => readParents(slices, parents),
      },
    );
  });
}

async function discover(dataset: Dataset, parameters: SliceParameters, context: Context): Promise<Extent0> {
  const services = await openExtract();
  const deadline = clock.monotonic() + context.getRemainingTimeInMillis() - enqueuingMilliseconds;
  return fetchFirstPage(deployed, dataset, services, deadline, parameters);
}
