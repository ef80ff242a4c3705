import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Target } from '../check';

/** What clients need that are not configured by the environment. */
export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The SDK warns of what some checks do on purpose. */
const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Clients with room for 50 racers and all receives that wait; without options the SDK finds all in the environment. */
export function makeClients(
  options: ClientOptions | object,
): Pick<Target, 's3' | 'sqs' | 'secrets'> & { destroy(): void } {
  const settings = {
    ...options,
    logger,
    requestHandler: { httpAgent: { maxSockets: 200 }, httpsAgent: { maxSockets: 200 } },
  };
  const s3 = new S3Client(settings);
  const sqs = new SQSClient(settings);
  const secrets = new SecretsManagerClient(settings);
  return { s3, sqs, secrets, destroy: () => [s3, sqs, secrets].forEach((client) => void client.destroy()) };
}
