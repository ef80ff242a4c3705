import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type MemoryObjects, memoryLake } from '../../test/support/memory-lake';

/** What S3, or the way to it, does to one try of a call. 'lost': it takes effect, and its answer never arrives. */
export type S3Mishap = 'none' | 'unavailable' | 'conflict' | 'lost' | 'killed before' | 'killed after';

export interface FaultyS3Options {
  readonly objects: MemoryObjects;
  /** Awaited before and after every try. */
  turn(): Promise<void>;
  /** Asked once per try. */
  mishap(): S3Mishap;
  /** Ends the process that calls. */
  kill(): void;
}

/** Tries that the AWS SDK makes by default before its caller hears of a 503 or a lost connection. */
const triesOfSdk = 3;

/**
 * An S3 client whose bucket is in memory and whose answers are those of S3 on a bad day: 503 SlowDown, 409 ConditionalRequestConflict on
 * conditional writes, answers that are lost after the write took effect, and the SDK's own second try that then finds what the first has written.
 */
export function faultyS3({ objects, turn, mishap, kill }: FaultyS3Options): S3Client {
  const lake = memoryLake(objects);
  const send = async (command: unknown): Promise<unknown> => {
    for (let tries = 1; ; tries++) {
      await turn();
      const what = mishap();
      if (what === 'killed before' || what === 'killed after') kill();
      if (what === 'killed before') return turn();
      if (what === 'conflict' && isConditional(command)) throw answer(409, 'ConditionalRequestConflict');
      if (what !== 'unavailable') {
        // A refusal is an answer too, and may be lost like any other.
        const result = await apply(command, lake, objects).catch((error: unknown) => error);
        await turn();
        if (what !== 'lost') {
          if (result instanceof Error) throw result;
          return result;
        }
      }
      if (tries === triesOfSdk)
        throw what === 'lost' ? answer(undefined, 'TimeoutError') : answer(503, 'SlowDown');
    }
  };
  // Of a client, the lake uses nothing but send.
  return { send } as unknown as S3Client;
}

type Memory = ReturnType<typeof memoryLake>;

async function apply(command: unknown, lake: Memory, objects: MemoryObjects): Promise<unknown> {
  if (command instanceof PutObjectCommand) return put(command.input, lake);
  if (command instanceof GetObjectCommand) return get(command.input, lake);
  if (command instanceof HeadObjectCommand) return head(command.input, lake);
  if (command instanceof DeleteObjectCommand) return remove(command.input, lake);
  if (command instanceof ListObjectsV2Command) return list(command.input, objects);
  throw new Error('the lake makes no such call');
}

async function put(input: PutObjectCommand['input'], lake: Memory): Promise<object> {
  const { Key = '', Body, Metadata, IfMatch, IfNoneMatch } = input;
  const text = String(Body);
  const options = Metadata === undefined ? {} : { metadata: Metadata };
  if (IfNoneMatch !== undefined) {
    if ((await lake.putIfAbsent(Key, text, options)) === 'exists') throw answer(412, 'PreconditionFailed');
  } else if (IfMatch !== undefined) {
    if ((await lake.head(Key)) === undefined) throw answer(404, 'NoSuchKey');
    const replaced = await lake.replace(Key, text, IfMatch.replaceAll('"', ''));
    if (replaced === 'conflict') throw answer(412, 'PreconditionFailed');
  } else await lake.put(Key, text, options);
  return {};
}

async function get({ Key = '' }: GetObjectCommand['input'], lake: Memory): Promise<object> {
  const found = await lake.get(Key);
  if (found === undefined) throw answer(404, 'NoSuchKey');
  return { Body: { transformToString: async () => found.text }, ETag: `"${found.etag}"` };
}

async function head({ Key = '' }: HeadObjectCommand['input'], lake: Memory): Promise<object> {
  const found = await lake.head(Key);
  if (found === undefined) throw answer(404, 'NotFound');
  return { ContentLength: found.bytes, ETag: `"${found.etag}"`, Metadata: found.metadata };
}

async function remove(
  { Key = '', IfMatch = '' }: DeleteObjectCommand['input'],
  lake: Memory,
): Promise<object> {
  if ((await lake.head(Key)) === undefined) throw answer(404, 'NoSuchKey');
  if ((await lake.remove(Key, IfMatch.replaceAll('"', ''))) === 'conflict')
    throw answer(412, 'PreconditionFailed');
  return {};
}

/** Small, so that every list has several pages and others write while it goes on. */
const keysPerPage = 40;

async function list(input: ListObjectsV2Command['input'], objects: MemoryObjects): Promise<object> {
  const { Prefix = '', StartAfter = '', ContinuationToken = StartAfter } = input;
  const keys = objects.keys(Prefix).filter((key) => key > ContinuationToken); // our keys are ASCII
  const page = keys.slice(0, keysPerPage);
  return {
    Contents: page.map((Key) => {
      const object = objects.objects.get(Key);
      return { Key, Size: object?.body.length, ETag: `"${object?.etag}"` };
    }),
    ...(keys.length > page.length && { NextContinuationToken: page.at(-1) }),
  };
}

function isConditional(command: unknown): boolean {
  return (
    command instanceof PutObjectCommand && (command.input.IfMatch ?? command.input.IfNoneMatch) !== undefined
  );
}

/** An error as the SDK throws it. */
function answer(httpStatusCode: number | undefined, name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}
