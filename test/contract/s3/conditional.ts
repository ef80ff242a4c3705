import type { Check } from '../check';
import { assertRefused, assertSame } from '../seen';
import { get, put, remove, settled } from './calls';

const writes = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html';
const deletes = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html';

const racers = 50;
const failed = { names: ['PreconditionFailed'], status: 412 };
const missing = { names: ['NoSuchKey', 'NotFound'], status: 404 };

/** How 50 calls at once ended, by status. */
async function race(call: (racer: number) => Promise<unknown>): Promise<Record<number, number>> {
  const outcomes = await Promise.all(
    Array.from({ length: racers }, (_, racer) => settled(() => call(racer))),
  );
  const counts: Record<number, number> = {};
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Conditional writes and deletes: claims, page ranges and pointers. */
export const conditionalChecks: readonly Check[] = [
  {
    id: 's3-create-race',
    behaviour:
      'of 50 PUTs at once with If-None-Match: *, exactly one is accepted, and 49 are refused with 412',
    document: writes,
    async run(place) {
      const bodies = Array.from({ length: racers }, (_, racer) => `racer ${racer}`);
      const counts = await race((racer) => put(place, 'claim', bodies[racer], { IfNoneMatch: '*' }));
      assertSame('outcomes by status', counts, { 200: 1, 412: racers - 1 });
      assertSame('the object is of a racer', bodies.includes((await get(place, 'claim')).text), true);
    },
  },
  {
    id: 's3-create-taken',
    behaviour: 'If-None-Match: * leaves an object alone that exists: 412 PreconditionFailed',
    document: writes,
    async run(place) {
      await put(place, 'taken', 'first');
      await assertRefused('a second PUT', put(place, 'taken', 'second', { IfNoneMatch: '*' }), failed);
      assertSame('the object', (await get(place, 'taken')).text, 'first');
    },
  },
  {
    id: 's3-create-after-delete',
    behaviour: 'If-None-Match: * creates an object whose key was deleted',
    document: writes,
    async run(place) {
      await put(place, 'again', 'first');
      await remove(place, 'again');
      assertSame(
        'the PUT',
        (await settled(() => put(place, 'again', 'second', { IfNoneMatch: '*' }))).status,
        200,
      );
      assertSame('the object', (await get(place, 'again')).text, 'second');
    },
  },
  {
    id: 's3-replace',
    behaviour: 'If-Match replaces the version that it names, and no other: 412 PreconditionFailed',
    document: writes,
    async run(place) {
      const { ETag: first } = await put(place, 'pointer', 'first');
      const second = await settled(() => put(place, 'pointer', 'second', { IfMatch: first }));
      assertSame('the PUT over the version', second.status, 200);
      await assertRefused(
        'a PUT over an old version',
        put(place, 'pointer', 'third', { IfMatch: first }),
        failed,
      );
      assertSame('the object', (await get(place, 'pointer')).text, 'second');
    },
  },
  {
    id: 's3-replace-race',
    behaviour:
      'of 50 PUTs at once with the same If-Match, exactly one is accepted, and 49 are refused with 412',
    document: writes,
    async run(place) {
      const { ETag } = await put(place, 'pointer', 'first');
      const counts = await race((racer) => put(place, 'pointer', `racer ${racer}`, { IfMatch: ETag }));
      assertSame('outcomes by status', counts, { 200: 1, 412: racers - 1 });
    },
  },
  {
    id: 's3-replace-missing',
    behaviour: 'If-Match creates nothing where there is no object: 404 NoSuchKey',
    document: writes,
    async run(place) {
      const etag = '"d41d8cd98f00b204e9800998ecf8427e"';
      await assertRefused('the PUT', put(place, 'nothing', 'x', { IfMatch: etag }), missing);
      await assertRefused('a GET after it', get(place, 'nothing'), missing);
    },
  },
  {
    id: 's3-delete-version',
    behaviour: 'DELETE with If-Match deletes the version that it names, and no other: 412 PreconditionFailed',
    document: deletes,
    async run(place) {
      const { ETag: first } = await put(place, 'claim', 'first');
      const { ETag: second } = await put(place, 'claim', 'second');
      await assertRefused('a DELETE of an old version', remove(place, 'claim', first), failed);
      assertSame('the object', (await get(place, 'claim')).text, 'second');
      assertSame('the DELETE', (await settled(() => remove(place, 'claim', second))).status, 204);
      await assertRefused('a GET after it', get(place, 'claim'), missing);
    },
  },
  {
    id: 's3-delete-version-missing',
    behaviour:
      'DELETE with If-Match is refused where there is no object: 404 (or 412; Baseload takes both alike)',
    document: deletes,
    async run(place) {
      const etag = '"d41d8cd98f00b204e9800998ecf8427e"';
      await assertRefused('the DELETE', remove(place, 'nothing', etag), missing, failed);
    },
  },
  {
    id: 's3-delete-version-race',
    behaviour: 'of 50 DELETEs at once with the same If-Match, exactly one is accepted',
    document: deletes,
    async run(place) {
      const { ETag } = await put(place, 'claim', 'first');
      const {
        204: accepted = 0,
        404: gone = 0,
        412: refused = 0,
      } = await race(() => remove(place, 'claim', ETag));
      assertSame('accepted, and refused', [accepted, gone + refused], [1, racers - 1]);
    },
  },
];
