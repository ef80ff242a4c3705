import { z } from 'zod';
import { ConfigurationError } from '../../core/errors';

const seconds = (from: number, to: number, otherwise: number) =>
  z.coerce.number().int().min(from).max(to).default(otherwise);
const redrivePolicy = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

const redriveAllowPolicy = z.discriminatedUnion('redrivePermission', [
  z.strictObject({ redrivePermission: z.enum(['allowAll', 'denyAll']) }),
  z.strictObject({
    redrivePermission: z.literal('byQueue'),
    sourceQueueArns: z.array(z.string()).min(1).max(10),
  }),
]);

/** What the local SQS holds to; limits and defaults as in the SQS API Reference, SetQueueAttributes. */
const schema = z.strictObject({
  VisibilityTimeout: seconds(0, 43_200, 30),
  DelaySeconds: seconds(0, 900, 0),
  ReceiveMessageWaitTimeSeconds: seconds(0, 20, 0),
  MessageRetentionPeriod: seconds(60, 1_209_600, 345_600),
  MaximumMessageSize: z.coerce.number().int().min(1024).max(1_048_576).default(1_048_576),
  RedrivePolicy: json(
    redrivePolicy,
    'must be JSON with deadLetterTargetArn and maxReceiveCount from 1 to 1000',
  ).optional(),
  RedriveAllowPolicy: json(
    redriveAllowPolicy,
    "must be JSON with redrivePermission: 'allowAll', 'denyAll', or 'byQueue' with 1 to 10 sourceQueueArns",
  ).optional(),
  // Encryption at rest has nothing to act on: messages are in memory, and dead letters in a file that its owner alone can read.
  SqsManagedSseEnabled: z.string().optional(),
  KmsMasterKeyId: z.string().optional(),
  KmsDataKeyReusePeriodSeconds: z.string().optional(),
});

/** A text that is JSON. */
function json<Schema extends z.ZodType>(inner: Schema, otherwise: string) {
  return z.string().transform((text, context): z.infer<Schema> => {
    try {
      return inner.parse(JSON.parse(text));
    } catch {
      context.addIssue(otherwise);
      return z.NEVER;
    }
  });
}

/** Whether a queue may be the DLQ of the one with this ARN: of every queue, unless it says otherwise. */
export function mayRedrive({ RedriveAllowPolicy: policy }: QueueAttributes, sourceArn: string): boolean {
  if (policy === undefined || policy.redrivePermission === 'allowAll') return true;
  return policy.redrivePermission === 'byQueue' && policy.sourceQueueArns.includes(sourceArn);
}

export type QueueAttributes = z.infer<typeof schema>;

/** Reads a queue's attributes, all texts as in SQS; a ConfigurationError names every one that is wrong or that nothing would act on. */
export function parseQueueAttributes(
  name: string,
  attributes: Readonly<Record<string, string>>,
): QueueAttributes {
  const result = schema.safeParse(attributes);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ')} is not supported`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new ConfigurationError(
    `The local queue ${name} cannot have these attributes: ${problems.join('; ')}. Supported: ${Object.keys(schema.shape).join(', ')}.`,
  );
}
