import { z } from 'zod';
import { AwsError, notImplemented } from './http-answer';
import { invalidParameter } from './sqs-error';

const attributeSchema = z.strictObject({
  DataType: z.string().regex(/^(String|Number|Binary)(\.\P{Cc}*)?$/u, {
    error: 'must be String, Number or Binary, with an optional custom label',
  }),
  StringValue: z.string().min(1).optional(),
  BinaryValue: z.base64().min(1).optional(),
});
const attributesSchema = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,256}$/), attributeSchema)
  .refine((attributes) => Object.keys(attributes).length <= 10, { error: 'must be ten at most' })
  .refine(
    (attributes) =>
      Object.values(attributes).every((one) =>
        one.DataType.startsWith('Binary')
          ? one.BinaryValue !== undefined && one.StringValue === undefined
          : one.StringValue !== undefined && one.BinaryValue === undefined,
      ),
    { error: 'must each have the one value that their DataType asks for' },
  )
  .optional();

const queue = { QueueUrl: z.string() };
const handle = { ...queue, ReceiptHandle: z.string() };
const delay = z.int().min(0).max(900).optional();
const names = z.array(z.string()).default([]);

/** The parameters of each SQS call that Baseload makes, with SQS's limits. */
export const sqsRequests = {
  SendMessage: z.strictObject({
    ...queue,
    MessageBody: z.string().min(1),
    DelaySeconds: delay,
    MessageAttributes: attributesSchema,
  }),
  SendMessageBatch: z.strictObject({
    ...queue,
    // An entry that is wrong fails alone, so it is looked at later.
    Entries: z.array(z.looseObject({ Id: z.string() })),
  }),
  ReceiveMessage: z.strictObject({
    ...queue,
    MaxNumberOfMessages: z.int().min(1).max(10).default(1),
    WaitTimeSeconds: z.int().min(0).max(20).optional(),
    VisibilityTimeout: z.int().min(0).max(43_200).optional(),
    AttributeNames: names,
    MessageSystemAttributeNames: names,
    MessageAttributeNames: names,
  }),
  DeleteMessage: z.strictObject(handle),
  ChangeMessageVisibility: z.strictObject({ ...handle, VisibilityTimeout: z.int().min(0).max(43_200) }),
  GetQueueAttributes: z.strictObject({ ...queue, AttributeNames: names }),
  StartMessageMoveTask: z.strictObject({
    SourceArn: z.string(),
    DestinationArn: z.string().optional(),
    MaxNumberOfMessagesPerSecond: z.int().min(1).max(500).optional(),
  }),
  ListMessageMoveTasks: z.strictObject({
    SourceArn: z.string(),
    MaxResults: z.int().min(1).max(10).default(1),
  }),
  CancelMessageMoveTask: z.strictObject({ TaskHandle: z.string() }),
  GetQueueUrl: z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() }),
} as const;

export type SqsOperation = keyof typeof sqsRequests;

/** One entry of SendMessageBatch. */
export const batchEntrySchema = z.strictObject({
  Id: z.string(),
  MessageBody: z.string().min(1),
  DelaySeconds: delay,
  MessageAttributes: attributesSchema,
});

/** Reads parameters; 501 for one that the local SQS would ignore, InvalidParameterValue for a value out of its limits. */
export function parseParameters<T>(operation: SqsOperation, schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const unknown = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [],
  );
  if (unknown.length > 0) throw notImplemented(`SQS ${operation} with ${unknown.join(', ')}`);
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw invalidParameter(`One or more parameters are invalid. Reason: ${problems.join('; ')}.`);
}

/** Parses a JSON body; SerializationException, 400, when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 400, 'The request is not JSON.');
  }
}
