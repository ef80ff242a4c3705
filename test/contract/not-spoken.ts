import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Target } from './check';

/** A call, or a part of one, that the local AWS refuses with 501 and its name. */
export interface NotSpoken {
  readonly call: string;
  /** Why Baseload does not need it. */
  readonly because: string;
  send(target: Pick<Target, 's3' | 'sqs' | 'secrets' | 'bucket'>, queueUrl: string): Promise<unknown>;
}

const Key = 'object';
const versions = 'what is read is named by its ETag, or never written twice';
const fromTemplate = 'buckets, queues and secrets come from the template and the user';
const oneByOne = 'one message is one page range, acknowledged for itself';

/** Some of all that is refused: what a reader might look for, and what is closest to what is spoken. */
export const notSpoken: readonly NotSpoken[] = [
  {
    call: 'S3 CreateBucket',
    because: fromTemplate,
    send: ({ s3, bucket }) => s3.send(new CreateBucketCommand({ Bucket: bucket })),
  },
  {
    call: 'S3 ListBuckets',
    because: fromTemplate,
    send: ({ s3 }) => s3.send(new ListBucketsCommand()),
  },
  {
    call: 'S3 ListObjects',
    because: 'ListObjectsV2 is the one in use',
    send: ({ s3, bucket }) => s3.send(new ListObjectsCommand({ Bucket: bucket })),
  },
  {
    call: 'S3 ListObjectsV2 with Delimiter',
    because: 'what is below a prefix is read whole',
    send: ({ s3, bucket }) => s3.send(new ListObjectsV2Command({ Bucket: bucket, Delimiter: '/' })),
  },
  {
    call: 'S3 ListObjectVersions',
    because: versions,
    send: ({ s3, bucket }) => s3.send(new ListObjectVersionsCommand({ Bucket: bucket })),
  },
  {
    call: 'S3 GetObject with VersionId',
    because: versions,
    send: ({ s3, bucket }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId: 'v' })),
  },
  {
    call: 'S3 GetObject with IfNoneMatch',
    because: versions,
    send: ({ s3, bucket }) => s3.send(new GetObjectCommand({ Bucket: bucket, Key, IfNoneMatch: '"etag"' })),
  },
  {
    call: 'S3 GetObject with several ranges',
    because: 'S3 does not have it either',
    async send({ s3, bucket }) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '0123456789' }));
      return await s3.send(new GetObjectCommand({ Bucket: bucket, Key, Range: 'bytes=0-1,3-4' }));
    },
  },
  {
    call: 'S3 CreateMultipartUpload',
    because: 'the size of a page range is bounded, and an object is written whole',
    send: ({ s3, bucket }) => s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key })),
  },
  {
    call: 'S3 CopyObject',
    because: 'nothing in the lake is moved',
    send: ({ s3, bucket }) =>
      s3.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/other` })),
  },
  {
    call: 'S3 PutObject with ServerSideEncryption',
    because: 'the bucket says how it encrypts',
    send: ({ s3, bucket }) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '', ServerSideEncryption: 'AES256' })),
  },
  {
    call: 'S3 PutObject with If-Match: *',
    because: 'a version is named by its ETag',
    send: ({ s3, bucket }) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '', IfMatch: '*' })),
  },
  {
    call: 'S3 DeleteObject with If-Match: *',
    because: 'a version is named by its ETag',
    send: ({ s3, bucket }) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, IfMatch: '*' })),
  },
  {
    call: 'S3 DeleteObjects',
    because: 'functions delete claims only, and an operator one object at a time',
    send: ({ s3, bucket }) =>
      s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key }] } })),
  },
  {
    call: 'SQS CreateQueue',
    because: fromTemplate,
    send: ({ sqs }) => sqs.send(new CreateQueueCommand({ QueueName: 'another' })),
  },
  {
    call: 'SQS SetQueueAttributes',
    because: fromTemplate,
    send: ({ sqs }, url) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: '1' } })),
  },
  {
    call: 'SQS ListQueues',
    because: 'queues are found by their names',
    send: ({ sqs }) => sqs.send(new ListQueuesCommand()),
  },
  {
    call: 'SQS SendMessage with MessageGroupId',
    because: 'there are no FIFO queues: a message may come twice and in any order',
    send: ({ sqs }, url) =>
      sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', MessageGroupId: 'g' })),
  },
  {
    call: 'SQS DeleteMessageBatch',
    because: oneByOne,
    send: ({ sqs }, url) =>
      sqs.send(
        new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: 'a', ReceiptHandle: 'handle' }] }),
      ),
  },
  {
    call: 'SQS ChangeMessageVisibilityBatch',
    because: oneByOne,
    send: ({ sqs }, url) =>
      sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: url,
          Entries: [{ Id: 'a', ReceiptHandle: 'handle', VisibilityTimeout: 1 }],
        }),
      ),
  },
  {
    call: 'SQS PurgeQueue',
    because: 'letters are removed by the run that they belong to',
    send: ({ sqs }, url) => sqs.send(new PurgeQueueCommand({ QueueUrl: url })),
  },
  {
    call: 'Secrets Manager CreateSecret',
    because: fromTemplate,
    send: ({ secrets }) => secrets.send(new CreateSecretCommand({ Name: 'name', SecretString: 'x' })),
  },
  {
    call: 'Secrets Manager GetSecretValue with VersionStage',
    because: 'only the current version is read',
    send: ({ secrets }) =>
      secrets.send(new GetSecretValueCommand({ SecretId: 'name', VersionStage: 'AWSPREVIOUS' })),
  },
];
