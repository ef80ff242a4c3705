import fc from 'fast-check';
import { systemClock } from '../../../../core/clock';
import { ThrottledError, TransientError } from '../../../../core/errors';
import { laneShare, type Pace, type Share } from '../../../../core/extract/pace/lane-share';
import { createPacer, type Pacer } from '../../../../core/extract/pace/pacer';
import { QuotaShare } from '../../../../core/extract/pace/quota-share';
import { createVirtualClock, type VirtualClock } from './virtual-clock';

const limits = fc.record({
  requestsPerSecond: fc.double({ min: 0.5, max: 400, noNaN: true }),
  burst: fc.nat(20),
  lanes: fc.integer({ min: 1, max: 6 }),
});

/** A request that started, in monotonic milliseconds. */
interface Started {
  readonly at: number;
  readonly weight: number;
}

/**
 * The largest excess, over all windows that begin and end with a start, of what starts weigh over what the limits allow.
 * `beside` are the starts at once that fan-out and heavy requests add.
 */
function excess(starts: readonly Started[], { requestsPerSecond, burst, lanes }: Pace, beside = 0): number {
  const sorted = [...starts].sort((one, other) => one.at - other.at);
  const atOnce = Math.max(0.8 * burst, lanes) + beside;
  let worst = Number.NEGATIVE_INFINITY;
  for (const [from, first] of sorted.entries()) {
    let weight = 0;
    for (const last of sorted.slice(from)) {
      weight += last.weight;
      worst = Math.max(worst, weight - (requestsPerSecond * (last.at - first.at)) / 1000 - atOnce);
    }
  }
  return worst;
}

const light = (at: number): Started => ({ at, weight: 1 });

type Step =
  | { readonly do: 'take'; readonly times: number; readonly weight: number }
  | { readonly do: 'idle'; readonly milliseconds: number }
  | { readonly do: 'end invocation' }
  | { readonly do: 'pause'; readonly seconds: number }
  | { readonly do: 'hold'; readonly seconds: number }
  | { readonly do: 'quota'; readonly remaining: number; readonly resetSeconds: number }
  | { readonly do: 'succeed'; readonly times: number };

/** As heavy as a request may be here. */
const heaviest = 7;

const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({
    do: fc.constant('take' as const),
    times: fc.integer({ min: 1, max: 12 }),
    weight: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: heaviest })),
  }),
  fc.record({ do: fc.constant('idle' as const), milliseconds: fc.nat(2000) }),
  fc.record({ do: fc.constant('end invocation' as const) }),
  fc.record({ do: fc.constant('pause' as const), seconds: fc.double({ min: 0, max: 5, noNaN: true }) }),
  fc.record({ do: fc.constant('hold' as const), seconds: fc.double({ min: 0, max: 5, noNaN: true }) }),
  fc.record({ do: fc.constant('quota' as const), remaining: fc.nat(1000), resetSeconds: fc.nat(7200) }),
  fc.record({ do: fc.constant('succeed' as const), times: fc.nat(40) }),
);

/** Runs one lane's steps; every invocation has a new pacer, as if it ran in another container. */
async function runLane(
  steps: readonly Step[],
  pace: Pace,
  share: Share,
  clock: VirtualClock,
  starts: Started[],
): Promise<void> {
  let pacer = createPacer(pace, clock, share);
  for (const one of steps) {
    if (one.do === 'take') {
      const { weight } = one;
      const take = () =>
        pacer.take({ weight }).then(() => void starts.push({ at: clock.monotonic(), weight }));
      await Promise.all(Array.from({ length: one.times }, take));
    } else if (one.do === 'idle') await clock.sleep(one.milliseconds);
    else if (one.do === 'pause') pacer.pause(one.seconds);
    else if (one.do === 'hold') pacer.hold(one.seconds);
    else if (one.do === 'quota') pacer.quota(one);
    else if (one.do === 'succeed') for (let n = 0; n < one.times; n++) pacer.succeeded();
    else {
      await pacer.settle();
      pacer = createPacer(pace, clock, share);
    }
  }
}

