import fc from 'fast-check';
import { observationsKey, quarantineKey, rawKey } from '../../../../core/run/keys';
import { fitsInReceipt, fromMetadata, type Receipt, toMetadata } from '../../../../core/run/range/receipt';
import { aChain, aReceipt, aRun } from '../run-fixture';

const count = fc.nat(Number.MAX_SAFE_INTEGER);
const hash = fc.stringMatching(/^[0-9a-f]{16}$/);
const key = fc.string({ unit: 'binary', maxLength: 400 }).map((text) => JSON.stringify([text]));
const receipt: fc.Arbitrary<Receipt> = fc
  .record(
    {
      firstPage: count,
      pages: count,
      requests: count,
      throttled: count,
      retries: count,
      latency: fc.tuple(count, count, count),
      uniqueKeys: fc.constant(true as const),
      bytesReceived: count,
      received: count,
      staged: count,
      quarantined: count,
      filtered: count,
      firstKey: key,
      lastKey: key,
      totals: fc.record({ min: count, max: count }),
      planned: count,
      begins: fc.constant(true as const),
      expected: count,
      firstRecord: hash,
      lastRecord: hash,
      next: fc.oneof(
        fc.constant({ key: 'runs/next/all-00000000-a1b2.json' }),
        fc.string({ unit: 'binary', maxLength: 40 }).map((cursor) => ({
          sequences: [aChain({ index: 7, position: { page: 21, cursor, records: 2100 } })],
        })),
      ),
    },
    { requiredKeys: [] },
  )
  .map((changes) => aReceipt(changes));

/** As long as what follows may be to stand in the receipt, to a few characters. */
const longNext = fc.string({ unit: 'binary', minLength: 1, maxLength: 700 }).map((text) => {
  for (let length = text.length; ; length--) {
    const position = { page: 1, cursor: text.repeat(9).slice(0, length), records: 1 };
    const next = { sequences: [aChain({ slice: 's-00012345', index: 99_999, position })] };
    if (fitsInReceipt(next)) return next;
  }
});

describe('a receipt in metadata', () => {
  it('survives, but for keys that are too long or have no pair', () => {
    fc.assert(
      fc.property(receipt, (any) => {
        const { firstKey, lastKey, ...rest } = any;
        const read = fromMetadata(toMetadata(any));
        const kept = read?.firstKey === undefined ? {} : { firstKey, lastKey };
        expect(read).toEqual({ ...rest, ...kept });
        const short = [firstKey, lastKey].every(
          (text) => text !== undefined && /^[\x20-\x7e]{1,120}$/.test(text),
        );
        if (short) expect(read?.firstKey).toBe(firstKey);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['accents', '["Zürich"]'],
    ['other scripts', '["東京", "Ελλάδα"]'],
    ['characters beyond the basic plane', '["🦊"]'],
    ['half a character', '["\ud83e"]'],
    ['quotes and backslashes', '["a\\"b\\\\c"]'],
    ['control characters', '["\\u0000\\t\u007f"]'],
    ['several spaces', '["a   b "]'],
  ])('keeps keys with %s', (_, text) => {
    const read = fromMetadata(toMetadata(aReceipt({ firstKey: text, lastKey: text })));
    expect([read?.firstKey, read?.lastKey]).toEqual([text, text]);
  });

  it('leaves keys out that are longer than metadata can bear, and keeps the rest', () => {
    const long = aReceipt({ firstKey: '[1]', lastKey: JSON.stringify(['x'.repeat(301)]) });
    expect(fromMetadata(toMetadata(long))).toEqual(aReceipt());
  });

  it('is ASCII of at most 2 KB, whatever the keys, with every count and name at its longest', () => {
    const name = 'x'.repeat(64);
    const run = { source: name, dataset: name, runId: aRun.runId };
    const range = { slice: 's-00012345', index: 99_999_999 };
    const longest = Number.MAX_SAFE_INTEGER;
    fc.assert(
      fc.property(key, key, longNext, (firstKey, lastKey, next) => {
        const metadata = toMetadata({
          ...aReceipt({ firstPage: longest, pages: longest, requests: longest, bytesReceived: longest }),
          ...{ received: longest, staged: longest, quarantined: longest, filtered: longest },
          ...{ firstKey, lastKey, totals: { min: longest, max: longest } },
          ...{ planned: longest, begins: true, expected: longest, added: longest, next },
          ...{ throttled: longest, retries: longest, latency: [longest, longest, longest], uniqueKeys: true },
          observations: observationsKey(run, range, 'a1b2c3d4'),
          ...{ firstRecord: '0123456789abcdef', lastRecord: '0123456789abcdef' },
          raw: rawKey(run, range, 'a1b2c3d4'),
          quarantine: quarantineKey(run, range, 'a1b2c3d4'),
        });
        const bytes = Object.entries(metadata).reduce(
          (sum, [name, value]) => sum + name.length + value.length,
          0,
        );
        expect(bytes).toBeLessThanOrEqual(2048);
        for (const value of Object.values(metadata)) expect(value).toMatch(/^[\x20-\x7e]*$/);
        expect(fromMetadata(metadata)?.next).toEqual(next);
      }),
      { numRuns: 500 },
    );
  });
});

describe('fromMetadata', () => {
  it.each([
    ['nothing', {}],
    ['another entry', { other: 'x' }],
    ['no JSON', { receipt: '{' }],
    ['JSON that is no receipt', { receipt: '{"received":1}' }],
    ['a negative count', { receipt: JSON.stringify({ ...aReceipt(), staged: -1 }) }],
  ])('finds no receipt in %s', (_, metadata) => {
    expect(fromMetadata(metadata as Record<string, string>)).toBeUndefined();
  });
});
