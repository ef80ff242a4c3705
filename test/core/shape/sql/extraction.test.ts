import fc from 'fast-check';
import { column, dataset, ShapingBench } from '../shaping';

describe('documents that are extracted with the texts', () => {
  const bench = new ShapingBench();
  afterAll(() => bench.close());

  /** Values that could be taken for another one whose text is the same. */
  const value = fc.oneof(
    fc.constantFrom('[1]', '{"a":1}', 'null', 'true', '1.5', '"', '', 'plain', '"items":"'),
    fc.constantFrom([1], { a: 1 }, null, true, 1.5, [], {}, ['[1]'], { items: 'x' }, { items: ['x'] }),
    fc.string({ unit: 'grapheme' }),
  );
  const record = fc.record(
    { items: value, note: value, deep: fc.oneof(value, fc.record({ items: value, 'a key': value })) },
    { requiredKeys: [] },
  );
  const of = dataset({
    whole: column({ type: 'json' }, ''),
    items: column({ type: 'json' }, 'items'),
    deepItems: column({ type: 'json' }, 'deep.items'),
    odd: column({ type: 'json' }, "deep['a key']"),
    first: column({ type: 'json' }, 'items[0]'),
    note: column({ type: 'varchar' }, 'note', { verbatim: true }),
  });

  it('are what they were, however their page is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(undefined, 1, '\t', '  '),
        async (records, space) => {
          const { rows, staged } = await bench.shape(of, [JSON.stringify({ data: records }, null, space)]);
          expect(staged).toBe(records.length);
          const parsed = rows.map(({ note: _, ...documents }) =>
            Object.fromEntries(
              Object.entries(documents).map(([name, text]) => [
                name,
                text === null ? null : JSON.parse(String(text)),
              ]),
            ),
          );
          expect(parsed).toEqual(records.map((one) => wanted(one)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

function wanted(one: { items?: unknown; deep?: unknown }): Record<string, unknown> {
  const member = (value: unknown, key: string | number): unknown => {
    if (typeof value !== 'object' || value === null) return null;
    if (Array.isArray(value) !== (typeof key === 'number')) return null;
    return Object.getOwnPropertyDescriptor(value, key)?.value ?? null;
  };
  return {
    whole: one,
    items: one.items ?? null,
    deepItems: member(one.deep, 'items'),
    odd: member(one.deep, 'a key'),
    first: member(one.items, 0),
  };
}
