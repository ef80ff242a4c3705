import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { type ClientOptions, makeClients } from './clients';
import { namePrefix } from './sdk-target';

/** Names of buckets, queues and secrets that a run should have removed, of any run. */
export async function findLeftovers(options: ClientOptions): Promise<string[]> {
  const { s3, sqs, secrets, destroy } = makeClients(options);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand());
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: namePrefix }));
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand());
  destroy();
  const names = [...Buckets, ...SecretList].map(({ Name = '' }) => Name);
  return [...names.filter((name) => name.startsWith(namePrefix)), ...QueueUrls];
}
