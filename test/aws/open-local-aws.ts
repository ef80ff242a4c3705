import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type LocalAws, startLocalAws } from '../../local/aws/local-aws';

const accessKeyId = 'AKIATESTS';

/** A local AWS of a test file, with clients that may do everything. */
export interface OpenLocalAws {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  close(): Promise<void>;
}

/** Starts a local AWS in a folder of its own; `close` stops it and removes the folder. */
export async function openLocalAws(): Promise<OpenLocalAws> {
  const directory = await mkdtemp(join(tmpdir(), 'local-aws-'));
  const aws = await startLocalAws({ directory, secret: () => undefined });
  aws.addPrincipal(accessKeyId, { name: 'tests', statements: 'all' });
  const options = {
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'secret' },
  };
  const s3 = new S3Client(options);
  const sqs = new SQSClient(options);
  return {
    aws,
    s3,
    sqs,
    async close() {
      s3.destroy();
      sqs.destroy();
      await aws.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
