import { plannedRanges } from '../../../../core/plan/grid';
import type { Plan } from '../../../../core/plan/plan';
import { claimDataset, readClaim } from '../../../../core/run/claim';
import type { DeadRange } from '../../../../core/run/dead/dead-range';
import type { RunEvent } from '../../../../core/run/events/run-event';
import { runBlockedSchema, runFailedSchema, runPublishedSchema } from '../../../../core/run/events/run-event';
import { deadKey, owedKey, pointerKey } from '../../../../core/run/keys';
import { readPointer } from '../../../../core/run/publish/pointer';
import type { Receipt } from '../../../../core/run/range/receipt';
import { type RunReport, reconcile } from '../../../../core/run/reconcile';
import { heardEvents } from '../../../support/heard-events';
import { type LakeCall, type LakeFault, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import {
  aPlan,
  aRun,
  messageOf,
  noCuration,
  recordTelemetry,
  startOfTime,
  stillClock,
  writeRange,
} from '../run-fixture';

const minute = 60_000;
const schemas = {
  RunPublished: runPublishedSchema,
  RunFailed: runFailedSchema,
  RunBlocked: runBlockedSchema,
};

/** A run that is claimed, planned and, but for `missing`, loaded, and a listener. */
async function prepare(
  plan: Plan | undefined,
  missing: readonly number[] = [],
  change: Partial<Receipt> = {},
  fault: (call: LakeCall) => LakeFault | undefined = () => undefined,
) {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  const messages = new MemoryMessages();
  const telemetry = recordTelemetry();
  const clock = stillClock();
  const listener = heardEvents();
  await claimDataset(lake, aRun, new Date(startOfTime));
  if (plan) {
    await lake.put(`runs/geonames/cities/${plan.runId}/plan.json`, JSON.stringify(plan));
    for (const range of plannedRanges(plan)) {
      if (!missing.includes(range.index))
        await writeRange(lake, plan, range, range.index === 1 ? change : {});
    }
  }
  const tick = (): Promise<RunReport[]> =>
    reconcile({
      ...{ ...listener, lake: memoryLake(objects, { fault }), telemetry, clock },
      pageQueue: async () => memoryPageQueue(messages),
      findRepeatedKeys: async () => undefined,
      curation: noCuration,
    });
  return {
    ...{ objects, lake, messages, telemetry, clock, listener, tick },
    claim: () => readClaim(lake, aRun),
    async die(index: number, why: Partial<DeadRange> = {}) {
      const at = new Date(clock.now()).toISOString();
      const reason = { reason: 'page 4: HTTP 403', error: 'ForbiddenError', failure: 'permanent' } as const;
      const document: DeadRange = { slice: 'all', index, attempt: 'a1', at, ...reason, ...why };
      await lake.put(deadKey(aRun, document), JSON.stringify(document));
      const range = [...plannedRanges(plan ?? aPlan())].find((one) => one.index === index);
      if (range) messages.dead.push({ message: messageOf(plan ?? aPlan(), range), reason: undefined });
    },
  };
}

/** Every event is what its schema says, and nothing else. */
function expectValid(heard: readonly RunEvent[]): void {
  for (const { type, detail } of heard) expect(schemas[type].parse(detail)).toEqual(detail);
}

/** That the run stays open for what others are owed of it. */
function expectOwed(reports: readonly RunReport[], reason: string): void {
  expect(reports).toMatchObject([
    { state: 'stuck', failure: 'transient', reason: expect.stringContaining(reason) },
  ]);
}

const isGivenUp = ({ message }: { message: string }) => message.endsWith('does not wait for that any more');

it('tells of a published run where it is, and of what, when readers see it', async () => {
  const { tick, listener, lake, claim, telemetry } = await prepare(aPlan());
  await tick();
  const pointer = await readPointer(lake, aRun);
  expect(listener.heard).toEqual([
    {
      type: 'RunPublished',
      detail: {
        eventId: `RunPublished/geonames/cities/${aRun.runId}`,
        environment: 'prod',
        ...aRun,
        at: pointer?.publishedAt,
        records: 950,
        files: 4,
        location: `s3://baseload-prod-lake/stage/geonames/cities/run=${aRun.runId}/`,
        manifest: `s3://baseload-prod-lake/runs/geonames/cities/${aRun.runId}/manifest.json`,
        watermark: pointer?.watermark,
        mode: 'full',
        warnings: [],
      },
    },
  ]);
  expectValid(listener.heard);
  expect(listener.followed).toMatchObject([{ runId: aRun.runId, records: 950 }]);
  expect(await claim()).toBeUndefined();
  expect(telemetry.named).toEqual(['RunPublished geonames/cities']);
});

it('tells of a refused run why, and moves no table', async () => {
  const { tick, listener, claim } = await prepare(aPlan({ total: 951 }));
  await tick();
  expect(listener.heard).toEqual([
    {
      type: 'RunFailed',
      detail: {
        eventId: `RunFailed/geonames/cities/${aRun.runId}`,
        environment: 'prod',
        ...aRun,
        at: new Date(startOfTime).toISOString(),
        reasons: [expect.stringContaining('received 950 records')],
      },
    },
  ]);
  expectValid(listener.heard);
  expect(listener.followed).toEqual([]);
  expect(await claim()).toBeUndefined();
});

it.each([
  ['that was never planned', undefined, 31 * minute, 'not planned 30 minutes'],
  ['of which nothing came', aPlan(), 24 * 60 * minute + 1, 'not complete 24 hours'],
])('tells of a run that is given up %s', async (_, plan, passed, reason) => {
  const { tick, listener, clock } = await prepare(plan, [0, 1, 2, 3]);
  clock.advance(passed);
  expect(await tick()).toMatchObject([{ state: 'failed' }]);
  expect(listener.heard).toMatchObject([
    { type: 'RunFailed', detail: { reasons: [expect.stringContaining(reason)] } },
  ]);
  expectValid(listener.heard);
});

it('tells nobody of a trial, whether it is verified, refused or blocked', async () => {
  for (const change of [{}, { staged: 299 }]) {
    const { tick, listener, telemetry } = await prepare(aPlan({ subset: true }), [], change);
    expect(await tick()).toHaveLength(1);
    expect(listener.heard).toEqual([]);
    expect(listener.stated).toEqual([]);
    expect(telemetry.counts.RunIncomplete).toBeUndefined();
  }
  const { tick, listener, die } = await prepare(aPlan({ subset: true }), [1]);
  await die(1);
  expect(await tick()).toMatchObject([{ state: 'blocked' }]);
  expect(listener.heard).toEqual([]);
});

it('tells nobody of a superseded run: readers see a later one', async () => {
  const { tick, listener, lake, telemetry } = await prepare(aPlan());
  const earlier = await prepare(aPlan());
  await earlier.tick();
  const later = {
    ...JSON.parse(earlier.objects.text(pointerKey(aRun)) ?? ''),
    runId: '2026-02-01t03-00-00-000z',
  };
  await lake.put(pointerKey(aRun), JSON.stringify(later));
  expect(await tick()).toMatchObject([{ state: 'superseded' }]);
  expect(listener.heard).toEqual([]);
  expect(telemetry.counts).toEqual({});
});

describe('a blocked run', () => {
  it('is told of once, not at every pass', async () => {
    const { tick, listener, die, clock, telemetry } = await prepare(aPlan(), [1, 2]);
    await die(1);
    await die(2);
    for (let pass = 0; pass < 5; pass++) {
      expect(await tick()).toMatchObject([{ state: 'blocked' }]);
      clock.advance(minute);
    }
    expect(listener.heard).toEqual([
      {
        type: 'RunBlocked',
        detail: {
          eventId: expect.stringMatching(`^RunBlocked/geonames/cities/${aRun.runId}/[0-9a-f]{16}$`),
          environment: 'prod',
          ...aRun,
          at: new Date(startOfTime).toISOString(),
          ranges: 4,
          missing: 2,
          reasons: ['page 4: HTTP 403 (2 page ranges)'],
        },
      },
    ]);
    expectValid(listener.heard);
    expect(telemetry.counts.RunBlocked).toBe(5); // a graph of how long
  });

  it('is told of anew when it fails again after a redrive, alike or otherwise, and when a range has come', async () => {
    const { tick, listener, die, clock, messages, lake } = await prepare(aPlan(), [1, 2]);
    await die(1);
    await die(2);
    await tick();
    messages.redrive();
    expect(await tick()).toMatchObject([{ state: 'loading' }]);
    messages.waiting = [];
    clock.advance(minute);
    await die(1); // the same failure, later
    await die(2);
    await tick();
    await tick();
    expect(listener.heard).toHaveLength(2);
    const [, second] = plannedRanges(aPlan());
    if (second) await writeRange(lake, aPlan(), second);
    await tick();
    await tick();
    expect(listener.heard).toHaveLength(3);
    expect(new Set(listener.heard.map(({ detail }) => detail.eventId)).size).toBe(3);
  });

  it('is told of anew when it was redriven and its workers end without a word again, and not for what other runs do', async () => {
    const { tick, listener, clock, messages } = await prepare(aPlan(), [0]);
    const [first] = plannedRanges(aPlan());
    if (!first) throw new Error('there is a first range');
    const message = messageOf(aPlan(), first);
    const endSilently = () => {
      messages.waiting = [];
      messages.dead = [{ message, reason: undefined }];
      clock.advance(10 * minute);
    };
    const pass = async () => (await tick())[0]?.state;
    expect(await pass()).toBe('loading'); // enqueued once more
    endSilently();
    for (let told = 1; told <= 3; told++) {
      expect([await pass(), await pass()]).toEqual(['blocked', 'blocked']);
      expect(listener.heard).toHaveLength(told);
      // Another dataset of the source is loaded: the DLQ holds what it held.
      messages.waiting = [{ message: { ...message, dataset: 'zones' }, receiveCount: 0 }];
      expect(await pass()).toBe('loading');
      messages.waiting = [];
      expect(await pass()).toBe('blocked');
      expect(listener.heard).toHaveLength(told);
      messages.redrive();
      expect([await pass(), await pass()]).toEqual(['loading', 'loading']);
      endSilently();
    }
    expect(new Set(listener.heard.map(({ detail }) => detail.eventId)).size).toBe(3);
  });

  it('is not told of anew for what other runs do while the DLQ is empty: there is nothing to redrive', async () => {
    const { tick, listener, clock, messages } = await prepare(aPlan(), [0]);
    const [first] = plannedRanges(aPlan());
    for (let round = 0; round < 9; round++) {
      await tick();
      messages.waiting = []; // somebody purges the queue, each time
      clock.advance(61 * minute);
    }
    if (!first) throw new Error('there is a first range');
    const other = { ...messageOf(aPlan(), first), dataset: 'zones' };
    for (let pass = 0; pass < 3; pass++) {
      expect(await tick()).toMatchObject([{ state: 'blocked' }]);
      messages.waiting = [{ message: other, receiveCount: 0 }];
      expect(await tick()).toMatchObject([{ state: 'loading' }]);
      messages.waiting = [];
    }
    expect(listener.heard).toHaveLength(1);
  });

  it('is told of by whoever comes next, with the same id, where one died in between', async () => {
    let dies = true;
    const fault = ({ operation, key }: LakeCall) =>
      dies && operation === 'putIfAbsent' && key.includes('/blocked/') ? 'before' : undefined;
    const { tick, listener, die } = await prepare(aPlan(), [1], {}, fault);
    await die(1);
    await tick();
    dies = false;
    expect(await tick()).toMatchObject([{ state: 'blocked' }]);
    await tick();
    expect(listener.heard).toHaveLength(2);
    expect(listener.heard[1]).toEqual(listener.heard[0]);
  });

  it('is given up in time though nobody can be told that it is blocked', async () => {
    const { tick, listener, die, clock, telemetry } = await prepare(aPlan(), [1]);
    listener.refusal.events = 'no such bus';
    await die(1);
    clock.advance(2 * 60 * minute);
    await tick();
    clock.advance(24 * 60 * minute + 1);
    expectOwed(await tick(), 'its event could not be emitted (Error: no such bus)');
    expect(telemetry.lines.map(({ message }) => message)).toContain(
      'Nobody could be told that a run is blocked',
    );
    listener.refusal = {};
    expect(await tick()).toMatchObject([{ state: 'failed' }]);
    expect(listener.heard.map(({ type }) => type)).toEqual(['RunFailed']);
  });
});

describe.each([
  ['events', 'its event could not be emitted'],
  ['catalog', 'its table in the catalog does not follow'],
] as const)('where the %s refuse', (who, failure) => {
  it('shows the run to readers, keeps its claim, and tries again every minute', async () => {
    const { tick, listener, lake, claim, clock, telemetry } = await prepare(aPlan());
    listener.refusal[who] = 'not today';
    for (let pass = 0; pass < 3; pass++) {
      expectOwed(await tick(), `${failure} (Error: not today)`);
      expect((await readPointer(lake, aRun))?.runId).toBe(aRun.runId);
      expect(await claim()).toBeDefined();
      clock.advance(minute);
    }
    expect(telemetry.counts).toEqual({ RunStuck: 3 });
    listener.refusal = {};
    expect(await tick()).toMatchObject([{ state: 'published' }]);
    expect(await claim()).toBeUndefined();
    expect(listener.heard).toHaveLength(1);
    expect(listener.followed.at(-1)?.runId).toBe(aRun.runId);
    expect(telemetry.counts).toEqual({ RunStuck: 3, RunPublished: 1 });
  });

  it('gives the dataset free an hour after, and says what is owed', async () => {
    const { tick, listener, claim, clock, telemetry } = await prepare(aPlan());
    listener.refusal[who] = 'not today';
    for (let pass = 0; pass < 60; pass++) {
      expectOwed(await tick(), failure);
      clock.advance(minute);
    }
    expect(await tick()).toMatchObject([{ state: 'published' }]);
    expect(await claim()).toBeUndefined();
    expect(telemetry.lines).toContainEqual({
      message: `A run has ended, but ${failure}, and its dataset does not wait for that any more`,
      details: { ...aRun, reason: 'Error: not today' },
    });
    expect(listener.heard).toHaveLength(who === 'catalog' ? 1 : 0);
  });

  it('is not given up for a single refusal, though reconcile was down for two hours before it', async () => {
    for (const refusedBefore of [false, true]) {
      const { tick, listener, clock, telemetry } = await prepare(aPlan());
      // It is published, and reconcile dies; or it was refused already.
      listener.refusal[refusedBefore ? who : 'events'] = 'not today';
      expectOwed(await tick(), '(Error: not today)');
      clock.advance(120 * minute);
      listener.refusal = { [who]: 'throttled' };
      expectOwed(await tick(), `${failure} (Error: throttled)`);
      listener.refusal = {};
      expect(await tick()).toMatchObject([{ state: 'published' }]);
      expect(listener.heard).toHaveLength(1);
      expect(listener.followed.at(-1)?.runId).toBe(aRun.runId);
      expect(telemetry.lines.filter(isGivenUp)).toEqual([]);
    }
  });

  it('is given up at the tenth refusal where reconcile seldom comes', async () => {
    const { tick, listener, clock } = await prepare(aPlan());
    listener.refusal[who] = 'not today';
    for (let pass = 0; pass < 9; pass++) {
      expectOwed(await tick(), failure);
      clock.advance(30 * minute);
    }
    expect(await tick()).toMatchObject([{ state: 'published' }]);
  });

  it('has its hour, though what is noted of it cannot be read', async () => {
    const { tick, listener, lake } = await prepare(aPlan());
    for (const what of ['table', 'event']) await lake.put(owedKey(aRun, what), 'no document');
    listener.refusal[who] = 'not today';
    expectOwed(await tick(), failure);
  });
});

it('has an hour for the event of its own, when the catalog has refused for one', async () => {
  const { tick, listener, clock, telemetry } = await prepare(aPlan());
  listener.refusal.catalog = 'no such database';
  for (let pass = 0; pass < 60; pass++) {
    expectOwed(await tick(), 'its table in the catalog does not follow');
    clock.advance(minute);
  }
  listener.refusal.events = 'throttled';
  expectOwed(await tick(), 'its event could not be emitted (Error: throttled)');
  delete listener.refusal.events;
  expect(await tick()).toMatchObject([{ state: 'published' }]);
  expect(listener.heard).toHaveLength(1);
  expect(telemetry.lines.filter(isGivenUp).map(({ message }) => message)).toEqual([
    'A run has ended, but its table in the catalog does not follow, and its dataset does not wait for that any more',
    'A run has ended, but its table in the catalog does not follow, and its dataset does not wait for that any more',
  ]);
});

it('gives a refused run free an hour after where nobody can be told of it', async () => {
  const { tick, listener, claim, clock } = await prepare(aPlan({ total: 951 }));
  listener.refusal.events = 'not today';
  for (let pass = 0; pass < 60; pass++) {
    expectOwed(await tick(), 'its event could not be emitted');
    expect(await claim()).toBeDefined();
    clock.advance(minute);
  }
  expect(await tick()).toMatchObject([{ state: 'refused' }]);
  expect(await claim()).toBeUndefined();
});
