import type { IncomingMessage } from 'node:http';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { BodyDigest, declaredChecksum } from './body-digest';
import { type Answer, AwsError, bodyChunks } from './http-answer';
import type { ObjectTag } from './object-metadata';
import type { ObjectStore } from './object-store';
import { noSuchKey } from './s3-error';
import { taggingXml } from './s3-xml';

/** Ten tags of 128 and 256 characters, each of which XML may write as eight or so, fit in twice. */
const maxRequestBytes = 64 * 1024;
const maxTags = 10;

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === 'Tag',
});
/** Between elements the document may have white space, which the parser calls #text. */
const blank = z.string().regex(/^\s*$/).optional();
const tagSchema = z.strictObject({ Key: z.string(), Value: z.string(), '#text': blank });
const setSchema = z.strictObject({ Tag: z.array(tagSchema).default([]), '#text': blank });
const documentSchema = z.looseObject({
  Tagging: z.strictObject({
    TagSet: z.union([
      setSchema,
      z
        .string()
        .regex(/^\s*$/)
        .transform(() => ({ Tag: [] })),
    ]),
    '#text': blank,
  }),
});

/** PutObjectTagging: replaces all tags of an object that exists. Throws S3's errors. */
export async function putObjectTagging(
  store: ObjectStore,
  bucket: string,
  key: string,
  request: IncomingMessage,
): Promise<Answer> {
  await store.tag(bucket, key, readTags(await readBody(request)));
  return { status: 200, headers: {}, body: '' };
}

/** GetObjectTagging: an object's tags, none of which is no error. */
export async function getObjectTagging(store: ObjectStore, bucket: string, key: string): Promise<Answer> {
  const object = await store.head(bucket, key);
  if (object === undefined) throw noSuchKey();
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: taggingXml(object.tags ?? []),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const { headers } = request;
  const digest = new BodyDigest(declaredChecksum(headers));
  const chunks: Buffer[] = [];
  for await (const chunk of digest.through(bodyChunks(request))) {
    if (digest.bytes > maxRequestBytes) throw malformed();
    chunks.push(chunk);
  }
  digest.finish({
    bytes: Number(headers['content-length'] ?? digest.bytes),
    contentMd5: headers['content-md5'] === undefined ? undefined : String(headers['content-md5']),
    checksum: (name) => headers[name]?.toString(),
  });
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Reads the document and holds it to the limits of
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html; `aws:` begins the names of AWS's own tags.
 */
function readTags(xml: string): ObjectTag[] {
  if (XMLValidator.validate(xml) !== true) throw malformed();
  const read = documentSchema.safeParse(parser.parse(xml));
  if (!read.success) throw malformed();
  const tags = read.data.Tagging.TagSet.Tag;
  if (tags.length > maxTags) throw invalid('BadRequest', `Object tags cannot be greater than ${maxTags}`);
  const names = new Set(tags.map(({ Key }) => Key));
  if (names.size < tags.length) throw invalid('InvalidTag', 'Cannot provide multiple Tags with the same key');
  for (const { Key, Value } of tags) {
    if (/^aws:/i.test(Key)) {
      throw invalid('InvalidTag', 'System tags cannot be added/updated by requester');
    }
    if (!isTagText(Key, 1, 128)) throw invalid('InvalidTag', 'The TagKey you have provided is invalid');
    if (!isTagText(Value, 0, 256)) throw invalid('InvalidTag', 'The TagValue you have provided is invalid');
  }
  return tags.map(({ Key, Value }) => [Key, Value]);
}

function isTagText(text: string, least: number, most: number): boolean {
  const length = [...text].length;
  return length >= least && length <= most && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

function malformed(): AwsError {
  return invalid(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

function invalid(code: string, message: string): AwsError {
  return new AwsError(code, 400, message);
}
