import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Check } from '../check';
import { assertRefused, assertSame } from '../seen';
import { get, head, listNames, put, remove } from './calls';

const api = 'https://docs.aws.amazon.com/AmazonS3/latest/API';
const guide = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide';

const md5 = (body: string | Buffer, as: 'hex' | 'base64') => createHash('md5').update(body).digest(as);
const missing = { names: ['NoSuchKey'], status: 404 };

/** Objects: bodies, names, metadata, ranges. */
export const objectChecks: readonly Check[] = [
  {
    id: 's3-read-at-once',
    behaviour: 'GET and HEAD have what was written before them, and nothing once it is deleted',
    document: `${guide}/Welcome.html#ConsistencyModel`,
    async run(place) {
      for (let round = 0; round < 10; round++) {
        await put(place, 'object', `round ${round}`);
        assertSame('the object', (await get(place, 'object')).text, `round ${round}`);
        const { ETag } = await head(place, 'object');
        assertSame('its ETag by HEAD', ETag, `"${md5(`round ${round}`, 'hex')}"`);
        await remove(place, 'object');
        await assertRefused('a GET after the deletion', get(place, 'object'), missing);
      }
    },
  },
  {
    id: 's3-missing',
    behaviour: 'a missing key is 404: NoSuchKey to GET, NotFound to HEAD, and nothing to DELETE (204)',
    document: `${api}/ErrorResponses.html`,
    async run(place) {
      await assertRefused('GET', get(place, 'nothing'), missing);
      await assertRefused('HEAD', head(place, 'nothing'), { names: ['NotFound'], status: 404 });
      assertSame('DELETE', (await remove(place, 'nothing')).$metadata.httpStatusCode, 204);
    },
  },
  {
    id: 's3-missing-bucket',
    behaviour: 'a missing bucket is NoSuchBucket to PUT, GET and LIST, and never an empty one',
    document: `${api}/ErrorResponses.html`,
    async run({ s3, bucket }) {
      const Bucket = `${bucket}-none`;
      const refusal = { names: ['NoSuchBucket'], status: 404 };
      await assertRefused('PUT', s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' })), refusal);
      await assertRefused('GET', s3.send(new GetObjectCommand({ Bucket, Key: 'a' })), refusal);
      await assertRefused('LIST', s3.send(new ListObjectsV2Command({ Bucket })), refusal);
    },
  },
  {
    id: 's3-etag',
    behaviour: 'the ETag of an object that was PUT is the MD5 of its bytes, in PUT, GET and HEAD alike',
    document: `${api}/API_Object.html`,
    async run(place) {
      const expected = `"${md5('body', 'hex')}"`;
      const etags = [
        await put(place, 'object', 'body'),
        await get(place, 'object'),
        await head(place, 'object'),
      ];
      assertSame(
        'ETags',
        etags.map(({ ETag }) => ETag),
        [expected, expected, expected],
      );
    },
  },
  {
    id: 's3-empty',
    behaviour: 'an object may be empty',
    document: `${guide}/UsingObjects.html`,
    async run(place) {
      await put(place, 'empty', '', { Metadata: { records: '0' } });
      const { ContentLength, Metadata } = await head(place, 'empty');
      assertSame('bytes and metadata', [ContentLength, Metadata], [0, { records: '0' }]);
      assertSame('the body', (await get(place, 'empty')).text, '');
    },
  },
  {
    id: 's3-large',
    behaviour: 'a body of some megabytes, which the SDK announces with Expect: 100-continue, is taken whole',
    document: `${api}/API_PutObject.html`,
    async run(place) {
      const body = Buffer.alloc(3 * 1024 * 1024, 'range');
      const { ETag } = await put(place, 'large', body, { IfNoneMatch: '*' });
      assertSame('the ETag', ETag, `"${md5(body, 'hex')}"`);
      assertSame('the body', (await get(place, 'large')).text === body.toString(), true);
    },
  },
  {
    id: 's3-keys',
    behaviour: 'keys keep "=", spaces, "+", "%", "&", quotes and other scripts as they are',
    document: `${guide}/object-keys.html`,
    async run(place) {
      const names = ['%2F', "it's", 'run=2026-01-31t03-00-00-000z/a+b c', '{a}&b?c#d', 'ключ', '🦊'];
      for (const name of names) await put(place, name, name);
      assertSame('the listing', await listNames(place), names);
      for (const name of names) assertSame(`the object ${name}`, (await get(place, name)).text, name);
    },
  },
  {
    id: 's3-metadata',
    behaviour:
      'user metadata comes back from GET and HEAD, its names in lower case; with the content type and encoding',
    document: `${guide}/UsingMetadata.html`,
    async run(place) {
      const Metadata = { records: '17', firstKey: '["a=b; c, d"]', empty: '' };
      await put(place, 'object', 'body', {
        Metadata,
        ContentType: 'application/x-ndjson',
        ContentEncoding: 'gzip',
      });
      for (const one of [await head(place, 'object'), await get(place, 'object')]) {
        assertSame('metadata', one.Metadata, { records: '17', firstkey: '["a=b; c, d"]', empty: '' });
        assertSame(
          'type and encoding',
          [one.ContentType, one.ContentEncoding],
          ['application/x-ndjson', 'gzip'],
        );
      }
      await put(place, 'object', 'body');
      assertSame('metadata after a PUT without any', (await head(place, 'object')).Metadata, {});
    },
  },
  {
    id: 's3-metadata-limit',
    behaviour: 'user metadata of 2,000 bytes is taken, and of more than 2 KB refused: 400 MetadataTooLarge',
    document: `${guide}/UsingMetadata.html`,
    async run(place) {
      const of = (bytes: number) => ({ Metadata: { text: 'x'.repeat(bytes - 4) } });
      await put(place, 'taken', '', of(2000));
      assertSame('metadata taken', (await head(place, 'taken')).Metadata, of(2000).Metadata);
      await assertRefused('more', put(place, 'refused', '', of(2100)), {
        names: ['MetadataTooLarge'],
        status: 400,
      });
    },
  },
  {
    id: 's3-range',
    behaviour:
      'GET with Range has the bytes asked for: 206, with Content-Range; what goes beyond the end is cut',
    document: `${api}/API_GetObject.html`,
    async run(place) {
      await put(place, 'object', '0123456789');
      for (const [range, text, header] of [
        ['bytes=2-4', '234', 'bytes 2-4/10'],
        ['bytes=7-', '789', 'bytes 7-9/10'],
        ['bytes=-2', '89', 'bytes 8-9/10'],
        ['bytes=8-99', '89', 'bytes 8-9/10'],
      ] as const) {
        const part = await get(place, 'object', { Range: range });
        const seen = [part.$metadata.httpStatusCode, part.text, part.ContentRange, part.ContentLength];
        assertSame(range, seen, [206, text, header, text.length]);
      }
    },
  },
  {
    id: 's3-range-beyond',
    behaviour: 'GET with a Range that begins after the end is refused: 416 InvalidRange',
    document: `${api}/ErrorResponses.html`,
    async run(place) {
      await put(place, 'object', '0123456789');
      const refusal = { names: ['InvalidRange'], status: 416 };
      await assertRefused('a range', get(place, 'object', { Range: 'bytes=10-' }), refusal);
    },
  },
  {
    id: 's3-content-md5',
    behaviour: 'a body that is not what Content-MD5 says is refused, and nothing is written: 400 BadDigest',
    document: `${guide}/checking-object-integrity-upload.html`,
    async run(place) {
      const wrong = put(place, 'object', 'body', { ContentMD5: md5('another', 'base64') });
      await assertRefused('the PUT', wrong, { names: ['BadDigest'], status: 400 });
      await assertRefused('a GET after it', get(place, 'object'), missing);
      await put(place, 'object', 'body', { ContentMD5: md5('body', 'base64') });
    },
  },
];
