import fc from 'fast-check';
import { readRateHeaders } from '../../../core/extract/rate-headers';

const now = Date.parse('2026-01-31T03:00:00.000Z');

describe('readRateHeaders', () => {
  it.each([
    ['120', 120],
    ['0', 0],
    ['1.5', 1.5],
    [' 7 ', 7],
    ['Sat, 31 Jan 2026 03:01:30 GMT', 90],
    ['Sat, 31 Jan 2026 02:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
  ])('reads Retry-After: %j as %p seconds', (value, seconds) => {
    expect(readRateHeaders({ 'retry-after': value }, now).retryAfter).toBe(seconds);
  });

  it('measures a time of day from the Date of the answer, since clocks differ', () => {
    const headers = { 'retry-after': 'Sat, 31 Jan 2026 05:00:10 GMT', date: 'Sat, 31 Jan 2026 05:00:00 GMT' };
    expect(readRateHeaders(headers, now).retryAfter).toBe(10);
  });

  it('reads resets as seconds from now and as epoch seconds or milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), (seconds) => {
        const forms = [seconds, now / 1000 + seconds, now + seconds * 1000];
        for (const form of forms) {
          expect(readRateHeaders({ 'x-ratelimit-reset': String(form) }, now).reset).toBeCloseTo(seconds);
        }
      }),
    );
  });

  it('prefers the standard names', () => {
    const headers = { 'ratelimit-reset': '5', 'x-ratelimit-reset': '6', 'ratelimit-remaining': '0' };
    expect(readRateHeaders(headers, now)).toEqual({ retryAfter: undefined, reset: 5, exhausted: true });
  });

  it.each([
    ['0', true],
    ['1', false],
    ['10', false],
    ['', false],
    ['none', false],
  ])('reads a remaining quota of %j', (remaining, exhausted) => {
    expect(readRateHeaders({ 'x-ratelimit-remaining': remaining }, now).exhausted).toBe(exhausted);
  });
});
