import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { type RunningAws, runAws } from './running-aws';

const Bucket = 'lake';
let running: RunningAws;

beforeEach(async () => {
  running = await runAws();
  await running.aws.createBucket(Bucket);
});
afterEach(() => running.stop());

const put = (Key: string, Body: string | Buffer, more: object = {}) =>
  running.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Key: string, more: object = {}) => {
  const { Body } = await running.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return await Body?.transformToString();
};
const etagOf = (body: string | Buffer) => `"${createHash('md5').update(body).digest('hex')}"`;
const error = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

describe('objects', () => {
  test('come back with body, ETag, metadata and content type, and are plain files', async () => {
    const put1 = await put('raw/cities/1.jsonl.gz', 'hello', {
      Metadata: { records: '17' },
      ContentType: 'application/x-ndjson',
      ContentEncoding: 'gzip',
    });
    expect(put1.ETag).toBe(etagOf('hello'));
    expect(put1.ChecksumCRC32).toBe('NhCmhg==');
    expect(await readFile(join(running.directory, Bucket, 'raw/cities/1.jsonl.gz'), 'utf8')).toBe('hello');
    const expected = {
      ETag: etagOf('hello'),
      ContentLength: 5,
      Metadata: { records: '17' },
      ContentType: 'application/x-ndjson',
      ContentEncoding: 'gzip',
    };
    const Key = 'raw/cities/1.jsonl.gz';
    expect(await running.s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject(expected);
    const got = await running.s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(got).toMatchObject({ ...expected, ChecksumCRC32: 'NhCmhg==' });
    expect(await got.Body?.transformToString()).toBe('hello');
  });

  test('that are empty are objects too', async () => {
    await put('empty', '');
    expect(await text('empty')).toBe('');
  });

  test('that are missing are NoSuchKey to get, NotFound to head, and nothing to delete', async () => {
    await put('a', 'file');
    for (const Key of ['b', 'a/b']) {
      await expect(text(Key)).rejects.toMatchObject(error('NoSuchKey', 404));
      await expect(running.s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject(
        error('NotFound', 404),
      );
      await running.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    }
  });

  test('of another bucket are NoSuchBucket', async () => {
    const command = new PutObjectCommand({ Bucket: 'elsewhere', Key: 'a', Body: 'x' });
    await expect(running.s3.send(command)).rejects.toMatchObject(error('NoSuchBucket', 404));
  });

  test('are given in ranges', async () => {
    await put('digits', '0123456789');
    expect(await text('digits', { Range: 'bytes=2-4' })).toBe('234');
    expect(await text('digits', { Range: 'bytes=7-' })).toBe('789');
    expect(await text('digits', { Range: 'bytes=-2' })).toBe('89');
    expect(await text('digits', { Range: 'bytes=8-99' })).toBe('89');
    expect(await text('digits', { Range: 'bytes=-99' })).toBe('0123456789');
    const part = new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=2-4' });
    expect(await running.s3.send(part)).toMatchObject({ ContentRange: 'bytes 2-4/10', ContentLength: 3 });
    await expect(text('digits', { Range: 'bytes=10-' })).rejects.toMatchObject(error('InvalidRange', 416));
  });

  test('survive a restart with their metadata, and in a copy of the directory too', async () => {
    await put('a/b', 'hello', { Metadata: { records: '17' } });
    const again = await runAws({ directory: running.directory });
    await again.aws.createBucket(Bucket);
    const head = new HeadObjectCommand({ Bucket, Key: 'a/b' });
    expect(await again.s3.send(head)).toMatchObject({ Metadata: { records: '17' } });
    // A copy has other inodes and times; only its bytes tell what it is.
    const path = join(running.directory, Bucket, 'a/b');
    const bytes = await readFile(path);
    await rm(path);
    await writeFile(path, bytes);
    await utimes(path, 1, 1);
    expect(await again.s3.send(head)).toMatchObject({
      Metadata: { records: '17' },
      ETag: etagOf('hello'),
    });
    await again.stop();
  });

  test('that were put or edited by hand have the ETag of their bytes, and nobody else’s metadata', async () => {
    await put('a', 'before', { Metadata: { records: '17' } });
    await writeFile(join(running.directory, Bucket, 'a'), 'edited by hand');
    const head = await running.s3.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    expect(head).toMatchObject({ ETag: etagOf('edited by hand'), ContentLength: 14, Metadata: {} });
  });
});

describe('conditional writes', () => {
  test('If-None-Match: exactly one of fifty racers wins, and its body stays', async () => {
    const bodies = Array.from({ length: 50 }, (_, index) => randomBytes(1000 + index).toString('hex'));
    const results = await Promise.allSettled(
      bodies.map((body, index) => put('one', body, { IfNoneMatch: '*', Metadata: { racer: String(index) } })),
    );
    const winners = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject(error('PreconditionFailed', 412));
    }
    const [winner = -1] = winners;
    expect(await text('one')).toBe(bodies[winner]);
    const head = await running.s3.send(new HeadObjectCommand({ Bucket, Key: 'one' }));
    expect(head.Metadata).toEqual({ racer: String(winner) });
    expect(await readdir(join(running.directory, '.uploads'))).toEqual([]);
  });

  test('If-None-Match holds between two servers on one directory', async () => {
    const other = await runAws({ directory: running.directory });
    await other.aws.createBucket(Bucket);
    for (let round = 0; round < 20; round++) {
      const results = await Promise.allSettled(
        [running, other, running, other].map(({ s3 }, index) =>
          s3.send(
            new PutObjectCommand({
              Bucket,
              Key: `round-${round}`,
              Body: `by ${index}`,
              IfNoneMatch: '*',
              Metadata: { by: String(index) },
            }),
          ),
        ),
      );
      const winner = results.findIndex((result) => result.status === 'fulfilled');
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      const got = await other.s3.send(new GetObjectCommand({ Bucket, Key: `round-${round}` }));
      expect(got.Metadata).toEqual({ by: String(winner) });
      expect(await got.Body?.transformToString()).toBe(`by ${winner}`);
    }
    await other.stop();
  });

  test('If-Match: one of twenty who read the same version replaces it', async () => {
    const { ETag } = await put('pointer', 'v1');
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put('pointer', `v2 by ${index}`, { IfMatch: ETag })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    await expect(put('pointer', 'v3', { IfMatch: ETag })).rejects.toMatchObject(
      error('PreconditionFailed', 412),
    );
    await expect(put('missing', 'v1', { IfMatch: ETag })).rejects.toMatchObject(error('NoSuchKey', 404));
    await put('pointer', 'v3', { IfMatch: etagOf((await text('pointer')) ?? '').replaceAll('"', '') });
    expect(await text('pointer')).toBe('v3');
  });

  test('If-Match on a delete', async () => {
    const { ETag } = await put('claim', 'mine');
    const remove = (IfMatch: string | undefined, Key = 'claim') =>
      running.s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch }));
    await expect(remove(etagOf('other'))).rejects.toMatchObject(error('PreconditionFailed', 412));
    await remove(ETag);
    await expect(remove(ETag)).rejects.toMatchObject(error('NoSuchKey', 404));
    await put('claim', 'again', { IfNoneMatch: '*' });
  });

  test('an overwrite never mixes two versions for a reader', async () => {
    const versions = Array.from({ length: 30 }, (_, index) => `version ${index}`.repeat(index + 1));
    await put('k', versions[0] ?? '', { Metadata: { version: '0' } });
    let isWriting = true;
    const readers = Array.from({ length: 4 }, async () => {
      let reads = 0;
      for (; isWriting; reads++) {
        const got = await running.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
        const body = await got.Body?.transformToString();
        expect(body).toBe(versions[Number(got.Metadata?.version)]);
        expect(got.ETag).toBe(etagOf(body ?? ''));
      }
      return reads;
    });
    for (const [index, body] of versions.entries())
      await put('k', body, { Metadata: { version: String(index) } });
    isWriting = false;
    for (const reads of await Promise.all(readers)) expect(reads).toBeGreaterThan(0);
    const [folder = ''] = await readdir(join(running.directory, '.metadata', Bucket));
    expect(await readdir(join(running.directory, '.metadata', Bucket, folder))).toHaveLength(1);
  });
});

