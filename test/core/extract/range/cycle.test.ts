import fc from 'fast-check';
import { advance, type Mark } from '../../../../core/extract/range/cycle';

/** Names cursors until one is found again; the number that were named, or undefined. */
function named(
  cursors: Iterable<string>,
  handOver: (mark: Mark) => Mark = (mark) => mark,
): number | undefined {
  let mark: Mark | undefined;
  let count = 0;
  for (const cursor of cursors) {
    count += 1;
    const step = advance(mark, cursor);
    if (step.repeated) return count;
    mark = handOver(step.mark);
  }
  return undefined;
}

function* circle(tail: number, length: number, prefix: string): Generator<string> {
  for (let at = 0; at < 10 * (tail + length) + 10; at++) {
    yield `${prefix}${at < tail ? at : tail + ((at - tail) % length)}`;
  }
}

it('finds every circle before three times its cursors have been named, also over ranges', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 200 }), fc.string(), (tail, length, prefix) => {
      const asInMessages = (mark: Mark): Mark => JSON.parse(JSON.stringify(mark));
      const count = named(circle(tail, length, prefix), asInMessages);
      expect(count).toBeGreaterThan(tail + length); // one that was named before
      expect(count).toBeLessThanOrEqual(3 * (tail + length));
    }),
  );
});

it('raises no false alarm', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 500, size: 'max' }), (cursors) => {
      expect(named(cursors)).toBeUndefined();
    }),
  );
});

it('remembers 16 hexadecimal digits, however long the cursor is', () => {
  const { mark } = advance(undefined, 'x'.repeat(100_000));
  expect(mark).toEqual({ hash: expect.stringMatching(/^[0-9a-f]{16}$/), steps: 0, limit: 1 });
});
