import source from 'baseload:source';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../aws/lake';
import { sqsSender } from '../aws/page-queue';
import { secretsManager } from '../aws/secrets';
import { powertoolsTelemetry } from '../aws/telemetry';
import { systemClock } from '../core/clock';
import { createClient } from '../core/extract/client';
import { fetchFirstPage } from '../core/extract/first-page';
import { createPacer } from '../core/extract/pacer';
import { type FanOutResult, fanOut, parseFanOutRequest } from '../core/run/fan-out';
import { secretName } from './environment';
import { deployedSource, readEnvironment } from './read-environment';

// Cold start
const environment = readEnvironment('environment', 'lakeBucket', 'pageQueueUrl', 'sourceSettings');
const deployed = deployedSource(source, environment.sourceSettings);
const lake = s3Lake(new S3Client(), environment.lakeBucket);
const pageQueue = sqsSender(new SQSClient(), environment.pageQueueUrl);
const secrets = secretsManager(new SecretsManagerClient(), (name) =>
  secretName(environment.environment, name),
);
const telemetry = powertoolsTelemetry();
const client = createClient();

/** Plans a run of one dataset and enqueues its page ranges. Called by a schedule, or by a person. */
export async function handler(event: unknown): Promise<FanOutResult> {
  const request = parseFanOutRequest(event);
  telemetry.begin({ dataset: request.dataset, runId: request.runId });
  try {
    const pacer = createPacer(deployed.limits, systemClock);
    const services = { client, pacer, secrets, telemetry, clock: systemClock };
    return await fanOut(request, {
      source: deployed,
      lake,
      pageQueue,
      telemetry,
      clock: systemClock,
      discover: (dataset) => fetchFirstPage(deployed, dataset, services),
    });
  } finally {
    telemetry.flush();
  }
}