describe('bodies', () => {
  test('that are streams arrive in aws-chunked with a trailing checksum', async () => {
    const path = join(running.directory, 'body.bin');
    const bytes = randomBytes(3_000_000);
    await writeFile(path, bytes);
    const result = await put('stream', '', { Body: createReadStream(path) });
    expect(result.ETag).toBe(etagOf(bytes));
    const got = await running.s3.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(got.ContentEncoding).toBeUndefined();
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(bytes));
    expect(result.ChecksumCRC32).toBe(crc.toString('base64'));
  });

  test('with SHA-1, SHA-256 or Content-MD5 are verified', async () => {
    await put('a', 'hello', { ChecksumAlgorithm: 'SHA256' });
    await put('b', 'hello', { ChecksumAlgorithm: 'SHA1' });
    const wrongMd5 = createHash('md5').update('other').digest('base64');
    await expect(put('c', 'hello', { ContentMD5: wrongMd5 })).rejects.toMatchObject(error('BadDigest', 400));
    await expect(put('d', 'hello', { ChecksumSHA256: 'AAAA' })).rejects.toMatchObject(
      error('BadDigest', 400),
    );
    await expect(put('e', 'hello', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject(
      error('BadDigest', 400),
    );
    const { KeyCount } = await running.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(KeyCount).toBe(2);
  });

  test.each([
    [
      'shorter than announced',
      '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n',
      6,
      'IncompleteBody',
    ],
    ['cut off', '5\r\nhel', 5, 'IncompleteBody'],
    ['no chunks at all', 'hello', 5, 'IncompleteBody'],
    ['of another checksum', '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 5, 'BadDigest'],
    ['without the checksum', '5\r\nhello\r\n0\r\n\r\n', 5, 'InvalidRequest'],
  ])('in aws-chunked, %s, are refused and leave nothing', async (_, body, length, code) => {
    const response = await fetch(`${running.aws.url}/${Bucket}/key`, {
      method: 'PUT',
      body,
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=ADMIN/20300101/eu-central-1/s3/aws4_request',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': String(length),
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked',
      },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
    await expect(text('key')).rejects.toMatchObject(error('NoSuchKey', 404));
    expect(await readdir(join(running.directory, '.uploads'))).toEqual([]);
  });

  test('that the client breaks off leave nothing', async () => {
    const abort = new AbortController();
    const uploads = join(running.directory, '.uploads');
    const endless = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        // Half of it is on the server's disk before the client goes.
        while ((await readdir(uploads)).length === 0) yield Buffer.alloc(100_000);
        abort.abort();
        yield Buffer.alloc(100_000);
      })(),
    );
    const sending = running.s3.send(
      new PutObjectCommand({ Bucket, Key: 'half', Body: endless, ContentLength: 1_000_000_000 }),
      { abortSignal: abort.signal },
    );
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    // The server learns of it a moment later.
    while ((await readdir(uploads)).length > 0) await setImmediate();
    expect(await readdir(join(running.directory, Bucket))).toEqual([]);
  });
});

