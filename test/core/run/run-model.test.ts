import fc from 'fast-check';
import { plannedRanges } from '../../../core/plan/grid';
import { manifestKey, stagePrefix } from '../../../core/run/keys';
import { manifestSchema } from '../../../core/run/verify/manifest';
import { messageOf, startOfTime } from './run-fixture';
import {
  type Chance,
  calm,
  type Mishap,
  type QueueEvent,
  RunWorld,
  runDue,
  type SourceMood,
} from './run-world';
import { type Kind, pagesOfSource } from './run-world-source';

const today = new Date(startOfTime);
const tomorrow = new Date(startOfTime + 86_400_000);
/** Enough for two runs, one after the other, each from planning to published. */
const ticksToRecover = 6;

const mishap = fc.oneof(
  { weight: 30, arbitrary: fc.constant<Mishap>('none') },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Mishap>('before', 'after', 'conflict', 'killed before', 'killed after'),
  },
);
const mood = fc.oneof(
  { weight: 6, arbitrary: fc.constant<SourceMood>('well') },
  { weight: 1, arbitrary: fc.constantFrom<SourceMood>('transient', 'throttled', 'permanent') },
);
const take = fc.record({ position: fc.nat(5), acknowledgementLost: fc.boolean() });
const queueEvent = fc.constantFrom<QueueEvent>(
  'expire',
  'arrive',
  'duplicate',
  'redrive',
  'lose',
  'half an hour',
);

/** A day on which much goes wrong: what runs side by side, and what each of them meets. */
const day = fc.record({
  fanOuts: fc.array(fc.constantFrom(today, tomorrow), { minLength: 1, maxLength: 4 }),
  workers: fc.array(fc.array(take, { maxLength: 8 }), { maxLength: 4 }),
  reconciles: fc.array(fc.nat(4), { maxLength: 3 }),
  queueEvents: fc.array(queueEvent, { maxLength: 12 }),
  mishaps: fc.array(mishap, { maxLength: 150 }),
  moods: fc.array(mood, { maxLength: 30 }),
});
type Day = typeof day extends fc.Arbitrary<infer T> ? T : never;

/** Runs everything side by side, in the order that the scheduler draws; resolves to how each fan-out ended. */
async function live(world: RunWorld, { mishaps, moods, ...what }: Day, scheduler: fc.Scheduler) {
  const chance: Chance = {
    turn: () => scheduler.schedule(Promise.resolve()),
    mishap: () => mishaps.shift() ?? 'none',
    mood: () => moods.shift() ?? 'well',
  };
  const outcomes = what.fanOuts.map((due) => ({ due, outcome: 'failed' })); // also for those that are killed
  const fanOuts = outcomes.map(async (invocation) => {
    await chance.turn();
    invocation.outcome = await world.fanOut(invocation.due, chance);
  });
  const workers = what.workers.map(async (takes) => {
    for (const each of takes) await world.work(each, chance);
  });
  const reconciles = what.reconciles.map(async (ticks) => {
    for (let tick = 0; tick < ticks; tick++) await world.reconcile(chance);
  });
  const queue = async () => {
    for (const event of what.queueEvents) {
      await chance.turn();
      world.happen(event);
    }
  };
  void Promise.all([...fanOuts, ...workers, ...reconciles, queue()]); // the killed ones never end
  await scheduler.waitIdle();
  return outcomes;
}

/**
 * An hour without faults: invocations that failed before there was a plan are repeated, as AWS repeats them (what
 * follows the plan is up to reconcile), messages come back, and reconcile runs, twice at once.
 */
async function recover(world: RunWorld, invocations: { due: Date; outcome: string }[]): Promise<void> {
  for (const invocation of invocations) {
    if (invocation.outcome !== 'failed' || world.plan(runDue(invocation.due))) continue;
    invocation.outcome = await world.fanOut(invocation.due, calm);
  }
  // As long as the longest that reconcile waits before it enqueues again.
  for (const event of ['half an hour', 'half an hour', 'expire', 'arrive', 'redrive'] as const) {
    world.happen(event);
  }
  while (world.messages.waiting.length > 0)
    await world.work({ position: 1, acknowledgementLost: false }, calm);
  await Promise.all([world.reconcile(calm), world.reconcile(calm)]);
}

describe.each<Kind>(['grid', 'chain', 'lead'])('a run of a %s, whatever goes wrong', (kind) => {
  // Two runs of a dataset, side by side with workers and reconciles, in any order, with calls that fail before or after
  // they took effect, processes that are killed between any two calls, and messages that come twice, late or never.
  it('ends complete, published once, written by its first writers, with its claim released', async () => {
    await fc.assert(
      fc.asyncProperty(day, fc.scheduler(), async (aDay, scheduler) => {
        const world = new RunWorld(kind);
        const invocations = await live(
          world,
          { ...aDay, mishaps: [...aDay.mishaps], moods: [...aDay.moods] },
          scheduler,
        );
        for (let tick = 0; tick < ticksToRecover; tick++) await recover(world, invocations);

        expect(world.violations).toEqual([]);
        expect(world.openRuns).toEqual([]);
        const last = world.plan(runDue(tomorrow)) ? tomorrow : today;
        expect(world.published).toBe(runDue(last).runId);
        expectComplete(world, runDue(last), kind);
        await expectUnmoved(world, runDue(last));
        await expectNotBack(world, last, kind);
      }),
      { numRuns: 300 },
    );
  });

  it('is published at once when nothing goes wrong', async () => {
    const world = new RunWorld(kind);
    const invocations = [{ due: today, outcome: 'failed' }];
    await recover(world, invocations);
    expect(invocations).toEqual([{ due: today, outcome: 'enqueued' }]);
    expect(world.published).toBe(runDue(today).runId);
    expect(world.openRuns).toEqual([]);
  });
});

