import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { TransientError } from '../core/errors';
import { concurrently } from '../core/run/concurrently';
import type { Lake, ListedObject, ObjectBody, ObjectHead, PutOptions } from '../core/run/ports';

/** Tries at a conditional write while others write the same key (409 ConditionalRequestConflict), and milliseconds before the second; the wait doubles, and jitter takes any part of it. */
const conflict = { tries: 5, milliseconds: 100 };

/** Deletions under way at once. */
const removalsAtOnce = 20;

/**
 * The lake in an S3 bucket. Conditional writes are S3's own If-None-Match and If-Match
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html); LIST is strongly consistent.
 */
export function s3Lake(s3: S3Client, bucket: string): Lake {
  const put = async (
    key: string,
    body: ObjectBody,
    options: PutOptions & Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'> = {},
  ): Promise<void> => {
    const { metadata, contentType, ...conditions } = options;
    // Whole, not as a stream: the SDK can then send it again. A range bounds its size.
    const Body = typeof body === 'string' ? body : await readFile(body.file);
    const Metadata = metadata && { ...metadata };
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body,
        Metadata,
        ContentType: contentType,
        ...conditions,
      }),
    );
  };

  const conditionally = async (
    write: () => Promise<unknown>,
    isLost: (error: unknown) => boolean,
  ): Promise<boolean> => {
    for (let tries = 1; ; tries++) {
      try {
        await write();
        return true;
      } catch (error) {
        if (isLost(error)) return false;
        if (statusOf(error) !== 409) throw error;
        if (tries === conflict.tries) {
          throw new TransientError(`S3 could not settle who writes to ${bucket} first`, { cause: error });
        }
        await setTimeout(Math.random() * conflict.milliseconds * 2 ** (tries - 1));
      }
    }
  };

  /**
   * A missing key is answered 404 to those who may list it, and 403 to all others. Whether a right to list that is
   * limited to a prefix counts is nowhere documented, so a 403 is settled by listing the key itself. One that is there may have come
   * since it was asked for: it is asked for once more.
   */
  const unlessMissing = async <T>(
    key: string,
    ask: () => Promise<T>,
    triesLeft = 1,
  ): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      if (isMissingKey(error)) return undefined;
      if (statusOf(error) !== 403) throw error;
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }),
      );
      if (Contents[0]?.Key !== key) return undefined;
      if (triesLeft === 0) throw error;
      return unlessMissing(key, ask, triesLeft - 1);
    }
  };

  return {
    put,
    async putIfAbsent(key, body, options) {
      return (await conditionally(() => put(key, body, { ...options, IfNoneMatch: '*' }), isOvertaken))
        ? 'created'
        : 'exists';
    },
    async replace(key, body, etag) {
      const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: `"${etag}"` };
      const options = { contentType: 'application/json', ...condition };
      return (await conditionally(() => put(key, body, options), isGone)) ? 'replaced' : 'conflict';
    },
    async remove(key, etag) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, IfMatch: `"${etag}"` });
      return (await conditionally(() => s3.send(command), isGone)) ? 'removed' : 'conflict';
    },
    async tag(Key, { name, value }) {
      const Tagging = { TagSet: [{ Key: name, Value: value }] };
      await unlessMissing(Key, () => s3.send(new PutObjectTaggingCommand({ Bucket: bucket, Key, Tagging })));
    },
    async head(key) {
      const found = await unlessMissing(key, () =>
        s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
      );
      return found && toHead(key, found);
    },
    async get(key) {
      const found = await unlessMissing(key, () =>
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
      );
      return found?.Body && { text: await found.Body.transformToString(), etag: unquoted(found.ETag) };
    },
    async download(key, file) {
      const found = await unlessMissing(key, () =>
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
      );
      if (!(found?.Body instanceof Readable)) return false; // always one, on Node
      await pipeline(found.Body, createWriteStream(file));
      return true;
    },
    async *list(prefix, { after } = {}): AsyncGenerator<ListedObject> {
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after, ContinuationToken }),
        );
        for (const { Key, Size, ETag } of page.Contents ?? []) {
          if (Key !== undefined) yield { key: Key, bytes: Size ?? 0, etag: unquoted(ETag) };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
    },
    async removeAll(keys) {
      const removed = concurrently(keys, removalsAtOnce, (Key) =>
        s3.send(new DeleteObjectCommand({ Bucket: bucket, Key })),
      );
      let count = 0;
      for await (const _ of removed) count++;
      return count;
    },
  };
}

function toHead(
  key: string,
  found: {
    ContentLength?: number | undefined;
    ETag?: string | undefined;
    Metadata?: Record<string, string> | undefined;
  },
): ObjectHead {
  return { key, bytes: found.ContentLength ?? 0, etag: unquoted(found.ETag), metadata: found.Metadata ?? {} };
}

/** Somebody else's object is there, or another version of it. */
function isOvertaken(error: unknown): boolean {
  return statusOf(error) === 412;
}

/** The version that was to be replaced or deleted is no longer there. */
function isGone(error: unknown): boolean {
  return isOvertaken(error) || isMissingKey(error);
}

/** A missing bucket is 404 too, and must never pass for an empty one. (The answer to a HEAD cannot tell them apart.) */
function isMissingKey(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket';
}

function statusOf(error: unknown): number | undefined {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode;
}

function unquoted(etag = ''): string {
  return etag.replace(/^"|"$/g, '');
}
