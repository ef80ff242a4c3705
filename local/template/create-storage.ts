import { basename } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import type { LocalAws } from '../aws/local-aws';
import { readProperties } from './read-properties';
import { queueArn } from './references';
import type { ResolvedResource } from './resolved-resource';
import { bucketSchema, databaseSchema, queueSchema } from './template-schemas';

/** Creates a template's buckets; a ConfigurationError for a name that S3 would refuse. */
export async function createBuckets(buckets: readonly ResolvedResource[], aws: LocalAws): Promise<void> {
  for (const { logicalId, ref: name, properties } of buckets) {
    readProperties(bucketSchema, properties, logicalId);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ConfigurationError(
        `${logicalId} would be the bucket '${name}': a bucket's name has 3 to 63 lower-case letters, digits, dots and dashes.`,
      );
    }
    await aws.createBucket(name);
  }
}

/** Creates a template's Glue databases; their tables are kept from run to run. */
export function createDatabases(databases: readonly ResolvedResource[], aws: LocalAws): void {
  for (const { logicalId, properties } of databases) {
    aws.createDatabase(readProperties(databaseSchema, properties, logicalId).DatabaseInput.Name);
  }
}

/** Creates a template's queues, with all attributes by their names in SQS; nested ones are JSON. */
export function createQueues(queues: readonly ResolvedResource[], aws: LocalAws): void {
  const read = queues.map(({ logicalId, ref, properties }) => {
    const {
      QueueName: _name,
      Tags: _tags,
      SqsManagedSseEnabled: _sse,
      KmsMasterKeyId: _key,
      KmsDataKeyReusePeriodSeconds: _reuse,
      ...attributes
    } = readProperties(queueSchema, properties, logicalId);
    return { url: ref, attributes };
  });
  // A DLQ before the queue that names it.
  read.sort((a, b) => Number('RedrivePolicy' in a.attributes) - Number('RedrivePolicy' in b.attributes));
  for (const { url, attributes } of read) {
    const name = basename(new URL(url).pathname);
    const texts = Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]);
    const created = aws.createQueue({ name, attributes: Object.fromEntries(texts) });
    if (created.url !== url || created.arn !== queueArn(name)) {
      throw new Error(`The local AWS created ${created.url} (${created.arn}) instead of ${url}`);
    }
  }
}