describe.each<Kind>(['grid', 'chain', 'lead'])('a replay of a run of a %s, whatever goes wrong', (kind) => {
  it('ends as complete as the run was, published, and has asked the source for nothing', async () => {
    await fc.assert(
      fc.asyncProperty(day, fc.scheduler(), async (aDay, scheduler) => {
        const world = new RunWorld(kind);
        const first = [{ due: today, outcome: 'failed' }];
        for (let tick = 0; tick < ticksToRecover; tick++) await recover(world, first);
        const { fetches } = world;
        world.clock.advance(tomorrow.getTime() - today.getTime());
        world.replays.set(tomorrow.getTime(), runDue(today));

        const mishaps = [...aDay.mishaps];
        const invocations = await live(
          world,
          { ...aDay, fanOuts: [tomorrow, tomorrow], mishaps, moods: [] },
          scheduler,
        );
        for (let tick = 0; tick < ticksToRecover; tick++) await recover(world, invocations);

        expect(world.violations).toEqual([]);
        expect(world.openRuns).toEqual([]);
        expect(world.published).toBe(runDue(tomorrow).runId);
        expectComplete(world, runDue(tomorrow), kind);
        expect(world.fetches).toBe(fetches);
        await expectUnmoved(world, runDue(tomorrow));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a chain whose messages are delivered twice', () => {
  // Every duplicate may lose one race for a range, and is then gone: it never becomes a chain of its own.
  it('asks the source once for each range, and at most once more for each duplicate', async () => {
    const duplicates = fc.array(fc.nat(60), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(duplicates, fc.scheduler(), async (when, scheduler) => {
        const world = new RunWorld('chain');
        const chance: Chance = { ...calm, turn: () => scheduler.schedule(Promise.resolve()) };
        await world.fanOut(today, calm);
        let made = 0;
        let mostLive = 0;
        const worker = async () => {
          for (let step = 0; step < 60; step++) {
            await chance.turn();
            const could = world.messages.waiting.length > 0 && when.includes(step);
            if (could) world.messages.duplicate(0);
            if (could) made++;
            await world.work({ position: step, acknowledgementLost: false }, chance);
            mostLive = Math.max(mostLive, world.messages.waiting.length);
          }
        };
        void Promise.all([worker(), worker(), worker()]);
        await scheduler.waitIdle();
        while (world.messages.waiting.length > 0)
          await world.work({ position: 0, acknowledgementLost: false }, calm);

        const ranges = world.objects.keys(stagePrefix(runDue(today))).length;
        expect(world.pagesOf(runDue(today))).toHaveLength(11);
        expect(world.fetches).toBeGreaterThanOrEqual(ranges);
        expect(world.fetches).toBeLessThanOrEqual(ranges + made);
        expect(mostLive).toBeLessThanOrEqual(1 + made);
        expect(world.messages.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

/** Every page is there once, in ranges by the attempts that wrote them first, and the manifest says so. */
function expectComplete(world: RunWorld, run: ReturnType<typeof runDue>, kind: Kind): void {
  const plan = world.plan(run);
  if (!plan) throw new Error('there is a plan');
  const pages = pagesOfSource(kind, plan);
  expect(world.pagesOf(run).sort()).toEqual(pages.sort());
  const manifest = manifestSchema.parse(JSON.parse(world.objects.text(manifestKey(run)) ?? ''));
  expect(manifest.problems).toEqual([]);
  const records = plan.total ?? 10 * pages.length;
  expect(manifest.counts).toMatchObject({ pages: pages.length, received: records, staged: records });
  const objects = world.manifestObjects(manifest);
  expect(objects.map(({ key }) => key)).toEqual(world.objects.keys(stagePrefix(run)));
  for (const { key, receipt } of objects) {
    const writes = world.objects.changes.filter((change) => change.key === key);
    expect(writes).toHaveLength(1);
    expect(writes[0]?.text).toMatch(new RegExp(` by ${receipt.attempt}$`));
    // Whoever was told so has written it; whoever wrote it may not have heard.
    expect([[], [receipt.attempt]]).toContainEqual(world.writers.get(key) ?? []);
  }
}

/** Late duplicates of every message change nothing. */
async function expectUnmoved(world: RunWorld, run: ReturnType<typeof runDue>): Promise<void> {
  const plan = world.plan(run);
  const before = world.objects.changes.length;
  for (const range of plan ? plannedRanges(plan) : []) {
    world.messages.waiting.push({
      message: messageOf(plan as NonNullable<typeof plan>, range),
      receiveCount: 0,
    });
  }
  await recover(world, []);
  expect(world.objects.changes).toHaveLength(before);
  expect(world.messages.size).toBe(0);
}

/** A late repetition of an earlier invocation ends well too, and readers stay where they are. */
async function expectNotBack(world: RunWorld, last: Date, kind: Kind): Promise<void> {
  const late = [{ due: today, outcome: await world.fanOut(today, calm) }];
  for (let tick = 0; tick < ticksToRecover; tick++) await recover(world, late);
  expect(late).toEqual([{ due: today, outcome: 'enqueued' }]);
  expect(world.published).toBe(runDue(last).runId);
  expect(world.openRuns).toEqual([]);
  expect(world.violations).toEqual([]);
  expectComplete(world, runDue(today), kind);
}
