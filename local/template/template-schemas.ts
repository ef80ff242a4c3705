import { z } from 'zod';

/** A property that is read and makes no difference on a laptop. */
const noEffect = z.unknown().optional();

/** AWS::S3::Bucket. Its lifecycle is not run: on a laptop nothing expires by itself, and `baseload prune` removes what no pointer needs. */
export const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  BucketEncryption: noEffect,
  LifecycleConfiguration: noEffect,
  OwnershipControls: noEffect,
  PublicAccessBlockConfiguration: noEffect,
  Tags: noEffect,
});

/** AWS::SQS::Queue; FifoQueue and content-based deduplication would behave differently, and are refused. */
export const queueSchema = z.strictObject({
  QueueName: z.string().optional(),
  DelaySeconds: z.number().optional(),
  MaximumMessageSize: z.number().optional(),
  MessageRetentionPeriod: z.number().optional(),
  ReceiveMessageWaitTimeSeconds: z.number().optional(),
  RedrivePolicy: z.looseObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }).optional(),
  VisibilityTimeout: z.number().optional(),
  KmsDataKeyReusePeriodSeconds: noEffect,
  KmsMasterKeyId: noEffect,
  RedriveAllowPolicy: z.looseObject({ redrivePermission: z.string() }).optional(),
  SqsManagedSseEnabled: noEffect,
  Tags: noEffect,
});

/** AWS::Events::EventBus, but not one that a partner puts events on (EventSourceName). */
export const eventBusSchema = z.strictObject({
  Name: z.string(),
  DeadLetterConfig: noEffect,
  Description: noEffect,
  KmsKeyIdentifier: noEffect,
  LogConfig: noEffect,
  // Who else may put events: a guard, like a bucket policy.
  Policy: noEffect,
  Tags: noEffect,
});

/** AWS::Glue::Database. */
export const databaseSchema = z.strictObject({
  CatalogId: noEffect,
  DatabaseInput: z.strictObject({
    Name: z.string().regex(/^[a-z0-9_]{1,255}$/, 'lower-case letters, digits and _'),
    Description: noEffect,
  }),
});

/** AWS::Lambda::Function, from a zip asset. */
export const functionSchema = z.strictObject({
  FunctionName: z.string().optional(),
  Code: z.looseObject({ S3Key: z.string() }),
  Handler: z.string().regex(/^[\w./-]+\.\w+$/),
  Role: z.string(),
  Runtime: z.string().startsWith('nodejs'),
  MemorySize: z.number().default(128),
  Timeout: z.number().default(3),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
  LoggingConfig: z.looseObject({ LogFormat: z.string().default('Text') }).optional(),
  Architectures: noEffect,
  Description: noEffect,
  EphemeralStorage: noEffect,
  Layers: noEffect,
  RecursiveLoop: noEffect,
  Tags: noEffect,
  TracingConfig: noEffect,
});

/** AWS::Lambda::EventSourceMapping of a standard queue, without filters, a batching window or provisioned pollers. */
export const eventSourceSchema = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.int().min(1).max(10).default(10),
  Enabled: z.boolean().default(true),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  MaximumBatchingWindowInSeconds: z.literal(0).optional(),
  /** Required: a laptop has no place for the 1,250 concurrent invocations that AWS would start by itself. */
  ScalingConfig: z.object({ MaximumConcurrency: z.int().min(2).max(1000) }),
  Tags: noEffect,
});

/** AWS::Scheduler::Schedule. */
export const scheduleSchema = z.strictObject({
  Name: z.string().optional(),
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.looseObject({ Arn: z.string(), RoleArn: z.string(), Input: z.string().optional() }),
  Description: noEffect,
  FlexibleTimeWindow: noEffect,
  GroupName: z.string().default('default'),
  ScheduleExpressionTimezone: noEffect,
});
