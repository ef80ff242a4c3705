import { plannedRanges } from '../../../core/plan/grid';
import { claimDataset, keepClaim, readClaim } from '../../../core/run/claim';
import { planKey } from '../../../core/run/keys';
import { reconcile } from '../../../core/run/reconcile';
import { heardEvents } from '../../support/heard-events';
import { memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { aPlan, aRun, noCuration, recordTelemetry, startOfTime, stillClock, writeRange } from './run-fixture';

const minute = 60_000;
const hour = 60 * minute;
const plan = aPlan();
const reason =
  'no source file declares geonames/cities any more, so what is missing cannot be loaded; it was';

/** A claimed run, and reconcile of a deployment that knows its dataset, or not. */
async function prepare() {
  const lake = memoryLake();
  const clock = stillClock();
  const listener = heardEvents();
  const messages = new MemoryMessages();
  const deployment = { declares: false };
  const pageQueue = jest.fn(async () => memoryPageQueue(messages));
  const claim = await claimDataset(lake, aRun, new Date(startOfTime));
  const services = {
    ...{ ...listener, lake, clock, telemetry: recordTelemetry(), curation: noCuration },
    ...{ isDeclared: () => deployment.declares, pageQueue, findRepeatedKeys: async () => undefined },
  };
  return {
    ...{ lake, clock, listener, messages, deployment, pageQueue, claim },
    tick: () => reconcile(services),
    isOpen: async () => (await readClaim(lake, aRun)) !== undefined,
    async load(...indexes: number[]) {
      await lake.putIfAbsent(planKey(plan), JSON.stringify(plan));
      for (const range of plannedRanges(plan)) {
        if (indexes.includes(range.index)) await writeRange(lake, plan, range);
      }
    },
  };
}

describe('a run whose dataset no source file declares any more', () => {
  it('is given up an hour after it last came further, without asking for queues that are gone', async () => {
    const { tick, clock, load, pageQueue, isOpen, listener } = await prepare();
    await load(0, 1);
    const waiting = [{ ...aRun, state: 'loading', ranges: 4, missing: 2, enqueued: 0 }];
    clock.advance(5 * hour);
    expect(await tick()).toEqual(waiting); // so far it has come
    clock.advance(hour);
    expect(await tick()).toEqual(waiting);
    clock.advance(1);
    expect(await tick()).toEqual([{ ...aRun, state: 'failed', reason: `${reason} loading` }]);
    expect(pageQueue).not.toHaveBeenCalled();
    expect(await isOpen()).toBe(false);
    expect(listener.heard).toHaveLength(1);
  });

  it('has that hour also in a look of which nothing has come yet', async () => {
    const { tick, clock, lake } = await prepare();
    const looking = { ...plan, verification: { ...plan.verification, looks: 1 } };
    await lake.put(planKey(looking), JSON.stringify(looking));
    for (const range of plannedRanges(looking)) await writeRange(lake, looking, range);
    clock.advance(5 * hour);
    expect(await tick()).toMatchObject([{ state: 'loading', look: 1 }]);
    clock.advance(hour);
    expect(await tick()).toMatchObject([{ state: 'loading', look: 1 }]);
    clock.advance(1);
    expect(await tick()).toMatchObject([{ state: 'failed' }]);
  });

  it('goes on where a deployment within the hour declares it again', async () => {
    const { tick, clock, load, deployment } = await prepare();
    await load(0, 1, 2);
    for (let pass = 0; pass < 50; pass++) {
      expect(await tick()).toMatchObject([{ state: 'loading', missing: 1 }]);
      clock.advance(minute);
    }
    deployment.declares = true;
    expect(await tick()).toMatchObject([{ state: 'loading', enqueued: 1 }]);
    await load(3);
    deployment.declares = false;
    expect(await tick()).toMatchObject([{ state: 'published' }]); // what is complete asks for no queue
  });

  it.each([
    ['never planned', false, 30 * minute, 'not planned 30 minutes after it began'],
    ['never planned, though its fan-out was about to', true, hour, `${reason} planning`],
  ])(
    'is given up, and its dataset free, also where nobody can be told: %s',
    async (_, kept, patience, why) => {
      const { tick, clock, lake, claim, isOpen, listener } = await prepare();
      if (kept) await keepClaim(lake, claim);
      clock.advance(patience);
      expect(await tick()).toMatchObject([{ state: 'planning' }]);
      listener.refusal.events = 'not today';
      clock.advance(minute);
      for (let pass = 0; pass < 60; pass++) {
        expect(await tick()).toMatchObject([{ state: 'stuck' }]);
        clock.advance(minute);
      }
      delete listener.refusal.events;
      expect(await tick()).toMatchObject([{ state: 'failed', reason: expect.stringContaining(why) }]);
      // When that might be said first, not when it was said at last: the event is the same at every attempt.
      const at = new Date(startOfTime + patience).toISOString();
      expect(listener.heard).toMatchObject([{ type: 'RunFailed', detail: { at } }]);
      expect(await isOpen()).toBe(false);
    },
  );

  it('does not hold the dataset longer than an hour more where the bus refuses for ever', async () => {
    const { tick, clock, lake, claim, isOpen, listener } = await prepare();
    await keepClaim(lake, claim);
    listener.refusal.events = 'no such bus';
    for (let pass = 0; pass < 130 && (await isOpen()); pass++) {
      await tick();
      clock.advance(minute);
    }
    expect(await isOpen()).toBe(false);
  });
});
