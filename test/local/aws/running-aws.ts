import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../../local/aws/local-aws';

export const region = 'eu-central-1';

/** A local AWS in a directory of its own, with clients that may do everything. */
export interface RunningAws {
  readonly aws: LocalAws;
  readonly directory: string;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
  /** Client options for another access key id. */
  as(accessKeyId: string): ReturnType<typeof clientOptions>;
  stop(): Promise<void>;
}

export async function runAws(options: Partial<LocalAwsOptions> = {}): Promise<RunningAws> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'local-aws-')));
  const aws = await startLocalAws({ secret: () => undefined, region, ...options, directory });
  aws.addPrincipal('ADMIN', { name: 'admin', statements: 'all' });
  const as = (accessKeyId: string) => clientOptions(aws.url, accessKeyId);
  const clients = [
    new S3Client(as('ADMIN')),
    new SQSClient(as('ADMIN')),
    new SecretsManagerClient(as('ADMIN')),
  ] as const;
  const [s3, sqs, secrets] = clients;
  return {
    aws,
    directory,
    s3,
    sqs,
    secrets,
    as,
    async stop() {
      for (const client of clients) client.destroy();
      await aws.close();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The SDK warns of what some tests do on purpose. */
const logger = { debug() {}, info() {}, warn() {}, error() {} };

function clientOptions(endpoint: string, accessKeyId: string) {
  return { endpoint, region, logger, credentials: { accessKeyId, secretAccessKey: 'unused' } };
}
