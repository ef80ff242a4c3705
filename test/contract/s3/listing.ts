import type { Check } from '../check';
import { assertSame } from '../seen';
import { listNames, listPage, put, remove } from './calls';

const document = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html';
const consistency = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel';

/** Keys in the order of their UTF-8 bytes, which is neither that of words nor that of UTF-16: U+FF5E comes before U+1F600. */
const inOrder = [
  'A',
  'Z',
  'a-b',
  'a.b',
  'a/b',
  'a/b-c',
  'a/bc',
  'a0',
  'a=b',
  'b',
  'é',
  '\u{ff5e}',
  '\u{1f600}',
];
/** More than one page of a listing has. */
const many = 1005;

async function putAll(place: Parameters<Check['run']>[0], names: readonly string[]): Promise<void> {
  const left = [...names];
  const lane = async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) await put(place, name, '');
  };
  await Promise.all(Array.from({ length: 25 }, lane));
}

/** Listings: what is missing of a run is its plan minus a listing. */
export const listingChecks: readonly Check[] = [
  {
    id: 's3-list-order',
    behaviour: 'a listing has keys in the order of their UTF-8 bytes, across "/" too',
    document,
    async run(place) {
      await putAll(place, inOrder);
      assertSame('the listing', await listNames(place), inOrder);
    },
  },
  {
    id: 's3-list-pages',
    behaviour:
      'a page of a listing has 1,000 keys at most, and its token leads to the rest: none missing, none twice',
    document,
    async run(place) {
      const names = Array.from({ length: many }, (_, index) => `range-${String(index).padStart(5, '0')}`);
      await putAll(place, names);
      const first = await listPage(place, '');
      assertSame(
        'keys, count and truncation',
        [first.Contents?.length, first.KeyCount, first.IsTruncated],
        [1000, 1000, true],
      );
      const tooMany = await listPage(place, '', { MaxKeys: 5000 });
      assertSame('keys of a page that asks for 5,000', tooMany.Contents?.length, 1000);
      assertSame('all pages', await listNames(place), names);
      assertSame('pages of 400', await listNames(place, '', { MaxKeys: 400 }), names);
      const after = { StartAfter: place.key('range-00003') };
      assertSame('pages that begin later', await listNames(place, '', after), names.slice(4));
    },
  },
  {
    id: 's3-list-exact-page',
    behaviour: 'a page that is just full and the last says so: no token',
    document,
    async run(place) {
      await putAll(place, ['a', 'b', 'c']);
      const page = await listPage(place, '', { MaxKeys: 3 });
      assertSame('truncation and token', [page.IsTruncated, page.NextContinuationToken], [false, undefined]);
    },
  },
  {
    id: 's3-list-after',
    behaviour: 'StartAfter leaves out its own key and all before it, and need not be a key itself',
    document,
    async run(place) {
      await putAll(place, ['a', 'b', 'c']);
      const after = (name: string) => listNames(place, '', { StartAfter: place.key(name) });
      assertSame('after a key', await after('a'), ['b', 'c']);
      assertSame('after what is no key', await after('aa'), ['b', 'c']);
      assertSame('after all', await after('d'), []);
      assertSame('after what is before the prefix', await listNames(place, '', { StartAfter: '!' }), [
        'a',
        'b',
        'c',
      ]);
    },
  },
  {
    id: 's3-list-prefix',
    behaviour:
      'a prefix is the beginning of a key, whether or not it ends at a "/"; without any match a listing is empty',
    document,
    async run(place) {
      await putAll(place, ['run=1/a', 'run=10/b', 'run=2/c']);
      assertSame('a prefix within a name', await listNames(place, 'run=1'), ['run=1/a', 'run=10/b']);
      assertSame('a prefix with its "/"', await listNames(place, 'run=1/'), ['run=1/a']);
      assertSame('a prefix that is a whole key', await listNames(place, 'run=2/c'), ['run=2/c']);
      const none = await listPage(place, 'run=3/');
      assertSame('no match', [none.Contents ?? [], none.KeyCount, none.IsTruncated], [[], 0, false]);
    },
  },
  {
    id: 's3-list-at-once',
    behaviour:
      'a listing has what was written before it, as it was written last, and nothing that was deleted',
    document: consistency,
    async run(place) {
      for (let round = 0; round < 10; round++) {
        const { ETag } = await put(place, 'object', 'x'.repeat(round));
        const [listed] = (await listPage(place, '')).Contents ?? [];
        assertSame(
          'the version listed',
          [listed?.Key, listed?.ETag, listed?.Size],
          [place.key('object'), ETag, round],
        );
        await remove(place, 'object');
        assertSame('the listing after the deletion', await listNames(place), []);
      }
    },
  },
  {
    id: 's3-list-encoding',
    behaviour: 'with EncodingType url a listing has keys percent-encoded; decoded they are the keys again',
    document,
    async run(place) {
      const names = ['run=1/ä b&c', 'test_file(3).png'];
      await putAll(place, names);
      const page = await listPage(place, '', { EncodingType: 'url' });
      const listed = (page.Contents ?? []).map(({ Key = '' }) => Key);
      assertSame('the encoding named', page.EncodingType, 'url');
      assertSame(
        'keys as they are sent are ASCII',
        listed.every((key) => /^[!-~]*$/.test(key)),
        true,
      );
      const decoded = listed.map((key) => decodeURIComponent(key.replaceAll('+', ' ')));
      assertSame('keys decoded', decoded, names.map(place.key));
    },
  },
];
