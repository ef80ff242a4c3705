import type { GrantCondition } from './grant';
import { wildcard } from './wildcard';

/** What of a request conditions can look at. */
export interface RequestContext {
  /** The prefix that ListObjectsV2 asks for. */
  readonly prefix?: string;
  /** The header If-None-Match of a write. */
  readonly ifNoneMatch?: string;
  /** The header If-Match of a write or a delete. */
  readonly ifMatch?: string;
  /** The sources of the events that PutEvents brings, each once. */
  readonly eventSources?: readonly string[];
}

/** Whether a request meets a condition. */
export type ConditionTest = (context: RequestContext) => boolean;

/**
 * Whether the request has no such header, which 'true' asks for, and 'false' that it has one: how writes are held to being conditional
 * (Amazon S3 User Guide, "Enforce conditional writes on Amazon S3 buckets").
 */
const isNull =
  (header: (context: RequestContext) => string | undefined) =>
  (value: string): ConditionTest =>
  (context) =>
    String(header(context) === undefined) === value.toLowerCase();

/** By operator and key. A key that the request does not have meets nothing but Null and ForAllValues, as in IAM. */
const conditions: Readonly<Record<string, (value: string) => ConditionTest>> = {
  'StringEquals s3:prefix':
    (value) =>
    ({ prefix }) =>
      prefix === value,
  'StringLike s3:prefix': (value) => {
    const like = wildcard(value);
    return ({ prefix }) => prefix !== undefined && like(prefix);
  },
  'Null s3:if-none-match': isNull(({ ifNoneMatch }) => ifNoneMatch),
  'Null s3:if-match': isNull(({ ifMatch }) => ifMatch),
  // A call may bring several events, so the key has several values (EventBridge User Guide, "Using IAM policy conditions").
  'ForAllValues:StringEquals events:source':
    (value) =>
    ({ eventSources = [] }) =>
      eventSources.every((source) => source === value),
};

/** The conditions that are known, in words. */
export const knownConditions =
  'StringLike or StringEquals on s3:prefix, Null on s3:if-none-match or s3:if-match, ForAllValues:StringEquals on events:source with one value';

/** How a condition is decided; undefined for one that is not known. */
export function compileCondition({ operator, key, value }: GrantCondition): ConditionTest | undefined {
  const name = `${operator} ${key.toLowerCase()}`;
  return Object.hasOwn(conditions, name) ? conditions[name]?.(value) : undefined;
}
