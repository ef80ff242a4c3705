import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { concurrently } from '../../../core/run/concurrently';
import type { Target } from '../check';
import { type ClientOptions, makeClients } from './clients';

export interface SdkTargetOptions {
  /** @default what the SDK finds in the environment */
  readonly clients?: ClientOptions;
  /** See Place. */
  readonly patience: number;
  /** Milliseconds to wait before a queue that was made is used: AWS asks for a second (CreateQueue in the SQS API Reference). */
  readonly queueSettles: number;
}

/** Begins the names of everything that a run makes. */
export const namePrefix = 'baseload-contract-';

/** What all three clients take for a middleware. */
type Refuse = <In, Out>(next: (args: In) => Promise<Out>) => (args: In) => Promise<Out>;

/** Tries at emptying and deleting the bucket, while writes of an interrupted check that are under way may still come in. */
const triesAtBucket = 5;
const callsAtOnce = 25;

/** Something outside of this process, where the checks make all that they need and remove it again. */
export async function openSdkTarget({ clients, patience, queueSettles }: SdkTargetOptions): Promise<Target> {
  const { destroy, s3, sqs, secrets } = makeClients(clients ?? {});
  // The checks' own, which are refused when the run is stopped: a check that goes on must not fill what is being emptied.
  const checks = makeClients(clients ?? {});
  const prefix = `${namePrefix}${randomBytes(5).toString('hex')}`;
  const queues = new Set<string>();
  const secretNames = new Set<string>();
  let isClosing = false;
  const assertOpen = () => {
    if (isClosing) throw new Error('the run was stopped');
  };
  const refuse: Refuse = (next) => async (args) => {
    assertOpen();
    return next(args);
  };
  for (const { middlewareStack } of [checks.s3, checks.sqs, checks.secrets])
    (middlewareStack as { add(refuse: Refuse, options: { step: 'initialize' }): void }).add(refuse, {
      step: 'initialize',
    });
  await createBucket(s3, prefix);
  return {
    s3: checks.s3,
    sqs: checks.sqs,
    secrets: checks.secrets,
    bucket: prefix,
    prefix,
    patience,
    async createQueue(name, attributes) {
      assertOpen();
      const { QueueUrl: url = '' } = await sqs.send(
        new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }),
      );
      queues.add(url);
      await sleep(queueSettles);
      const asked = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
      return { name, url, arn: (await sqs.send(asked)).Attributes?.QueueArn ?? '' };
    },
    async createSecret(name, value) {
      assertOpen();
      secretNames.add(name);
      await secrets.send(new CreateSecretCommand({ Name: name, SecretString: value }));
    },
    async close() {
      isClosing = true;
      const outcomes = await Promise.allSettled([
        ...[...queues].map((QueueUrl) => sqs.send(new DeleteQueueCommand({ QueueUrl }))),
        ...[...secretNames].map((SecretId) =>
          secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
        ),
        deleteBucket(s3, prefix),
      ]);
      destroy();
      checks.destroy();
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
      if (failed.length === 0) return;
      throw new AggregateError(
        failed.map(({ reason }) => reason),
        `${failed.length} of what was made could not be removed (${failed[0]?.reason}): delete what is named ${prefix} by hand`,
      );
    },
  };
}

async function createBucket(s3: S3Client, Bucket: string): Promise<void> {
  const region = await s3.config.region();
  // us-east-1 is no location constraint: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
  const where =
    region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as never } };
  await s3.send(new CreateBucketCommand({ Bucket, ...where }));
}

async function deleteBucket(s3: S3Client, Bucket: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      const removals = concurrently(Contents, callsAtOnce, ({ Key }) =>
        s3.send(new DeleteObjectCommand({ Bucket, Key })),
      );
      for await (const _ of removals);
    }
    try {
      await s3.send(new DeleteBucketCommand({ Bucket }));
      return;
    } catch (error) {
      if (tries === triesAtBucket || !(error instanceof Error) || error.name !== 'BucketNotEmpty')
        throw error;
      await sleep(tries * 200);
    }
  }
}
