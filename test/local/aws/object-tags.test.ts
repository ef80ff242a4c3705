import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  type Tag,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import type { PolicyStatement } from '../../../local/aws/authorize';
import { type RunningAws, runAws } from './running-aws';

const Bucket = 'lake';
const Key = 'stage/a';
let running: RunningAws;
let s3: S3Client;

beforeEach(async () => {
  running = await runAws();
  s3 = running.s3;
  await running.aws.createBucket(Bucket);
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Metadata: { receipt: '{}' } }));
});
afterEach(() => running.stop());

const tag = (TagSet: Tag[], to = s3, key = Key) =>
  to.send(new PutObjectTaggingCommand({ Bucket, Key: key, Tagging: { TagSet } }));
const tags = async (of = s3, key = Key) =>
  (await of.send(new GetObjectTaggingCommand({ Bucket, Key: key }))).TagSet;
const unpublished = { Key: 'baseload', Value: 'unpublished' };

test('tags are set and replaced, and leave body, metadata and ETag as they were', async () => {
  const before = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  expect(await tags()).toEqual([]);
  await tag([{ Key: 'other', Value: '' }, unpublished]);
  expect(await tags()).toEqual([{ Key: 'other', Value: '' }, unpublished]);
  await tag([unpublished]);
  expect(await tags()).toEqual([unpublished]);
  const after = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  expect([after.ETag, after.Metadata, after.ContentType]).toEqual([
    before.ETag,
    { receipt: '{}' },
    before.ContentType,
  ]);
  await tag([]);
  expect(await tags()).toEqual([]);
});

test('any text that S3 allows comes back as it was', async () => {
  const text = (least: number, most: number) =>
    fc.string({
      unit: fc.constantFrom(...'aZ09 _.:/=+-@éß漢字'),
      minLength: least,
      maxLength: most,
    });
  const names = text(1, 128).filter((name) => !/^aws:/i.test(name) && name.trim() === name);
  const value = text(0, 256).filter((one) => one.trim() === one);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(names, { maxLength: 10 }), value, async (keys, Value) => {
      const set = keys.map((name) => ({ Key: name, Value }));
      await tag(set);
      expect(await tags()).toEqual(set);
    }),
    { numRuns: 30 },
  );
});

test('a new version of the object has no tags, and a restarted server has those of the old one', async () => {
  await tag([unpublished]);
  const copy = await mkdtemp(join(tmpdir(), 'local-aws-copy-'));
  await cp(running.directory, copy, { recursive: true });
  const other = await runAws({ directory: copy });
  await other.aws.createBucket(Bucket);
  // A copy's bodies have other inodes: tags and metadata are found by the key and the MD5.
  expect(await tags(other.s3)).toEqual([unpublished]);
  expect((await other.s3.send(new HeadObjectCommand({ Bucket, Key }))).Metadata).toEqual({ receipt: '{}' });
  await other.stop();
  await rm(copy, { recursive: true });

  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'y' }));
  expect(await tags()).toEqual([]);
});

test('racing writers leave one of the sets, whole', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, i) => tag([{ Key: 'racer', Value: String(i) }])));
  expect(await tags()).toEqual([{ Key: 'racer', Value: expect.stringMatching(/^1?\d$/) }]);
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).Metadata).toEqual({ receipt: '{}' });
});

test('a missing key is 404, also when it is tagged', async () => {
  const missing = { name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } };
  await expect(tag([unpublished], s3, 'nothing')).rejects.toMatchObject(missing);
  await expect(tags(s3, 'nothing')).rejects.toMatchObject(missing);
});

test.each<[string, Tag[], string]>([
  ['eleven tags', Array.from({ length: 11 }, (_, i) => ({ Key: `k${i}`, Value: '' })), 'BadRequest'],
  ['a name that comes twice', [unpublished, unpublished], 'InvalidTag'],
  ['a name of AWS’s own', [{ Key: 'aws:x', Value: '' }], 'InvalidTag'],
  ['no name', [{ Key: '', Value: '' }], 'InvalidTag'],
  ['a name of 129 characters', [{ Key: 'k'.repeat(129), Value: '' }], 'InvalidTag'],
  ['a value of 257 characters', [{ Key: 'k', Value: 'v'.repeat(257) }], 'InvalidTag'],
  ['another character', [{ Key: 'k', Value: 'a|b' }], 'InvalidTag'],
])('%s: refused, and nothing is changed', async (_, set, name) => {
  await tag([unpublished]);
  await expect(tag(set)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400, attempts: 1 } });
  expect(await tags()).toEqual([unpublished]);
});

test('a document that is none, and a body that is not what its checksum says', async () => {
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${running.aws.url}/${Bucket}/${Key}?tagging`, {
      method: 'PUT',
      body,
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=ADMIN/20261123/eu-central-1/s3/aws4_request',
        ...headers,
      },
    });
  for (const body of [
    '',
    '<Tagging>',
    '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>',
    '<A/>',
  ]) {
    const answer = await send(body);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('MalformedXML')]);
  }
  const wrong = await send('<Tagging><TagSet/></Tagging>', { 'x-amz-checksum-crc32': 'AAAAAA==' });
  expect(await wrong.text()).toContain('BadDigest');
  const spaced = '<Tagging>\n <TagSet>\n <Tag>\n <Key>a</Key> <Value>b</Value>\n</Tag> </TagSet>\n</Tagging>';
  expect((await send(spaced)).status).toBe(200);
  expect(await tags()).toEqual([{ Key: 'a', Value: 'b' }]);
});

describe('permissions', () => {
  const objects = 'arn:aws:s3:::lake/stage/*';
  const allow = (...Action: string[]): PolicyStatement => ({ Effect: 'Allow', Action, Resource: objects });
  function as(...statements: PolicyStatement[]): S3Client {
    running.aws.addPrincipal('WORKER', { name: 'worker', statements });
    return new S3Client(running.as('WORKER'));
  }
  const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };

  test('writing an object is not enough to tag it, nor reading it to read its tags', async () => {
    await expect(tag([unpublished], as(allow('s3:PutObject', 's3:GetObject')))).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining('s3:PutObjectTagging on resource: arn:aws:s3:::lake/stage/a'),
    });
    await tag([unpublished], as(allow('s3:PutObjectTagging')));
    await expect(tags(as(allow('s3:GetObject')))).rejects.toMatchObject(denied);
    expect(await tags(as(allow('s3:GetObjectTagging')))).toEqual([unpublished]);
  });

  test('how many there are is told only to those who may read them', async () => {
    await tag([unpublished]);
    const count = async (client: S3Client) => [
      (await client.send(new HeadObjectCommand({ Bucket, Key }))).TagCount,
      (await client.send(new GetObjectCommand({ Bucket, Key }))).TagCount,
    ];
    expect(await count(as(allow('s3:GetObject')))).toEqual([undefined, undefined]);
    expect(await count(as(allow('s3:GetObject', 's3:GetObjectTagging')))).toEqual([1, 1]);
  });

  test('that a key is missing is told only to those who may list', async () => {
    const tagger = as(allow('s3:PutObjectTagging', 's3:GetObjectTagging'));
    await expect(tag([unpublished], tagger, 'stage/nothing')).rejects.toMatchObject(denied);
    await expect(tags(tagger, 'stage/nothing')).rejects.toMatchObject(denied);
  });
});

test('what Baseload never does is not spoken', async () => {
  await expect(s3.send(new DeleteObjectTaggingCommand({ Bucket, Key }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
  await expect(s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId: '1' }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
});