describe('the limit', () => {
  it('holds for any lanes and fan-out, weights, invocations, idle times, throttling and inexact timers', async () => {
    const lanes = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 7, maxLength: 7 });
    const errors = fc.array(fc.double({ min: -1, max: 4, noNaN: true }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(limits, lanes, errors, async (pace, steps, lateness) => {
        let sleep = 0;
        const clock = createVirtualClock(() => lateness[sleep++ % lateness.length] ?? 0);
        const starts: Started[] = [];
        const shares = [...Array<Share>(pace.lanes).fill('lane'), 'fan-out' as const];
        await Promise.all(
          shares.map((share, lane) => runLane(steps[lane] ?? [], pace, share, clock, starts)),
        );
        // Beside the lanes' own starts: what a heavy request weighs more than its bucket holds, and fan-out's one.
        const tooHeavy = Math.max(0, heaviest - laneShare(pace, 'lane').depth);
        expect(excess(starts, pace, pace.lanes * tooHeavy + heaviest)).toBeLessThan(1e-6);
      }),
      { numRuns: 150 },
    );
  });

  it('holds without any allowance for weights when all requests are light', async () => {
    const lanes = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 7, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(limits, lanes, async (pace, steps) => {
        const clock = createVirtualClock();
        const starts: Started[] = [];
        const shares = [...Array<Share>(pace.lanes).fill('lane'), 'fan-out' as const];
        const lighten = (one: Step): Step => (one.do === 'take' ? { ...one, weight: 1 } : one);
        await Promise.all(
          shares.map((share, lane) => runLane((steps[lane] ?? []).map(lighten), pace, share, clock, starts)),
        );
        expect(excess(starts, pace, 1)).toBeLessThan(1e-6);
      }),
      { numRuns: 50 },
    );
  });

  it('is broken by lanes that do not settle: so settling is what makes it hold', async () => {
    const pace = { requestsPerSecond: 10, burst: 5, lanes: 1 };
    const clock = createVirtualClock();
    const starts: Started[] = [];
    for (let invocation = 0; invocation < 3; invocation++) {
      const pacer = createPacer(pace, clock);
      await takeAll(pacer, 4);
      starts.push(...Array.from({ length: 4 }, () => light(clock.monotonic())));
    }
    expect(excess(starts, pace)).toBeGreaterThan(1);
  });

  it("holds on the machine's own clock", async () => {
    const pace = { requestsPerSecond: 500, burst: 3, lanes: 2 };
    const starts: Started[] = [];
    const lane = async () => {
      for (let invocation = 0; invocation < 3; invocation++) {
        const pacer = createPacer(pace, systemClock);
        for (let n = 0; n < 15; n++) {
          await pacer.take();
          starts.push(light(systemClock.monotonic()));
        }
        await pacer.settle();
      }
    };
    await Promise.all([lane(), lane()]);
    expect(starts).toHaveLength(90);
    // A start is noted a moment after it was granted, and the next one perhaps without that delay.
    expect(excess(starts, pace)).toBeLessThan(1);
  });
});

/** Limits that leave `perSecond` to one lane, beside what fan-out may use. */
function oneLane(perSecond: number, burst = 0): Pace {
  return { requestsPerSecond: perSecond / 0.995, burst, lanes: 1 };
}

