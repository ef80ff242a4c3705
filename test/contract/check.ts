import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** One behaviour of S3, SQS or Secrets Manager that Baseload relies on. It accepts all that AWS documents, and nothing else. */
export interface Check {
  /** Stable: the list of known differences names it. Up to 40 of `[a-z0-9-]`, for it is in the names of queues. */
  readonly id: string;
  /** One line that says what holds. */
  readonly behaviour: string;
  /** The page of AWS's documentation that says so. */
  readonly document: string;
  /** Rejects, with what came instead, where it does not hold. */
  run(place: Place): Promise<void>;
}

/** A queue that a check may use as it likes. */
export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

/** Where one check works: nobody else uses its keys, queues and secrets. */
export interface Place {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
  readonly bucket: string;
  /** How long to wait for what AWS promises only in the end, in milliseconds. */
  readonly patience: number;
  /** A key of its own: `name` may hold slashes. */
  key(name: string): string;
  /** A name that no queue and no secret has. */
  name(purpose: string): string;
  /** Makes a queue; attributes as in CreateQueue. */
  queue(purpose: string, attributes?: Readonly<Record<string, string>>): Promise<Queue>;
  /** Makes a secret; resolves to its name. */
  secret(purpose: string, value: string): Promise<string>;
}

/** Something that speaks S3, SQS and Secrets Manager. */
export interface Target extends Pick<Place, 's3' | 'sqs' | 'secrets' | 'bucket' | 'patience'> {
  /** Begins the names of everything that is made. */
  readonly prefix: string;
  createQueue(name: string, attributes: Readonly<Record<string, string>>): Promise<Queue>;
  createSecret(name: string, value: string): Promise<void>;
  /** Removes everything that was made. */
  close(): Promise<void>;
}
