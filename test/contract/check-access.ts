import { randomUUID } from 'node:crypto';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { inAwsWords } from '../../cli/environment/aws-failure';
import { namePrefix } from './targets/sdk-target';

/** How long a service may take to answer, in milliseconds: what a person waits for. */
const patience = { connectionTimeout: 5000, requestTimeout: 6000, throwOnRequestTimeout: true };

/** What each service says where it lets us in, and has nothing of that name. */
const absent = /NoSuchBucket|ResourceNotFoundException|QueueDoesNotExist|NonExistentQueue/;

/**
 * Asks each service for something that is not there, which makes nothing and costs nothing. Rejects with the sentence that the commands have for
 * credentials, regions and endpoints that are no good.
 */
export async function checkAccess(): Promise<void> {
  const name = `${namePrefix}${randomUUID()}`;
  const settings = { requestHandler: patience };
  const s3 = new S3Client(settings);
  const sqs = new SQSClient(settings);
  const secrets = new SecretsManagerClient(settings);
  try {
    await refusedAsAbsent('S3', s3.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 })));
    await refusedAsAbsent('SQS', sqs.send(new GetQueueUrlCommand({ QueueName: name })));
    await refusedAsAbsent('Secrets Manager', secrets.send(new GetSecretValueCommand({ SecretId: name })));
  } finally {
    for (const client of [s3, sqs, secrets]) client.destroy();
  }
}

async function refusedAsAbsent(service: string, asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof Error) || !absent.test(error.name)) throw inAwsWords(error, service);
  }
}