describe('the pace', () => {
  it('is used in full while the time spent writing is within what the bucket is worth', async () => {
    const shares = fc.record({
      latency: fc.double({ min: 0, max: 0.5, noNaN: true }),
      writing: fc.double({ min: 0, max: 0.45, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(limits, shares, fc.integer({ min: 30, max: 60 }), async (pace, dead, pages) => {
        const clock = createVirtualClock();
        const { fraction, depth } = laneShare(pace, 'lane');
        const worth = (1000 * depth) / (fraction * pace.requestsPerSecond);
        const cycles = 4;
        const begin = clock.monotonic();
        for (let cycle = 0; cycle < cycles; cycle++) {
          const pacer = createPacer(pace, clock);
          await takeAll(pacer, pages);
          await clock.sleep((dead.latency + dead.writing) * worth);
          await pacer.settle();
        }
        const seconds = (clock.monotonic() - begin) / 1000;
        const used = (cycles * pages) / seconds / (fraction * pace.requestsPerSecond);
        expect(used).toBeGreaterThan(0.999);
        expect(used).toBeLessThan(1.000001);
      }),
      { numRuns: 50 },
    );
  });

  it('makes up for timers that are late, within the burst', async () => {
    const clock = createVirtualClock(() => 3);
    const pacer = createPacer(oneLane(50, 3.75), clock);
    const begin = clock.monotonic();
    await takeAll(pacer, 203);
    // 200 intervals of 20 ms after the 3 that the bucket holds, and the last timer's own lateness.
    expect(clock.monotonic() - begin).toBeLessThan(4000 + 7);
  });

  it('lets requests start in the order in which they asked', async () => {
    const pacer = createPacer({ requestsPerSecond: 10, burst: 0, lanes: 1 }, createVirtualClock());
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((n) => pacer.take().then(() => order.push(n))));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('gives nothing away to a request that was aborted while it waited', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10), clock);
    await pacer.take();
    const begin = clock.monotonic();
    const controller = new AbortController();
    const aborted = pacer.take({ signal: controller.signal });
    const next = pacer.take();
    controller.abort(new Error('no longer needed'));
    await expect(aborted).rejects.toThrow('no longer needed');
    await next;
    expect(clock.monotonic() - begin).toBeCloseTo(100);
  });
});

describe('a weight', () => {
  it('is what a request counts as', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10, 5), clock); // a bucket of 4
    await takeAll(pacer, 1, 3);
    expect(await gaps(pacer, clock, 3, 2)).toEqual([
      expect.closeTo(100),
      expect.closeTo(200),
      expect.closeTo(200),
    ]);
  });

  it('beyond what the bucket holds waits for a full one, and is paid for afterwards', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10, 5), clock);
    expect(await gaps(pacer, clock, 2, 10)).toEqual([0, expect.closeTo(1000)]);
    await pacer.settle();
    expect(await gaps(pacer, clock, 5)).toEqual([0, 0, 0, 0, expect.closeTo(100)]);
  });
});

describe('fan-out', () => {
  it('may start one request at once, and half a percent of the limit', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ requestsPerSecond: 100, burst: 50, lanes: 4 }, clock, 'fan-out');
    expect(await gaps(pacer, clock, 3)).toEqual([0, expect.closeTo(2000), expect.closeTo(2000)]);
  });
});

describe('throttling', () => {
  const pace = oneLane(10, 7.5);

  it('empties the bucket and halves the pace', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(pace, clock);
    await pacer.take();
    pacer.pause(2);
    expect(await gaps(pacer, clock, 3)).toEqual([
      expect.closeTo(2000),
      expect.closeTo(200),
      expect.closeTo(200),
    ]);
  });

  it('is forgotten quickly up to well below what was refused, then slowly, then altogether', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(pace, clock);
    pacer.pause(1);
    await pacer.take();
    succeed(pacer, 7);
    await pacer.take();
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(1000 / 7)]);
    succeed(pacer, 400);
    await pacer.take();
    const [later = 0] = await gaps(pacer, clock, 1);
    expect(later).toBeGreaterThan(110);
    expect(later).toBeLessThan(125);
    succeed(pacer, 1500);
    await takeAll(pacer, 1);
    clock.advance(10_000);
    expect(await gaps(pacer, clock, 7)).toEqual([0, 0, 0, 0, 0, 0, expect.closeTo(100)]);
  });

  it('remembers the pace at which it happened last, and passes it ever faster when that holds again', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10), clock);
    for (let event = 0; event < 2; event++) {
      pacer.pause(1);
      clock.advance(1000);
    }
    // Refused at 1/2, then at 1/4 of the pace it goes on: quickly to 0.35, and no further.
    succeed(pacer, 4);
    await pacer.take();
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(100 / 0.35, 0)]);
    succeed(pacer, 150);
    await pacer.take();
    expect((await gaps(pacer, clock, 1))[0]).toBeGreaterThan(200);
    succeed(pacer, 900);
    await pacer.take();
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(100)]);
  });

  it('halves once for answers that arrive together, whatever wait they ask for, and never below a sixteenth', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(pace, clock);
    for (let n = 0; n < 8; n++) pacer.pause(n % 2);
    clock.advance(999);
    pacer.pause(0);
    await pacer.take();
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(200)]);
    for (let n = 0; n < 20; n++) {
      pacer.pause(1);
      clock.advance(1000);
    }
    await takeAll(pacer, 2);
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(1600)]);
  });

  it('holds without slowing down when the source only says that its window is used up', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10), clock);
    pacer.hold(3);
    expect(await gaps(pacer, clock, 3)).toEqual([3000, expect.closeTo(100), expect.closeTo(100)]);
  });

  it('is sat out by settle, so that the next invocation does not run into it', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(pace, clock);
    const begin = clock.monotonic();
    pacer.pause(10);
    await pacer.settle();
    expect(clock.monotonic() - begin).toBeCloseTo(10_000);
  });

  it('is left to the caller when it takes too long', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(pace, clock);
    pacer.pause(60);
    const refused = await pacer.take().catch((error) => error);
    expect(refused).toBeInstanceOf(ThrottledError);
    expect(refused.retryAfterSeconds).toBeCloseTo(60);
    await pacer.settle();
    expect(clock.sleeps).toEqual([]);
  });
});

