import { GetObjectTaggingCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import type { Check, Place } from '../check';
import { assertRefused, assertSame } from '../seen';
import { get, put } from './calls';

const document = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html';

function tag({ s3, bucket, key }: Place, name: string, tags: Readonly<Record<string, string>>) {
  const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return s3.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: key(name), Tagging: { TagSet } }));
}

async function tagsOf({ s3, bucket, key }: Place, name: string): Promise<Record<string, string | undefined>> {
  const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key(name) }));
  return Object.fromEntries(TagSet.map(({ Key = '', Value }) => [Key, Value]));
}

/** Tags, by which lifecycle rules find the objects of runs that ended unpublished. */
export const tagChecks: readonly Check[] = [
  {
    id: 's3-tags',
    behaviour:
      'PutObjectTagging replaces the tags of an object, and changes neither its bytes, its ETag nor its metadata',
    document,
    async run(place) {
      const { ETag } = await put(place, 'object', 'body', { Metadata: { records: '17' } });
      await tag(place, 'object', { outcome: 'failed', other: 'x' });
      await tag(place, 'object', { outcome: 'unpublished' });
      assertSame('tags', await tagsOf(place, 'object'), { outcome: 'unpublished' });
      const after = await get(place, 'object');
      assertSame('the object', [after.text, after.ETag, after.Metadata], ['body', ETag, { records: '17' }]);
    },
  },
  {
    id: 's3-tags-overwritten',
    behaviour: 'an object that is written anew has no tags',
    document: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html',
    async run(place) {
      await put(place, 'object', 'first');
      await tag(place, 'object', { outcome: 'unpublished' });
      assertSame('tags before', await tagsOf(place, 'object'), { outcome: 'unpublished' });
      await put(place, 'object', 'second');
      assertSame('tags after', await tagsOf(place, 'object'), {});
    },
  },
  {
    id: 's3-tags-missing',
    behaviour: 'PutObjectTagging of a missing key is refused: 404 NoSuchKey',
    document,
    async run(place) {
      const call = tag(place, 'nothing', { outcome: 'unpublished' });
      await assertRefused('the call', call, { names: ['NoSuchKey'], status: 404 });
    },
  },
];
