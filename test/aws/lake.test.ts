import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { s3Lake } from '../../aws/lake';
import { TransientError } from '../../core/errors';
import { claimDataset } from '../../core/run/claim';
import { aRun } from '../core/run/run-fixture';
import { lakeContract } from '../support/lake-contract';
import { type OpenLocalAws, openLocalAws } from './open-local-aws';

let local: OpenLocalAws;
beforeAll(async () => {
  local = await openLocalAws();
});
afterAll(() => local.close());

lakeContract(
  's3Lake',
  async () => {
    await local.aws.createBucket('lake');
    return s3Lake(local.s3, 'lake');
  },
  async (key) => {
    const { TagSet = [] } = await local.s3.send(new GetObjectTaggingCommand({ Bucket: 'lake', Key: key }));
    return Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value ?? '']));
  },
);

describe('s3Lake in a bucket that does not exist', () => {
  const lake = () => s3Lake(local.s3, 'nowhere');

  it.each([
    ['get', () => lake().get('key')],
    ['put', () => lake().put('key', 'text')],
    ['putIfAbsent', () => lake().putIfAbsent('key', 'text')],
    ['replace', () => lake().replace('key', 'text', 'etag')],
    ['replace without a version', () => lake().replace('key', 'text', undefined)],
    ['remove', () => lake().remove('key', 'etag')],
    ['tag', () => lake().tag('key', { name: 'a', value: 'b' })],
    ['list', () => lake().list('key')[Symbol.asyncIterator]().next()],
  ])('rejects %s rather than take the bucket for an empty one', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('does not keep a claim waiting for ever', async () => {
    await expect(claimDataset(lake(), aRun, new Date())).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});

describe('s3Lake when S3 fails', () => {
  const client = new S3Client();
  const s3 = mockClient(client);
  const lake = s3Lake(client, 'lake');
  const refusal = (httpStatusCode: number, name: string) =>
    new S3ServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode } });
  const conflict = refusal(409, 'ConditionalRequestConflict');
  beforeEach(() => s3.reset());
  afterAll(() => s3.restore());

  it('tries again while others write to the same key, until it is settled', async () => {
    s3.on(PutObjectCommand).rejectsOnce(conflict).rejectsOnce(conflict).resolves({});
    expect(await lake.putIfAbsent('key', 'text')).toBe('created');
    s3.reset();
    s3.on(PutObjectCommand).rejectsOnce(conflict).rejects(refusal(412, 'PreconditionFailed'));
    expect(await lake.replace('key', 'text', 'etag')).toBe('conflict');
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(2);
  });

  it('gives up after five conflicts, with an error that is worth another attempt', async () => {
    s3.on(PutObjectCommand).rejects(conflict);
    const failure = await lake.putIfAbsent('key', 'text').catch((error) => error);
    expect(failure).toBeInstanceOf(TransientError);
    expect(failure.message).toBe('S3 could not settle who writes to lake first');
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(5);
  });

  it('never takes a key that is missing for one that is there already', async () => {
    const missing = refusal(404, 'NoSuchKey');
    s3.on(PutObjectCommand).rejects(missing);
    await expect(lake.putIfAbsent('key', 'text')).rejects.toBe(missing);
    expect(await lake.replace('key', 'text', 'etag')).toBe('conflict');
  });

  it.each([
    [403, 'AccessDenied'],
    [500, 'InternalError'],
    [503, 'SlowDown'],
  ])('passes %i on, whatever was asked', async (status, name) => {
    const refused = refusal(status, name);
    s3.onAnyCommand().rejects(refused);
    await expect(lake.get('key')).rejects.toBe(refused);
    await expect(lake.head('key')).rejects.toBe(refused);
    await expect(lake.put('key', '')).rejects.toBe(refused);
    await expect(lake.putIfAbsent('key', '')).rejects.toBe(refused);
    await expect(lake.replace('key', '', 'etag')).rejects.toBe(refused);
    await expect(lake.remove('key', 'etag')).rejects.toBe(refused);
    await expect(lake.list('')[Symbol.asyncIterator]().next()).rejects.toBe(refused);
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(3); // once each
  });

  describe('with 403, which is also the answer to a key that is missing', () => {
    const denied = refusal(403, 'AccessDenied');
    beforeEach(() => {
      s3.on(HeadObjectCommand).rejects(denied).on(GetObjectCommand).rejects(denied);
    });

    it('has nothing under a key that is not listed', async () => {
      s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'key-of-another' }] });
      expect(await lake.head('key')).toBeUndefined();
      s3.on(ListObjectsV2Command).resolves({});
      expect(await lake.get('key')).toBeUndefined();
      expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toMatchObject({
        Prefix: 'key',
        MaxKeys: 1,
      });
    });

    it('asks once more for a key that came in between', async () => {
      s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'key' }] });
      s3.on(HeadObjectCommand)
        .rejectsOnce(denied)
        .resolves({ ContentLength: 4, ETag: '"etag"', Metadata: {} });
      expect(await lake.head('key')).toEqual({ key: 'key', bytes: 4, etag: 'etag', metadata: {} });
    });

    it('passes it on when the key is there', async () => {
      s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'key' }] });
      await expect(lake.head('key')).rejects.toBe(denied);
      await expect(lake.get('key')).rejects.toBe(denied);
    });
  });

  it('says what it writes: type, metadata and condition', async () => {
    s3.on(PutObjectCommand).resolves({});
    await lake.putIfAbsent('key', 'text', { metadata: { receipt: '{}' }, contentType: 'application/json' });
    await lake.replace('key', 'text', 'etag');
    await lake.replace('key', 'text', undefined);
    await lake.put('key', 'text');
    expect(s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input)).toMatchObject([
      { Metadata: { receipt: '{}' }, ContentType: 'application/json', IfNoneMatch: '*' },
      { ContentType: 'application/json', IfMatch: '"etag"' },
      { ContentType: 'application/json', IfNoneMatch: '*' },
      { Bucket: 'lake', Key: 'key', Body: 'text' },
    ]);
    const plain = s3.commandCalls(PutObjectCommand).at(-1)?.args[0].input;
    expect([plain?.IfMatch, plain?.IfNoneMatch]).toEqual([undefined, undefined]);
  });
});
