import { rateOf } from '../../../cli/load/request-rate';

const limits = { requestsPerSecond: 10, burst: 10 };

describe('the rate of requests', () => {
  it.each([
    [{ requests: 0, seconds: 0 }],
    [{ requests: 2, seconds: 0.054 }],
    [{ requests: 10, seconds: 3 }],
    [{ requests: 40, seconds: 0.9 }],
  ])('is none of so few: %j', (asked) => {
    expect(rateOf(asked, limits)).toBe(0);
  });

  it('is never more than the limit, whatever a burst let through', () => {
    expect(rateOf({ requests: 100, seconds: 9.2 }, limits)).toBe(10);
    expect(rateOf({ requests: 21, seconds: 1.1 }, limits)).toBe(10);
  });

  it('is requests by seconds below that', () => {
    expect(rateOf({ requests: 100, seconds: 20 }, limits)).toBe(5);
    expect(rateOf({ requests: 47, seconds: 1 }, { requestsPerSecond: 50, burst: 0 })).toBe(47);
  });
});
