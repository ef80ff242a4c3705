import fc from 'fast-check';
import { nextSuspect, scanned } from '../../../core/shape/number-scanner';

/** Blocks that are worth a look, by the letter of what the scanner promises. */
function suspects(text: string): number[] {
  const blocks = new Set<number>();
  for (const { 0: run, index } of text.matchAll(/[.-9]{16,}/g))
    for (let end = index + 15; end < index + run.length; end += 1)
      for (const block of [end >> 4, (end + 1) >> 4]) if (block << 4 < text.length) blocks.add(block);
  for (const { index } of text.matchAll(/[eE]-/g)) blocks.add(index >> 4);
  return [...blocks].sort((a, b) => a - b);
}

function found(text: string): number[] {
  scanned.fill(0);
  const end = 16 + scanned.write(text, 16, 'latin1');
  const blocks: number[] = [];
  for (let at = nextSuspect(16, end); at >= 0; at = nextSuspect(at + 16, end)) blocks.push((at - 16) >> 4);
  return blocks;
}

test('finds every 16 digits in a row, and every negative exponent', () => {
  const part = fc.oneof(
    fc.stringMatching(/^[0-9.]{1,40}$/),
    fc.stringMatching(/^[0-9./]{14,18}$/),
    fc.constantFrom('e-', 'E-', 'e', '-', 'E', '\u00e5-', '5-', ',', '-9', '/', ':', '\u00ff'),
    fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 20,
    }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      expect(found(text)).toEqual(suspects(text));
    }),
    { numRuns: 2000 },
  );
});

test('finds nothing where there is nothing', () => {
  expect(found('')).toEqual([]);
  expect(nextSuspect(16, 16)).toBe(-1);
});
