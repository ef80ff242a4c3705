import fc from 'fast-check';
import { readRateHeaders } from '../../../../core/extract/pace/rate-headers';

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
    expect(readRateHeaders(headers, now)).toEqual({
      retryAfter: undefined,
      reset: 5,
      remaining: 0,
      exhausted: true,
    });
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

  it.each([
    [{ 'ratelimit-remaining': '50', 'ratelimit-reset': '30', 'ratelimit-limit': '100' }, 50, 30],
    [{ 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '7', 'ratelimit-reset': '8' }, 7, 8],
    [{ 'x-ratelimit-remaining': '50', 'x-ratelimit-reset': '30' }, 50, 30],
    [{ 'x-rate-limit-remaining': '50', 'x-rate-limit-reset': String(now / 1000 + 30) }, 50, 30],
    [{ 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': 'Sat, 31 Jan 2026 03:00:45 GMT' }, 1, 45],
    [{ 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '2026-01-31T03:00:05Z' }, 3, 5],
    [{ 'x-ratelimit-remaining': '3' }, 3, undefined],
    [{ 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '5' }, undefined, 5],
    [{ 'x-ratelimit-requests-remaining': '3' }, undefined, undefined],
    [{}, undefined, undefined],
  ])('reads fields of their own: %j', (headers, remaining, reset) => {
    expect(readRateHeaders(headers, now)).toMatchObject({ remaining, reset });
  });

  it.each([
    ['"default";r=50;t=30', 50, 30],
    ['"default"; r=50; t=30', 50, 30],
    ['"per;r=1, user";t=30;r=50', 50, 30],
    ['"default";r=50', 50, undefined],
    ['"default";r=50;t=30;pk=:cHJpbWFyeQ==:', 50, 30],
    ['default;r=50;t=30', 50, 30],
    ['limit=100, remaining=50, reset=30', 50, 30],
    ['limit=100,remaining=50,reset=30', 50, 30],
    ['"default";q=100;w=60', undefined, undefined],
    ['', undefined, undefined],
  ])('reads the RateLimit field: %s', (ratelimit, remaining, reset) => {
    expect(readRateHeaders({ ratelimit }, now)).toMatchObject({ remaining, reset });
  });

  it('takes the RateLimit field before fields of their own, unless it says nothing', () => {
    const own = { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '9' };
    expect(readRateHeaders({ ...own, ratelimit: '"a";r=5;t=3' }, now)).toMatchObject({
      remaining: 5,
      reset: 3,
    });
    expect(readRateHeaders({ ...own, ratelimit: 'yes' }, now)).toMatchObject({ remaining: 7, reset: 9 });
  });

  it.each([
    [{ ratelimit: '"second";r=4;t=1, "day";r=900;t=3600' }, 900, 3600],
    [{ ratelimit: '"day";r=90000;t=3600, "second";r=4;t=1' }, 4, 1],
    [{ ratelimit: '"second";r=0;t=1, "day";r=0;t=3600, "hour";r=0;t=60' }, 0, 3600],
    [{ ratelimit: '"a";r=5;t=1, "b";r=0;t=1' }, 0, 1],
    [{ 'x-ratelimit-remaining': '9, 20', 'x-ratelimit-reset': '1, 60' }, 20, 60],
    [{ 'x-ratelimit-remaining': '20, 9', 'x-ratelimit-reset': '60' }, 9, 60],
  ])('takes the tightest of several policies: %j', (headers, remaining, reset) => {
    expect(readRateHeaders(headers, now)).toMatchObject({ remaining, reset, exhausted: remaining === 0 });
  });
});
