import { plannedRanges } from '../../../core/plan/grid';
import type { Plan } from '../../../core/plan/plan';
import { claimDataset, readClaim } from '../../../core/run/claim';
import { claimKey, manifestKey, planKey, pointerKey, stageKey } from '../../../core/run/keys';
import { readPointer } from '../../../core/run/pointer';
import type { Receipt } from '../../../core/run/receipt';
import { reconcile } from '../../../core/run/reconcile';
import { type LakeCall, type LakeFault, MemoryObjects, memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import {
  aChain,
  aGrid,
  anOpenPlan,
  aPlan,
  aRun,
  faultAt,
  messageOf,
  recordTelemetry,
  stillClock,
  writeRange,
  writeRun,
} from './run-fixture';

/** The objects of these tests hold no records. */
const findRepeatedKeys = async () => undefined;

const plan = aPlan();
const asked = [...plannedRanges(plan)].map((range) => messageOf(plan, range));
/** The message that asks for a range, as it waits. */
const queued = (index: number) =>
  asked.slice(index, index + 1).map((message) => ({ message, receiveCount: 0 }));
/** The same message, dead. */
const dead = (index: number) =>
  asked.slice(index, index + 1).map((message) => ({ message, reason: undefined }));
const hours = 3_600_000;

/** A lake, queues and a clock, and reconcile over them. */
function prepare(fault: (call: LakeCall) => LakeFault | undefined = () => undefined) {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  const messages = new MemoryMessages();
  const telemetry = recordTelemetry();
  const clock = stillClock();
  const pageQueue = jest.fn(async (_source: string) => memoryPageQueue(messages));
  const services = { lake: memoryLake(objects, { fault }), pageQueue, telemetry, clock, findRepeatedKeys };
  return {
    objects,
    lake,
    messages,
    telemetry,
    clock,
    pageQueue,
    tick: () => reconcile(services),
    claim: () => readClaim(lake, aRun),
    open: (run = aRun) => claimDataset(lake, run, new Date(clock.now())),
  };
}

/** A run that is claimed, planned and, but for `missing`, loaded. */
async function prepareRun(
  missing: readonly number[] = [],
  change: Partial<Receipt> = {},
  aRunPlan: Plan = plan,
) {
  const prepared = prepare();
  await prepared.open();
  await prepared.lake.put(planKey(aRunPlan), JSON.stringify(aRunPlan));
  for (const range of plannedRanges(aRunPlan)) {
    if (!missing.includes(range.index)) await writeRange(prepared.lake, aRunPlan, range, change);
  }
  return prepared;
}

describe('reconcile', () => {
  it('has nothing to do when no run is open', async () => {
    const { tick, pageQueue } = prepare();
    expect(await tick()).toEqual([]);
    expect(pageQueue).not.toHaveBeenCalled();
  });

  it('waits for a run that is claimed and not planned yet', async () => {
    const { tick, open, claim } = prepare();
    await open();
    expect(await tick()).toEqual([{ ...aRun, state: 'planning' }]);
    expect(await claim()).toBeDefined();
  });

  describe('while ranges are missing', () => {
    it('enqueues them, and no others, when the queue is quiet', async () => {
      const { tick, messages, telemetry, pageQueue, claim } = await prepareRun([1, 3]);
      expect(await tick()).toEqual([{ ...aRun, state: 'loading', ranges: 4, missing: 2, enqueued: 2 }]);
      expect(messages.waiting).toEqual([...queued(1), ...queued(3)]);
      expect(telemetry.counts).toEqual({ RangesEnqueued: 2 });
      expect(pageQueue).toHaveBeenCalledWith('geonames');
      expect(await claim()).toBeDefined();
    });

    it('enqueues the front of a chain, and is complete only at its end', async () => {
      const chain = aChain();
      const open = anOpenPlan(chain);
      const successor = aChain({ index: 1, position: { page: 1, cursor: 'c1', records: 100 } });
      const { tick, lake, messages } = await prepareRun([0], {}, open);
      await writeRange(lake, open, chain, { next: { sequences: [successor] } });
      expect(await tick()).toMatchObject([{ state: 'loading', ranges: 2, missing: 1, enqueued: 1 }]);
      expect(messages.waiting).toEqual([{ message: messageOf(open, successor), receiveCount: 0 }]);
      await writeRange(lake, open, successor);
      expect(await tick()).toMatchObject([{ state: 'published', records: 200 }]);
    });

    it.each(['waiting', 'in flight', 'delayed'])('enqueues nothing while a message is %s', async (where) => {
      const { tick, messages } = await prepareRun([1]);
      messages.waiting = queued(1);
      if (where === 'in flight') messages.receive();
      if (where === 'delayed') {
        messages.delayed = messages.waiting.map((waiting) => ({ ...waiting, seconds: 60 }));
        messages.waiting = [];
      }
      expect(await tick()).toMatchObject([{ state: 'loading', missing: 1, enqueued: 0 }]);
      expect(messages.size).toBe(1);
    });

    it('is blocked while the DLQ is not empty, and goes on after a redrive', async () => {
      const { tick, messages, telemetry, claim } = await prepareRun([2]);
      messages.dead = dead(2);
      expect(await tick()).toEqual([{ ...aRun, state: 'blocked', ranges: 4, missing: 1, dead: 1 }]);
      expect(messages.size).toBe(0);
      expect(telemetry.counts).toEqual({ RunBlocked: 1 });
      expect(await claim()).toBeDefined();
      messages.redrive();
      expect(await tick()).toMatchObject([{ state: 'loading', enqueued: 0 }]);
    });

    it('counts a range that is there under another name as missing', async () => {
      const { tick, lake } = await prepareRun([1]);
      await lake.put(stageKey(plan, { slice: 'all', index: 1 }).replace('00000001', '000000001'), '');
      expect(await tick()).toMatchObject([{ state: 'loading', missing: 1 }]);
    });
  });

  describe('when every range is there', () => {
    it('verifies, publishes and releases the claim', async () => {
      const { tick, lake, objects, telemetry, pageQueue, claim } = await prepareRun();
      expect(await tick()).toEqual([{ ...aRun, state: 'published', records: 950 }]);
      expect(await readPointer(lake, aRun)).toMatchObject({ runId: aRun.runId, files: 4, records: 950 });
      expect(objects.text(manifestKey(aRun))).toContain('"problems":[]');
      expect(await claim()).toBeUndefined();
      expect(telemetry.counts).toEqual({ RunPublished: 1 });
      expect(pageQueue).not.toHaveBeenCalled(); // nor does it matter what is in the DLQ
      expect(await tick()).toEqual([]);
    });

    it('writes manifest, pointer and claim in this order', async () => {
      const { tick, objects } = await prepareRun();
      objects.changes.length = 0;
      await tick();
      expect(objects.changes.map(({ operation, key }) => [operation, key])).toEqual([
        ['putIfAbsent', manifestKey(aRun)],
        ['replace', pointerKey(aRun)],
        ['remove', claimKey(aRun)],
      ]);
    });

    it('publishes an empty dataset', async () => {
      const empty = aPlan({ total: 0, sequences: [aGrid({ pages: 1, slicePages: 1, total: 0 })] });
      const { tick } = await prepareRun([], {}, empty);
      expect(await tick()).toMatchObject([{ state: 'published', records: 0 }]);
    });

    it('never publishes a subset, but verifies it', async () => {
      const subset = aPlan({ subset: true, sequences: [aGrid({ pages: 2 })] });
      const { tick, lake, telemetry, claim } = await prepareRun([], {}, subset);
      expect(await tick()).toEqual([{ ...aRun, state: 'verified', records: 200 }]);
      expect(await readPointer(lake, aRun)).toBeUndefined();
      expect(await claim()).toBeUndefined();
      expect(telemetry.counts).toEqual({});
    });

    it('refuses a subset that does not account for its records', async () => {
      const subset = aPlan({ subset: true, sequences: [aGrid({ pages: 2 })] });
      const { tick } = await prepareRun([], { staged: 199 }, subset);
      expect(await tick()).toMatchObject([
        {
          state: 'refused',
          problems: [
            `${stageKey(subset, { slice: 'all', index: 0 })} accounts for 199 of the 200 records it received`,
          ],
        },
      ]);
    });

    it('leaves a later run published, and releases the claim', async () => {
      const { tick, lake, claim } = await prepareRun();
      const later = { ...aRun, runId: '2026-02-01t03-00-00-000z' };
      await lake.put(pointerKey(aRun), JSON.stringify(await pointerOf(later.runId)));
      await tick();
      expect((await readPointer(lake, aRun))?.runId).toBe(later.runId);
      expect(await claim()).toBeUndefined();
    });
  });

  describe('when the run falls short', () => {
    const second = stageKey(plan, { slice: 'all', index: 1 });
    it.each<[string, Partial<Receipt>, Partial<Plan>, string]>([
      [
        'a record is missing',
        { received: 299, staged: 299 },
        {},
        'received 949 records where the source holds 950',
      ],
      [
        'a record is unaccounted for',
        { staged: 299 },
        {},
        `${second} accounts for 299 of the 300 records it received`,
      ],
      [
        'too much is in quarantine',
        { staged: 298, quarantined: 2 },
        { maxQuarantinedRatio: 0.001 },
        '2 of 950 records are in quarantine, above maxQuarantinedRatio 0.001',
      ],
      [
        'a range is of another definition',
        { definition: 'another' },
        {},
        `${second} was shaped by another definition than the plan's`,
      ],
      [
        'the total moved',
        { totals: { min: 950, max: 960 } },
        {},
        "the source's total moved from 950 to 960 while the run was loading, so pages may have shifted",
      ],
    ])(
      'refuses it once, says why, and keeps the previous run for readers: %s',
      async (_, change, planned, problem) => {
        const changed = aPlan(planned);
        const { tick, lake, objects, open, telemetry, claim } = prepare();
        const previous = JSON.stringify(await pointerOf('2026-01-30t03-00-00-000z'));
        await lake.put(pointerKey(aRun), previous);
        await open();
        await writeRun(lake, changed, ({ index }) => (index === 1 ? change : {}));
        expect(await tick()).toEqual([{ ...aRun, state: 'refused', problems: [problem] }]);
        expect(objects.text(pointerKey(aRun))).toBe(previous);
        expect(await claim()).toBeUndefined();
        expect(telemetry.counts).toEqual({ RunFailed: 1 });

        await open(); // the verdict stands, whoever asks again
        expect(await tick()).toMatchObject([{ state: 'refused', problems: [problem] }]);
        expect(objects.text(pointerKey(aRun))).toBe(previous);
      },
    );
  });

  describe('when the run is too old', () => {
    it.each([
      ['planning', prepare],
      ['loading', () => prepareRun([1])],
      [
        'blocked',
        async () => {
          const prepared = await prepareRun([1]);
          prepared.messages.dead = dead(1);
          return prepared;
        },
      ],
    ] as const)('gives it up after 24 hours, and releases the claim: %s', async (was, start) => {
      const { tick, open, clock, claim, telemetry } = await start();
      await open();
      clock.advance(24 * hours);
      expect(await tick()).toMatchObject([{ state: was }]);
      clock.advance(1);
      expect(await tick()).toEqual([
        { ...aRun, state: 'failed', reason: `not complete 24 hours after it began; it was ${was}` },
      ]);
      expect(await claim()).toBeUndefined();
      expect(telemetry.counts.RunFailed).toBe(1);
    });

    it('publishes it all the same when it is complete', async () => {
      const { tick, clock } = await prepareRun();
      clock.advance(48 * hours);
      expect(await tick()).toMatchObject([{ state: 'published' }]);
    });
  });

  it("releases a claim by its own etag only: never another run's", async () => {
    const { objects, clock, lake, messages, telemetry, claim } = await prepareRun();
    const other = { ...aRun, runId: '2026-02-01t03-00-00-000z' };
    let raced = false;
    const turn = async ({ operation }: LakeCall) => {
      if (operation !== 'remove' || raced) return;
      raced = true; // just before it releases: another reconcile did, and another run claimed
      await lake.remove(claimKey(aRun), (await claim())?.etag ?? '');
      await claimDataset(lake, other, new Date(clock.now()));
    };
    const pageQueue = async () => memoryPageQueue(messages);
    await reconcile({ lake: memoryLake(objects, { turn }), pageQueue, telemetry, clock, findRepeatedKeys });
    expect(raced).toBe(true);
    expect((await claim())?.runId).toBe(other.runId);
  });

  it('does the same whichever of its calls failed, when it is called again', async () => {
    for (const kind of ['before', 'after', 'conflict'] as const) {
      let failing = 0;
      for (let happened = true; happened; failing++) {
        const { fault, disarm } = faultAt(failing, kind);
        const { tick, lake, open, claim } = prepare(fault);
        await writeRun(lake, plan);
        await open();
        await tick().catch(() => {});
        happened = disarm();
        await tick();
        expect(await readPointer(lake, aRun)).toMatchObject({ runId: aRun.runId, records: 950 });
        expect(await claim()).toBeUndefined();
      }
      expect(failing).toBeGreaterThan(10);
    }
  });

  describe('with several open runs', () => {
    const other = { ...aRun, source: 'another' };

    it('does the next step of each', async () => {
      const { tick, open, pageQueue, lake } = await prepareRun();
      await open(other);
      await lake.put(planKey(other), JSON.stringify(aPlan({ source: 'another' })));
      expect(await tick()).toEqual([
        { ...other, state: 'loading', ranges: 4, missing: 4, enqueued: 4 },
        { ...aRun, state: 'published', records: 950 },
      ]);
      expect(pageQueue).toHaveBeenCalledWith('another');
    });

    it('does not let one that fails keep the others waiting, and still fails', async () => {
      const { tick, open, lake } = await prepareRun();
      await open(other);
      await lake.put(planKey(other), 'not a plan');
      await expect(tick()).rejects.toThrow(
        `${planKey(other)} in the lake is not a document of this version: remove it, or use the version that wrote it`,
      );
      expect((await readPointer(lake, aRun))?.runId).toBe(aRun.runId);
    });

    it('tells of every one that fails', async () => {
      const { tick, open, lake } = prepare();
      for (const run of [aRun, other]) {
        await open(run);
        await lake.put(planKey(run), 'not a plan');
      }
      await expect(tick()).rejects.toThrow('2 of the open runs could not be reconciled');
    });

    it('leaves alone what is no claim', async () => {
      const { tick, lake } = await prepareRun();
      await lake.put('runs/open/stray.json', '');
      expect(await tick()).toMatchObject([{ state: 'published' }]);
    });
  });
});

/** The pointer of a run that is published already. */
async function pointerOf(runId: string) {
  const lake = memoryLake();
  const published = aPlan({ runId });
  await writeRun(lake, published);
  await claimDataset(lake, published, new Date());
  const services = { telemetry: recordTelemetry(), clock: stillClock(), findRepeatedKeys };
  await reconcile({ lake, pageQueue: async () => memoryPageQueue(new MemoryMessages()), ...services });
  const { etag, ...pointer } = (await readPointer(lake, published)) ?? {};
  return pointer;
}