describe('a quota', () => {
  it('slows the lane to its part of what is left, until the next answer', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10), clock);
    const limit = 10 / 0.995;
    pacer.quota({ remaining: limit * 15, resetSeconds: 61 }); // a quarter of the limit, for a minute
    await pacer.take();
    expect(await gaps(pacer, clock, 2)).toEqual([expect.closeTo(400), expect.closeTo(400)]);
    pacer.quota({ remaining: limit * 60, resetSeconds: 61 });
    await pacer.take();
    expect(await gaps(pacer, clock, 2)).toEqual([expect.closeTo(100), expect.closeTo(100)]);
  });

  it('is forgotten when it is reset', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10), clock);
    pacer.quota({ remaining: 1, resetSeconds: 10 });
    clock.advance(10_000);
    await pacer.take();
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(100)]);
  });

  it('never slows a lane below a sixteenth', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10), clock);
    pacer.quota({ remaining: 0, resetSeconds: 100 });
    await pacer.take();
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(1600)]);
  });

  it('of an hour or a day is used up at the full pace', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(oneLane(10), clock);
    for (const resetSeconds of [3600, 86_400]) {
      pacer.quota({ remaining: 500, resetSeconds });
      await pacer.take();
      expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(100)]);
    }
  });

  it('never slows a lane that keeps to the limit, though resets are whole seconds', () => {
    const share = fc.record({
      perSecond: fc.integer({ min: 1, max: 500 }),
      window: fc.constantFrom(1, 10, 60, 3600),
      passed: fc.double({ min: 0, max: 0.9999, noNaN: true }),
      roundUp: fc.boolean(),
    });
    fc.assert(
      fc.property(share, ({ perSecond, window, passed, roundUp }) => {
        const left = window * (1 - passed);
        const remaining = Math.ceil(left * perSecond);
        const quota = new QuotaShare(perSecond);
        quota.learn({ remaining, resetSeconds: roundUp ? Math.ceil(left) : Math.floor(left) }, 0);
        expect(quota.at(0)).toBe(1);
      }),
    );
  });
});

describe('the deadline', () => {
  it('is not slept past: by its own pace transient, by the source throttled', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ requestsPerSecond: 0.1, burst: 0, lanes: 1 }, clock);
    const deadline = clock.monotonic() + 5000;
    await pacer.take({ deadline });
    await expect(pacer.take({ deadline })).rejects.toThrow(TransientError);
    pacer.pause(6);
    await expect(pacer.take({ deadline })).rejects.toThrow(ThrottledError);
    expect(clock.sleeps).toEqual([]);
  });
});

async function takeAll(pacer: Pacer, times: number, weight = 1): Promise<void> {
  for (let n = 0; n < times; n++) await pacer.take({ weight });
}

function succeed(pacer: Pacer, times: number): void {
  for (let n = 0; n < times; n++) pacer.succeeded();
}

/** Milliseconds that each of the next starts waits. */
async function gaps(pacer: Pacer, clock: VirtualClock, times: number, weight = 1): Promise<number[]> {
  const waited: number[] = [];
  for (let n = 0; n < times; n++) {
    const before = clock.monotonic();
    await pacer.take({ weight });
    waited.push(clock.monotonic() - before);
  }
  return waited;
}
