import fc from 'fast-check';
import { writeTime } from '../../../core/source/incremental-time';

const time = Date.parse('2026-01-31T02:50:07.890Z');

it.each([
  ['iso8601', '2026-01-31T02:50:07Z'],
  ['date', '2026-01-31'],
  ['epoch-seconds', 1_769_827_807],
  ['epoch-milliseconds', 1_769_827_807_890],
] as const)('writes %s', (format, written) => {
  expect(writeTime(format, time)).toBe(written);
});

it('is never later than the time, and less than its unit earlier', () => {
  const units = {
    iso8601: 1_000,
    date: 86_400_000,
    'epoch-seconds': 1_000,
    'epoch-milliseconds': 1,
  } as const;
  const formats = fc.constantFrom('iso8601', 'date', 'epoch-seconds', 'epoch-milliseconds');
  fc.assert(
    fc.property(formats, fc.nat(4_000_000_000_000), (format, milliseconds) => {
      const written = writeTime(format, milliseconds);
      const read =
        typeof written === 'string' ? Date.parse(written) : written * (format === 'epoch-seconds' ? 1000 : 1);
      expect(read).toBeLessThanOrEqual(milliseconds);
      expect(milliseconds - read).toBeLessThan(units[format]);
    }),
  );
});
