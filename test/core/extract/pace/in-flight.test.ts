import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { BodyWeight, type InFlight, keepInFlight } from '../../../../core/extract/pace/in-flight';
import { createPacer, type Pacer } from '../../../../core/extract/pace/pacer';
import { someLimits } from '../../../support/source-fixture';
import { failureOf } from '../range/range-fixture';
import { createVirtualClock } from './virtual-clock';

const megabyte = 1024 * 1024;

/** Does `count` pieces with a pacer that lets everything pass, and tells how many were under way at most. */
async function run(count: number, more: Partial<InFlight<number>> = {}) {
  const done: number[] = [];
  let begun = 0;
  let underWay = 0;
  let most = 0;
  const controller = new AbortController();
  const pacer = createPacer(
    someLimits({ requestsPerSecond: 1e6, burst: 1e6, lanes: 1 }),
    createVirtualClock(),
  );
  await keepInFlight({
    next: () => (begun < count ? begun++ : undefined),
    limit: 8,
    bodies: new BodyWeight(),
    pacer,
    controller,
    async work(item, itsPacer) {
      await itsPacer.take();
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < (item * 7) % 5; turn++) await setImmediate();
      await setImmediate();
      underWay -= 1;
      done.push(item);
    },
    ...more,
  });
  return { done, most };
}

it('does every piece once, never more at once than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 20 }), async (count, limit) => {
      const { done, most } = await run(count, { limit });
      expect([...done].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, item) => item));
      expect(most).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 30 },
  );
});

it('uses all that is allowed where the source is slow', async () => {
  expect((await run(100, { limit: 12 })).most).toBe(12);
});

it('has no more than 64 MiB of bodies under way, and always one', async () => {
  const weighing = (bytes: number) => {
    const bodies = new BodyWeight();
    bodies.add(bytes);
    return bodies;
  };
  expect((await run(100, { limit: 256, bodies: weighing(10 * megabyte) })).most).toBe(6);
  expect((await run(10, { limit: 256, bodies: weighing(100 * megabyte) })).most).toBe(1);
  expect((await run(100, { limit: 256, bodies: new BodyWeight() })).most).toBe(32); // not known yet
});

it('follows what bodies weigh, and remembers it for the dataset', () => {
  const dataset = {};
  BodyWeight.of(dataset).add(1000);
  expect(BodyWeight.of(dataset).average).toBe(1000);
  for (let body = 0; body < 100; body++) BodyWeight.of(dataset).add(5000);
  expect(BodyWeight.of(dataset).average).toBeCloseTo(5000, 0);
});

it('begins nothing while a request waits for the pace', async () => {
  const clock = createVirtualClock();
  const limits = someLimits({ requestsPerSecond: 10, burst: 0, lanes: 1 });
  const lane = createPacer(limits, clock);
  let begun = 0;
  let waiting = 0;
  let mostWaiting = 0;
  const take: Pacer['take'] = async (start) => {
    waiting += 1;
    mostWaiting = Math.max(mostWaiting, waiting);
    await lane.take(start);
    waiting -= 1;
  };
  await keepInFlight({
    next: () => (begun < 20 ? begun++ : undefined),
    limit: 256,
    bodies: new BodyWeight(),
    pacer: { ...createPacer(limits, clock), take },
    controller: new AbortController(),
    async work(_, pacer) {
      await pacer.take();
      await clock.sleep(250); // at ten per second, three or four are under way
    },
  });
  expect(mostWaiting).toBe(1);
});

it('takes up work that other work leaves behind', async () => {
  const queue = [4];
  const done: number[] = [];
  await run(0, {
    next: () => queue.shift(),
    async work(item) {
      await setImmediate();
      done.push(item);
      if (item > 1) queue.push(item - 1, item - 2);
    },
  });
  expect(done.sort((a, b) => a - b)).toEqual([0, 0, 1, 1, 1, 2, 2, 3, 4]);
});

it('stops at the first failure, waits for what is under way, and rejects with that failure', async () => {
  const controller = new AbortController();
  const ended: number[] = [];
  const work = async (item: number, pacer: Pacer) => {
    await pacer.take();
    if (item === 3) throw new Error('the first');
    while (!controller.signal.aborted) await setImmediate();
    await setImmediate();
    ended.push(item);
    throw new Error('another');
  };
  expect(await failureOf(run(100, { controller, work }))).toMatchObject({ message: 'the first' });
  expect(ended).toEqual(expect.arrayContaining([0, 1, 2]));
  expect(ended.length).toBeLessThanOrEqual(4); // the fourth's turn may have led to another one
});

it('begins nothing after it was aborted', async () => {
  const controller = new AbortController();
  controller.abort(new Error('too late'));
  const work = async () => {
    throw new Error('it was begun');
  };
  expect(await failureOf(run(5, { controller, work }))).toMatchObject({ message: 'too late' });
});
