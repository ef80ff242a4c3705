import fc from 'fast-check';
import { bytes, dollars, duration, figure, percent, shortTime } from '../../../core/report/words';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('words for numbers', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [5900, '5.9 s'],
    [9960, '10 s'],
    [59_600, '1 min 0 s'],
    [75_000, '1 min 15 s'],
    [7_260_000, '2 h 1 min'],
    [200_000_000, '2 d 7 h'],
  ])('%d milliseconds are %s', (milliseconds, text) => {
    expect(plain(duration(milliseconds))).toBe(text);
  });

  it.each([
    [0, '0 %'],
    [0.0000001, 'below 0.01 %'],
    [0.0005, '0.05 %'],
    [0.022222, '2.2 %'],
    [0.99999999, 'above 99.99 %'],
    [1, '100 %'],
    [20, '2,000 %'],
  ])('a share of %d is %s', (share, text) => {
    expect(plain(percent(share))).toBe(text);
  });

  it('a share that is not all never reads as all, and one that is not nothing never as nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        expect(plain(percent(share)) === '100 %').toBe(share === 1);
        expect(plain(percent(share)) === '0 %').toBe(share === 0);
      }),
    );
  });

  it.each([
    [48.2431, '48.2'],
    [0.0344, '0.0344'],
    [1384.2, '1,384'],
    [50, '50'],
  ])('%d is %s', (value, text) => expect(figure(value)).toBe(text));

  it.each([
    [0, '$0'],
    [0.00001, 'below $0.0001'],
    [0.0421, '$0.042'],
    [12.5, '$12.50'],
  ])('%d dollars are %s', (value, text) => expect(dollars(value)).toBe(text));

  it('bytes have the largest unit that leaves a digit', () => {
    expect([999, 1000, 28_100_000, 3e15].map(bytes).map(plain)).toEqual([
      '999 B',
      '1.0 kB',
      '28.1 MB',
      '3.0 PB',
    ]);
  });

  it('a moment on an axis says no more of itself than the axis needs', () => {
    const time = Date.parse('2026-01-31T03:04:05.678Z');
    expect([5000, 60_000, 7_200_000, 172_800_000].map((span) => shortTime(time, span))).toEqual([
      '03:04:05.6',
      '03:04:05',
      '03:04',
      '01-31 03:04',
    ]);
  });
});
