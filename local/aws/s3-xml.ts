import { XMLBuilder } from 'fast-xml-parser';
import type { ObjectTag } from './object-metadata';
import type { StoredObject } from './object-store';

const builder = new XMLBuilder({ suppressEmptyNode: false });
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An S3 error document: the SDK takes `name` from Code. */
export function errorXml(error: {
  code: string;
  message: string;
  resource: string;
  requestId: string;
}): string {
  return (
    declaration +
    builder.build({
      Error: {
        Code: error.code,
        Message: error.message,
        Resource: error.resource,
        RequestId: error.requestId,
      },
    })
  );
}

/** The Tagging document of GetObjectTagging. */
export function taggingXml(tags: readonly ObjectTag[]): string {
  const Tag = tags.map(([Key, Value]) => ({ Key, Value }));
  return declaration + builder.build({ Tagging: { TagSet: { Tag } } });
}

/** One page of ListObjectsV2. */
export interface ListResult {
  readonly bucket: string;
  readonly prefix: string;
  readonly startAfter: string | undefined;
  readonly maxKeys: number;
  readonly continuationToken: string | undefined;
  readonly nextContinuationToken: string | undefined;
  readonly objects: readonly StoredObject[];
  /** Percent-encode keys and prefixes, which XML 1.0 may be unable to carry. */
  readonly encodeKeys: boolean;
}

/** The ListBucketResult document of ListObjectsV2. */
export function listXml(result: ListResult): string {
  const name = result.encodeKeys
    ? (key: string) => encodeURIComponent(key).replaceAll('%2F', '/')
    : (key: string) => key;
  const fields = {
    Name: result.bucket,
    Prefix: name(result.prefix),
    StartAfter: result.startAfter === undefined ? undefined : name(result.startAfter),
    KeyCount: result.objects.length,
    MaxKeys: result.maxKeys,
    EncodingType: result.encodeKeys ? 'url' : undefined,
    IsTruncated: result.nextContinuationToken !== undefined,
    ContinuationToken: result.continuationToken,
    NextContinuationToken: result.nextContinuationToken,
    Contents: result.objects.map((object) => ({
      Key: name(object.key),
      LastModified: object.modifiedAt.toISOString(),
      ETag: object.etag,
      Size: object.bytes,
      StorageClass: 'STANDARD',
    })),
  };
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return declaration + builder.build({ ListBucketResult: present });
}
