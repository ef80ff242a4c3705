import fc from 'fast-check';
import { systemClock } from '../../../core/clock';
import { ThrottledError, TransientError } from '../../../core/errors';
import { createPacer, laneDepth, type Pacer } from '../../../core/extract/pacer';
import type { Limits } from '../../../core/source/source';
import { createVirtualClock, type VirtualClock } from './virtual-clock';

const limits = fc.record({
  requestsPerSecond: fc.double({ min: 0.5, max: 400, noNaN: true }),
  burst: fc.nat(20),
  lanes: fc.integer({ min: 1, max: 6 }),
});

/** The largest excess, over all windows that begin and end with a start, of starts over what the limits allow. */
function excess(starts: readonly number[], { requestsPerSecond, burst, lanes }: Limits): number {
  const sorted = [...starts].sort((a, b) => a - b);
  let worst = Number.NEGATIVE_INFINITY;
  for (const [from, begin] of sorted.entries()) {
    for (const [offset, end] of sorted.slice(from).entries()) {
      const allowed = (requestsPerSecond * (end - begin)) / 1000 + Math.max(burst, lanes);
      worst = Math.max(worst, offset + 1 - allowed);
    }
  }
  return worst;
}

type Step =
  | { readonly do: 'take'; readonly times: number }
  | { readonly do: 'idle'; readonly milliseconds: number }
  | { readonly do: 'end invocation' }
  | { readonly do: 'pause'; readonly seconds: number }
  | { readonly do: 'hold'; readonly seconds: number }
  | { readonly do: 'succeed'; readonly times: number };

const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ do: fc.constant('take' as const), times: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constant('idle' as const), milliseconds: fc.nat(2000) }),
  fc.record({ do: fc.constant('end invocation' as const) }),
  fc.record({ do: fc.constant('pause' as const), seconds: fc.double({ min: 0, max: 5, noNaN: true }) }),
  fc.record({ do: fc.constant('hold' as const), seconds: fc.double({ min: 0, max: 5, noNaN: true }) }),
  fc.record({ do: fc.constant('succeed' as const), times: fc.nat(40) }),
);

/** Runs one lane's steps; every invocation has a new pacer, as if it ran in another container. */
async function runLane(steps: readonly Step[], pace: Limits, clock: VirtualClock, starts: number[]) {
  let pacer = createPacer(pace, clock);
  for (const one of steps) {
    if (one.do === 'take') {
      const take = () => pacer.take().then(() => void starts.push(clock.monotonic()));
      await Promise.all(Array.from({ length: one.times }, take));
    } else if (one.do === 'idle') await clock.sleep(one.milliseconds);
    else if (one.do === 'pause') pacer.pause(one.seconds);
    else if (one.do === 'hold') pacer.hold(one.seconds);
    else if (one.do === 'succeed') for (let n = 0; n < one.times; n++) pacer.succeeded();
    else {
      await pacer.settle();
      pacer = createPacer(pace, clock);
    }
  }
}