describe('keys', () => {
  const name = fc.string({
    minLength: 1,
    maxLength: 12,
    unit: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('a', 'b', '-', '.', '=', ' ', '+', '%', '&', '<', '"', '~') },
      { weight: 1, arbitrary: fc.constantFrom('ü', '€', '￮', '😀', '𝔸') },
    ),
  });
  // Few names, so that keys share folders; and now and then any text.
  const key = fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'a-') },
        { weight: 2, arbitrary: name.filter((one) => one !== '.' && one !== '..') },
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((names) => names.join('/'));

  test('of any text are listed in the order of their UTF-8 bytes, in pages, and lead back to their objects', async () => {
    let buckets = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        name,
        async (keys, MaxKeys, Prefix) => {
          const bucket = `bucket-${buckets++}`;
          await running.aws.createBucket(bucket);
          const stored: string[] = [];
          for (const Key of keys) {
            const command = new PutObjectCommand({ Bucket: bucket, Key, Body: Key });
            await running.s3.send(command).then(
              () => stored.push(Key),
              // 'a' cannot be a file and a folder.
              (reason) => expect(reason).toMatchObject(error('InvalidRequest', 400)),
            );
          }
          stored.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect(await listAll(bucket, { MaxKeys })).toEqual(stored);
          expect(await listAll(bucket, { MaxKeys, Prefix })).toEqual(
            stored.filter((one) => one.startsWith(Prefix)),
          );
          const StartAfter = stored[Math.floor(stored.length / 2)] ?? '';
          expect(await listAll(bucket, { MaxKeys, StartAfter })).toEqual(
            stored.filter((one) => Buffer.compare(Buffer.from(one), Buffer.from(StartAfter)) > 0),
          );
          for (const Key of stored) {
            const got = await running.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
            expect(await got.Body?.transformToString()).toBe(Key);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  async function listAll(bucket: string, options: object): Promise<string[]> {
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await running.s3.send(
        new ListObjectsV2Command({ Bucket: bucket, ContinuationToken, ...options }),
      );
      keys.push(...(page.Contents ?? []).map((object) => object.Key ?? ''));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return keys;
  }

  test('are percent-encoded in listings when asked', async () => {
    await put('a b/ü', 'x');
    const page = await running.s3.send(
      new ListObjectsV2Command({ Bucket, EncodingType: 'url', Prefix: 'a b' }),
    );
    expect(page).toMatchObject({
      Prefix: 'a%20b',
      Contents: [{ Key: 'a%20b/%C3%BC', Size: 1, ETag: etagOf('x') }],
    });
  });

  test.each([
    '../escape',
    'a/../../escape',
    '/absolute',
    'a//b',
    'a/',
    './a',
    'a\u0000b',
    'a\\b',
    'n'.repeat(300),
  ])('%j cannot leave the directory, nor be half a path', async (Key) => {
    const path = Key.split('/').map(encodeURIComponent).join('/');
    const { connection, answered } = await rawPut(`/${Bucket}/${path}`);
    expect(answered).toMatch(/^HTTP\/1.1 400 [\s\S]*<Code>InvalidArgument<\/Code>/);
    connection.destroy();
    expect(await readdir(running.directory)).toEqual(expect.not.arrayContaining(['escape']));
    expect(await readdir(join(running.directory, Bucket))).toEqual([]);
  });

  test('in percent-encoded dots cannot leave it either', async () => {
    const { connection, answered } = await rawPut(`/${Bucket}/%2e%2e%2fescape`);
    expect(answered).toContain('<Code>InvalidArgument</Code>');
    connection.destroy();
  });

  /** fetch and the SDK would tidy such a path. */
  async function rawPut(path: string) {
    const { connect } = await import('node:net');
    const { hostname, port } = new URL(running.aws.url);
    const connection = connect(Number(port), hostname);
    connection.write(
      `PUT ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nauthorization: AWS4-HMAC-SHA256 Credential=ADMIN/20300101/eu-central-1/s3/aws4_request\r\n\r\nx`,
    );
    let answered = '';
    for await (const bytes of connection) {
      answered += bytes;
      if (answered.includes('</Error>') || /^HTTP\/1.1 2/.test(answered)) break;
    }
    return { connection, answered };
  }

  test('that need a file where a folder is, or the other way round, say so', async () => {
    await put('a/b', 'x');
    await expect(put('a', 'x')).rejects.toThrow(
      '"a" cannot be stored, because local objects are plain files',
    );
    await expect(put('a', 'x', { IfNoneMatch: '*' })).rejects.toMatchObject(error('InvalidRequest', 400));
    await expect(put('a/b/c', 'x')).rejects.toThrow('"a/b" is an object, and would have to be a folder');
    await expect(put('a/b/c/d', 'x', { IfNoneMatch: '*' })).rejects.toThrow('"a/b" is an object');
    // Once the folder is empty the name is free: deleting took the folder away.
    await running.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/b' }));
    await put('a', 'x', { IfNoneMatch: '*' });
    // An empty folder that somebody made by hand is in nobody's way.
    await mkdir(join(running.directory, Bucket, 'folder'));
    await put('folder', 'x', { IfNoneMatch: '*' });
    expect(await text('folder')).toBe('x');
  });

  test('are put and deleted side by side in one folder without losing it', async () => {
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        for (let round = 0; round < 20; round++) {
          await put(`deep/er/${index}`, 'x', { IfNoneMatch: '*' });
          await running.s3.send(new DeleteObjectCommand({ Bucket, Key: `deep/er/${index}` }));
        }
      }),
    );
    expect(await readdir(join(running.directory, Bucket))).toEqual([]);
  });
});

describe('calls that Baseload does not make', () => {
  test.each([
    ['CreateMultipartUpload', new CreateMultipartUploadCommand({ Bucket, Key: 'a' })],
    ['ListBuckets', new ListBucketsCommand({})],
    ['ListObjectsV2 with delimiter', new ListObjectsV2Command({ Bucket, Delimiter: '/' })],
    [
      'PutObject with the header x-amz-storage-class',
      new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', StorageClass: 'GLACIER' }),
    ],
    ['GetObject with the header if-none-match', new GetObjectCommand({ Bucket, Key: 'a', IfNoneMatch: 'x' })],
    ['GetObject with versionId', new GetObjectCommand({ Bucket, Key: 'a', VersionId: '1' })],
  ])('%s is 501 with its name, and is not tried again', async (name, command) => {
    await expect(running.s3.send(command as ListBucketsCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: `The local AWS does not speak S3 ${name}.`,
      $metadata: { httpStatusCode: 501, attempts: 1 },
    });
  });
});
