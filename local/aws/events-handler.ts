import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { localAccount } from '../local-account';
import type { AwsCall } from './aws-call';
import type { BusEvent, EventBuses } from './event-buses';
import { type Answer, AwsError, notImplemented, readText } from './http-answer';
import { jsonAnswer } from './json-answer';
import { requireOrException } from './require-or-exception';
import { parseJson } from './sqs-requests';

/** Bytes of all entries of a call (PutEvents: "less than 1MB"; one of exactly 1 MiB was seen to be taken). */
const maxEntryBytes = 1024 * 1024;
/** Every character of a detail may be escaped into six. */
const maxRequestBytes = 8 * maxEntryBytes;

const entrySchema = z.strictObject({
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  /** Name or ARN. */
  EventBusName: z.string().min(1).default('default'),
});
const parametersSchema = z.strictObject({ Entries: z.array(entrySchema).min(1).max(10) });

type Entry = z.infer<typeof entrySchema>;
type Result = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/**
 * Answers EventBridge's PutEvents (AWS JSON 1.1), the one call of it that Baseload makes. A bad entry fails by itself, in an answer
 * that is 200 all the same. Throws AwsErrors. An event for a bus that does not exist is refused, where AWS takes it and
 * loses it (https://github.com/aws/aws-sdk/issues/186): nobody wants that to pass on a laptop.
 */
export async function handleEvents(call: AwsCall, operation: string, buses: EventBuses): Promise<Answer> {
  if (operation !== 'PutEvents') throw notImplemented(`EventBridge ${operation}`);
  const entries = parseEntries(parseJson(await readText(call.request, maxRequestBytes)));
  const names = new Set(entries.map(({ EventBusName }) => busName(EventBusName)));
  const eventSources = [...new Set(entries.flatMap(({ Source }) => Source ?? []))];
  for (const name of names)
    requireOrException(call.principal, 'events:PutEvents', buses.arn(name), { eventSources });
  for (const name of names) {
    if (!buses.has(name)) {
      throw new AwsError('ResourceNotFoundException', 400, `Event bus ${name} does not exist.`);
    }
  }
  const results = entries.map((entry) => put(entry, buses));
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return jsonAnswer('1.1', { FailedEntryCount: failed, Entries: results });
}

function parseEntries(input: unknown): readonly Entry[] {
  const parsed = parametersSchema.safeParse(input);
  if (!parsed.success) {
    const unknown = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys : [],
    );
    if (unknown.length > 0) throw notImplemented(`EventBridge PutEvents with ${unknown.join(', ')}`);
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw validation(`1 validation error detected: ${problems.join('; ')}`);
  }
  const bytes = parsed.data.Entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  if (bytes > maxEntryBytes) throw validation('Total size of the entries in the request is over the limit.');
  return parsed.data.Entries;
}

/** As EventBridge counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
function entryBytes({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time === undefined ? 0 : 14) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function put(entry: Entry, buses: EventBuses): Result {
  const { Source: source, DetailType: detailType, Detail: detail, Resources: resources = [] } = entry;
  if (!source) return missing('Source');
  if (!detailType) return missing('DetailType');
  if (!detail) return missing('Detail');
  if (source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const read = readDetail(detail);
  if (read === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const time = new Date(entry.Time === undefined ? Date.now() : entry.Time * 1000);
  const event: BusEvent = {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: localAccount,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: buses.region,
    resources,
    detail: read,
  };
  buses.put(busName(entry.EventBusName), event);
  return { EventId: event.id };
}

/** A JSON object; undefined for anything else. */
function readDetail(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** 'arn:aws:events:eu-central-1:000000000000:event-bus/runs' is the bus 'runs'. */
function busName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:.*:event-bus\//, '');
}

function missing(name: string): Result {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  };
}

function validation(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