describe('the limit', () => {
  it('holds for any lanes, invocations, idle times, throttling and inexact timers', async () => {
    const lanes = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 6, maxLength: 6 });
    const errors = fc.array(fc.double({ min: -1, max: 4, noNaN: true }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(limits, lanes, errors, async (pace, steps, lateness) => {
        let sleep = 0;
        const clock = createVirtualClock(() => lateness[sleep++ % lateness.length] ?? 0);
        const starts: number[] = [];
        await Promise.all(steps.slice(0, pace.lanes).map((lane) => runLane(lane, pace, clock, starts)));
        expect(excess(starts, pace)).toBeLessThan(1e-6);
      }),
      { numRuns: 150 },
    );
  });

  it('is broken by lanes that do not settle: so settling is what makes it hold', async () => {
    const pace = { requestsPerSecond: 10, burst: 5, lanes: 1 };
    const clock = createVirtualClock();
    const starts: number[] = [];
    for (let invocation = 0; invocation < 3; invocation++) {
      const pacer = createPacer(pace, clock);
      await takeAll(pacer, 4);
      starts.push(...Array.from({ length: 4 }, () => clock.monotonic()));
    }
    expect(excess(starts, pace)).toBeGreaterThan(1);
  });

  it("holds on the machine's own clock", async () => {
    const pace = { requestsPerSecond: 500, burst: 3, lanes: 2 };
    const starts: number[] = [];
    const lane = async () => {
      for (let invocation = 0; invocation < 3; invocation++) {
        const pacer = createPacer(pace, systemClock);
        for (let n = 0; n < 15; n++) {
          await pacer.take();
          starts.push(systemClock.monotonic());
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

describe('the pace', () => {
  it('is used in full while the time spent writing is within what the bucket is worth', async () => {
    const shares = fc.record({
      latency: fc.double({ min: 0, max: 0.5, noNaN: true }),
      writing: fc.double({ min: 0, max: 0.45, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(limits, shares, fc.integer({ min: 30, max: 60 }), async (pace, dead, pages) => {
        const clock = createVirtualClock();
        const worth = (1000 * laneDepth(pace) * pace.lanes) / pace.requestsPerSecond;
        const cycles = 4;
        const begin = clock.monotonic();
        for (let cycle = 0; cycle < cycles; cycle++) {
          const pacer = createPacer(pace, clock);
          await takeAll(pacer, pages);
          await clock.sleep((dead.latency + dead.writing) * worth);
          await pacer.settle();
        }
        const seconds = (clock.monotonic() - begin) / 1000;
        const used = (cycles * pages) / seconds / (pace.requestsPerSecond / pace.lanes);
        expect(used).toBeGreaterThan(0.999);
        expect(used).toBeLessThan(1.000001);
      }),
      { numRuns: 50 },
    );
  });

  it('makes up for timers that are late, within the burst', async () => {
    const clock = createVirtualClock(() => 3);
    const pacer = createPacer({ requestsPerSecond: 100, burst: 7.5, lanes: 2 }, clock);
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
    const pacer = createPacer({ requestsPerSecond: 10, burst: 0, lanes: 1 }, clock);
    await pacer.take();
    const begin = clock.monotonic();
    const controller = new AbortController();
    const aborted = pacer.take(controller.signal);
    const next = pacer.take();
    controller.abort(new Error('no longer needed'));
    await expect(aborted).rejects.toThrow('no longer needed');
    await next;
    expect(clock.monotonic() - begin).toBeCloseTo(100);
  });
});

describe('throttling', () => {
  const pace = { requestsPerSecond: 10, burst: 7.5, lanes: 1 };

  it('empties the bucket and halves the pace; successes give it back one by one', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(pace, clock);
    await pacer.take();
    const throttledAt = clock.monotonic();
    pacer.pause(2);
    expect(await gaps(pacer, clock, 3)).toEqual([
      expect.closeTo(2000),
      expect.closeTo(200),
      expect.closeTo(200),
    ]);
    expect(clock.monotonic() - throttledAt).toBeCloseTo(2400);
    for (let n = 0; n < 16; n++) pacer.succeeded();
    clock.advance(10_000);
    expect(await gaps(pacer, clock, 7)).toEqual([0, 0, 0, 0, 0, 0, expect.closeTo(100)]);
  });

  it('halves once for answers that arrive together, and never below a sixteenth', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(pace, clock);
    for (let n = 0; n < 8; n++) pacer.pause(1);
    await pacer.take();
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(200)]);
    for (let n = 0; n < 20; n++) {
      pacer.pause(1);
      clock.advance(1000);
    }
    await takeAll(pacer, 2);
    expect(await gaps(pacer, clock, 1)).toEqual([expect.closeTo(1600)]);
    for (let n = 0; n < 29; n++) pacer.succeeded();
    await pacer.take();
    expect((await gaps(pacer, clock, 1))[0]).toBeLessThan(105);
  });

  it('holds without slowing down when the source only says that its window is used up', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ ...pace, burst: 0 }, clock);
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

describe('the deadline', () => {
  it('is not slept past: by its own pace transient, by the source throttled', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer({ requestsPerSecond: 0.1, burst: 0, lanes: 1 }, clock);
    const deadline = clock.monotonic() + 5000;
    await pacer.take(undefined, deadline);
    await expect(pacer.take(undefined, deadline)).rejects.toThrow(TransientError);
    pacer.pause(6);
    await expect(pacer.take(undefined, deadline)).rejects.toThrow(ThrottledError);
    expect(clock.sleeps).toEqual([]);
  });
});

async function takeAll(pacer: Pacer, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await pacer.take();
}

/** Milliseconds that each of the next starts waits. */
async function gaps(pacer: Pacer, clock: VirtualClock, times: number): Promise<number[]> {
  const waited: number[] = [];
  for (let n = 0; n < times; n++) {
    const before = clock.monotonic();
    await pacer.take();
    waited.push(clock.monotonic() - before);
  }
  return waited;
}
