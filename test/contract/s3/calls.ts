import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { Place } from '../check';
import { outcomeOf } from '../seen';

type Options<Input> = Omit<Partial<Input>, 'Bucket' | 'Key' | 'Body'>;

/** Writes an object of the check's own. */
export function put(
  { s3, bucket, key }: Place,
  name: string,
  body: string | Buffer = name,
  options: Options<PutObjectCommandInput> = {},
) {
  return s3.send(new PutObjectCommand({ Bucket: bucket, Key: key(name), Body: body, ...options }));
}

/** Reads an object: its text, and all that came with it. */
export async function get(
  { s3, bucket, key }: Place,
  name: string,
  options: Options<GetObjectCommandInput> = {},
) {
  const { Body, ...answer } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key(name), ...options }),
  );
  return { ...answer, text: (await Body?.transformToString()) ?? '' };
}

export function head({ s3, bucket, key }: Place, name: string) {
  return s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key(name) }));
}

export function remove({ s3, bucket, key }: Place, name: string, ifMatch?: string) {
  return s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key(name), IfMatch: ifMatch }));
}

/** One page of a listing below the check's own keys. */
export function listPage(
  { s3, bucket, key }: Place,
  prefix: string,
  options: Options<ListObjectsV2CommandInput> = {},
) {
  return s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key(prefix), ...options }));
}

/** The names below a prefix, as the listing has them: all pages. */
export async function listNames(
  place: Place,
  prefix = '',
  options: Options<ListObjectsV2CommandInput> = {},
): Promise<string[]> {
  const names: string[] = [];
  const own = place.key('').length;
  let ContinuationToken: string | undefined;
  do {
    const page = await listPage(place, prefix, { ...options, ContinuationToken });
    for (const { Key = '' } of page.Contents ?? []) names.push(Key.slice(own));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return names;
}

/** The outcome of a conditional call; 409 ConditionalRequestConflict, which AWS allows at any time, is tried again. */
export async function settled(call: () => Promise<unknown>): Promise<{ name: string; status: number }> {
  for (let tries = 1; ; tries++) {
    const outcome = await outcomeOf(call());
    if (outcome.status !== 409 || tries === 20) return outcome;
  }
}
