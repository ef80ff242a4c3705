import { plannedRanges } from '../../../core/plan/grid';
import type { PageRange, Plan } from '../../../core/plan/plan';
import type { RunOutcome } from '../../../core/report/gather/run-outcome';
import { type Claim, claimDataset, keepClaim, readClaim } from '../../../core/run/claim';
import type { DeadRange } from '../../../core/run/dead/dead-range';
import {
  claimKey,
  deadKey,
  endingKey,
  givenUpKey,
  manifestKey,
  manifestPartKey,
  planKey,
  pointerKey,
  stageKey,
  verificationKey,
  watermarkKey,
} from '../../../core/run/keys';
import { readPointer } from '../../../core/run/publish/pointer';
import { rollback } from '../../../core/run/publish/rollback';
import { readWatermark } from '../../../core/run/publish/watermark';
import type { Receipt } from '../../../core/run/range/receipt';
import { reconcile } from '../../../core/run/reconcile';
import { manifestSchema } from '../../../core/run/verify/manifest';
import { readVerification } from '../../../core/run/verify/verification';
import { heardEvents } from '../../support/heard-events';
import { type LakeCall, type LakeFault, MemoryObjects, memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { nobodyListens } from '../../support/nobody-listens';
import {
  aChain,
  aGrid,
  anOpenPlan,
  aPlan,
  aRun,
  faultAt,
  messageOf,
  noCuration,
  recordTelemetry,
  startOfTime,
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
  const writeReport = jest.fn(async (_outcome: RunOutcome) => {});
  const listener = heardEvents();
  const services = {
    ...{ lake: memoryLake(objects, { fault }), pageQueue, telemetry, clock },
    ...{ ...listener, findRepeatedKeys, curation: noCuration, writeReport },
  };
  return {
    objects,
    lake,
    messages,
    telemetry,
    clock,
    pageQueue,
    listener,
    writeReport,
    tick: () => reconcile(services),
    claim: () => readClaim(lake, aRun),
    open: (run = aRun) => claimDataset(lake, run, new Date(clock.now())),
    /** A worker sends a range's message to the DLQ, and says why. */
    async die(index: number, why: Partial<DeadRange> = {}) {
      const at = new Date(clock.now()).toISOString();
      const reason = {
        reason: 'HTTP 403',
        error: 'ForbiddenError',
        failure: 'permanent',
        status: 403,
      } as const;
      const document: DeadRange = { slice: 'all', index, attempt: 'a1', at, ...reason, ...why };
      await lake.put(deadKey(aRun, document), JSON.stringify(document));
      messages.dead.push(...dead(index));
    },
    async giveUp(index: number) {
      const at = new Date(clock.now()).toISOString();
      const document = { slice: 'all', index, reason: 'the page is broken at the source', by: 'ann', at };
      await lake.put(givenUpKey(aRun, document), JSON.stringify(document));
    },
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

    it('is blocked while what is missing is in the DLQ, says why, and goes on after a redrive', async () => {
      const { tick, messages, telemetry, claim, die } = await prepareRun([1, 2]);
      await die(1, { reason: 'page 4 of cities: HTTP 403' });
      await die(2, { reason: 'page 7 of cities: HTTP 403' });
      expect(await tick()).toEqual([
        {
          ...{ ...aRun, state: 'blocked', ranges: 4, missing: 2, dead: 2, look: undefined },
          failedAt: new Date(startOfTime).toISOString(),
          reasons: [
            {
              ...{ reason: 'page 4 of cities: HTTP 403', error: 'ForbiddenError', failure: 'permanent' },
              ...{ status: 403, ranges: 2, example: { slice: 'all', index: 1 } },
            },
          ],
        },
      ]);
      expect(messages.size).toBe(0);
      expect(telemetry.counts).toEqual({ RunBlocked: 1 });
      expect(await claim()).toBeDefined();
      messages.redrive();
      expect(await tick()).toMatchObject([{ state: 'loading', enqueued: 0 }]);
    });

    it('enqueues what no worker gave up, whatever else is in the DLQ, and is blocked by the rest', async () => {
      const { tick, messages, die, lake } = await prepareRun([1, 2]);
      await die(1);
      await die(0); // a late duplicate of it failed: it is there all the same
      expect(await tick()).toMatchObject([{ state: 'loading', missing: 2, enqueued: 1 }]);
      expect(messages.waiting).toEqual(queued(2));
      messages.waiting = [];
      await writeRange(lake, plan, [...plannedRanges(plan)][2] as PageRange);
      expect(await tick()).toMatchObject([
        { state: 'blocked', missing: 1, dead: 2, reasons: [{ ranges: 1, example: { index: 1 } }] },
      ]);
    });

    it('is not blocked by the dead letters of another dataset', async () => {
      const { tick, messages } = await prepareRun([2]);
      messages.dead = dead(2).map(({ message, reason }) => ({
        message: { ...message, dataset: 'another' },
        reason,
      }));
      expect(await tick()).toMatchObject([{ state: 'loading', missing: 1, enqueued: 1 }]);
    });

    it('enqueues at growing distances while nothing comes, and is blocked in the end', async () => {
      const { tick, messages, clock, die, telemetry } = await prepareRun([2, 3]);
      const at: number[] = [];
      for (let minute = 0; minute < 200; minute++) {
        const [report] = await tick();
        if (report?.state === 'loading' && report.enqueued > 0) at.push(minute);
        messages.waiting = []; // whoever takes them dies without a word
        clock.advance(60_000);
      }
      expect(at).toEqual([0, 1, 3, 8, 18, 38, 78, 138]);
      const reasons = [
        {
          ...{ error: 'NothingCame', failure: 'unknown', ranges: 2, example: { slice: 'all', index: 2 } },
          reason:
            "enqueued 8 times without a range coming of it: see the worker's log, then run the dataset again, or redrive",
        },
      ];
      expect(await tick()).toEqual([{ ...aRun, state: 'blocked', ranges: 4, missing: 2, dead: 0, reasons }]);
      expect(telemetry.counts.RangesEnqueued).toBe(16);
      await die(3);
      expect(await tick()).toMatchObject([
        { state: 'blocked', reasons: [{ error: 'ForbiddenError' }, { error: 'NothingCame', ranges: 1 }] },
      ]);
    });

    it('gives up sooner while something is in the DLQ that nobody explains, and begins anew when a range came', async () => {
      const { tick, messages, clock, lake } = await prepareRun([2, 3]);
      messages.dead = dead(2);
      const states: unknown[] = [];
      for (let minute = 0; minute < 5; minute++) {
        const [report] = await tick();
        states.push(report?.state === 'loading' ? report.enqueued : report?.state);
        messages.waiting = [];
        clock.advance(60_000);
      }
      expect(states).toEqual([2, 2, 0, 2, 'blocked']);
      await writeRange(lake, plan, [...plannedRanges(plan)][3] as PageRange);
      expect(await tick()).toMatchObject([{ state: 'loading', missing: 1, enqueued: 1 }]);
    });

    it('goes on without what an operator gave up, and puts the hole on record', async () => {
      const { tick, lake, die, objects, giveUp } = await prepareRun([2]);
      await die(2);
      expect(await tick()).toMatchObject([{ state: 'blocked' }]);
      await giveUp(2);
      const hole = 'received 650 records where the source holds 950, which is what was given up';
      const given =
        '1 page range was given up, with at most 300 records: all-00000002: the page is broken at the source (ann)';
      expect(await tick()).toEqual([{ ...aRun, state: 'published', records: 650, warnings: [hole, given] }]);
      const manifest = manifestSchema.parse(JSON.parse(objects.text(manifestKey(aRun)) ?? ''));
      expect(manifest).toMatchObject({
        givenUp: [{ slice: 'all', index: 2, by: 'ann' }],
        problems: [],
        warnings: [hole, given],
        counts: { ranges: 3, pages: 7 },
      });
      expect(await readVerification(lake, aRun)).toMatchObject({ verdict: 'warned' });
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

    it('writes receipts, proof, manifest, decision, pointer and watermark, then tells catalog, report and bus in this order, and then gives the dataset free', async () => {
      const { tick, objects, writeReport, listener } = await prepareRun();
      const note = (key: string) =>
        void objects.changes.push({ operation: 'put', key, text: '', before: undefined });
      listener.catalog.follow = async () => note('catalog');
      listener.events.emit = async () => note('event');
      writeReport.mockImplementation(async () => {
        note('report');
      });
      objects.changes.length = 0;
      await tick();
      expect(objects.changes.map(({ operation, key }) => [operation, key])).toEqual([
        ['putIfAbsent', manifestPartKey(aRun, 'rest-00000000-of-4')],
        ['putIfAbsent', verificationKey(aRun)],
        ['putIfAbsent', manifestKey(aRun)],
        ['putIfAbsent', endingKey(aRun)],
        ['replace', pointerKey(aRun)],
        ['replace', watermarkKey(aRun)],
        ['put', 'catalog'],
        ['put', 'report'],
        ['put', 'event'],
        ['remove', claimKey(aRun)],
      ]);
    });

    it('tells the report how the run ended, and publishes whether it can be drawn or not', async () => {
      const { tick, lake, writeReport, telemetry, claim } = await prepareRun();
      writeReport.mockRejectedValue(new Error('no room'));
      expect(await tick()).toEqual([{ ...aRun, state: 'published', records: 950 }]);
      expect(writeReport).toHaveBeenCalledTimes(1);
      const publishedAt = (await readPointer(lake, aRun))?.publishedAt;
      expect(writeReport.mock.lastCall?.[0]).toMatchObject({
        state: 'published',
        publishedAt,
        plan,
        manifest: { total: 950 },
      });
      expect(telemetry.lines).toContainEqual({
        message: 'The report could not be written',
        details: { ...aRun, reason: 'Error: no room' },
      });
      expect(await claim()).toBeUndefined();
      expect(await readWatermark(lake, aRun)).toMatchObject({ runId: aRun.runId });
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
      const { tick, lake, claim, writeReport, telemetry } = await prepareRun();
      const later = { ...aRun, runId: '2026-02-01t03-00-00-000z' };
      await lake.put(pointerKey(aRun), JSON.stringify(await pointerOf(later.runId)));
      expect(await tick()).toEqual([{ ...aRun, state: 'superseded', records: 950, by: later.runId }]);
      expect(writeReport.mock.lastCall?.[0]).toMatchObject({ state: 'superseded' });
      expect(telemetry.counts).toEqual({});
      expect((await readPointer(lake, aRun))?.runId).toBe(later.runId);
      expect(await claim()).toBeUndefined();
    });
  });

  it('does not bring back a run that an operator has left', async () => {
    const { tick, lake, claim, open } = await prepareRun();
    const older = aPlan({ runId: '2026-01-30t03-00-00-000z' });
    await writeRun(lake, older);
    const ours = (await claim())?.etag ?? '';
    await lake.remove(claimKey(aRun), ours);
    await open(older);
    await tick();
    await open();
    expect(await tick()).toMatchObject([{ state: 'published' }]);
    await rollback({ lake, catalog: nobodyListens.catalog }, aRun, {}, new Date());
    await open(); // reconcile had died before it released the claim
    expect(await tick()).toEqual([{ ...aRun, state: 'superseded', records: 950, by: older.runId }]);
    expect((await readPointer(lake, aRun))?.runId).toBe(older.runId);
    expect(await claim()).toBeUndefined();
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
        expect(telemetry.counts).toMatchObject({ RunFailed: 1 });

        await open(); // the verdict stands, whoever asks again
        expect(await tick()).toMatchObject([{ state: 'refused', problems: [problem] }]);
        expect(objects.text(pointerKey(aRun))).toBe(previous);
      },
    );
  });

  describe('when the run is too old', () => {
    it('gives it up after half an hour without a plan, since its fan-out has died', async () => {
      const { tick, open, clock, claim, telemetry } = prepare();
      await open();
      clock.advance(30 * 60_000);
      expect(await tick()).toMatchObject([{ state: 'planning' }]);
      clock.advance(1);
      expect(await tick()).toEqual([
        {
          ...{ ...aRun, state: 'failed' },
          reason: 'not planned 30 minutes after it began: see the log of the fan-out function',
        },
      ]);
      expect(await claim()).toBeUndefined();
      expect(telemetry.counts).toEqual({ RunFailed: 1, RunIncomplete: 1 });
    });

    it.each([
      [
        'planning',
        async () => {
          const prepared = prepare();
          await prepared.open();
          await keepClaim(prepared.lake, (await prepared.claim()) as Claim); // its plan is about to be written
          return prepared;
        },
        'not complete 24 hours after it began',
      ],
      ['loading', () => prepareRun([1]), 'nothing more came of it 24 hours after it last came further'],
      [
        'blocked',
        async () => {
          const prepared = await prepareRun([1]);
          await prepared.die(1);
          return prepared;
        },
        'nothing more came of it 24 hours after it last came further',
      ],
    ] as const)('gives it up after 24 hours, and releases the claim: %s', async (was, start, reason) => {
      const { tick, open, clock, claim, telemetry, writeReport } = await start();
      await open();
      // In its second hour reconcile notes how much is there.
      clock.advance(was === 'planning' ? 0 : hours);
      expect(await tick()).toMatchObject([{ state: was }]);
      clock.advance(24 * hours);
      expect(await tick()).toMatchObject([{ state: was }]);
      clock.advance(1);
      expect(await tick()).toEqual([{ ...aRun, state: 'failed', reason: `${reason}; it was ${was}` }]);
      // Without a plan there is nothing to report
      const reported = was === 'planning' ? undefined : expect.objectContaining({ state: 'failed', plan });
      expect(writeReport.mock.lastCall?.[0]).toEqual(reported);
      expect(await claim()).toBeUndefined();
      expect(telemetry.counts.RunFailed).toBe(1);
    });

    it('lets it go on for as long as something comes of it', async () => {
      const { tick, clock, lake } = await prepareRun([1, 2, 3]);
      const ranges = [...plannedRanges(plan)];
      for (const range of [1, 2]) {
        clock.advance(20 * hours);
        expect(await tick()).toMatchObject([{ state: 'loading' }]);
        await writeRange(lake, plan, ranges[range] as PageRange);
      }
      clock.advance(20 * hours);
      expect(await tick()).toMatchObject([{ state: 'loading', missing: 1 }]);
      clock.advance(24 * hours + 1);
      expect(await tick()).toMatchObject([{ state: 'failed' }]);
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
    await reconcile({
      ...{ lake: memoryLake(objects, { turn }), pageQueue, telemetry, clock },
      ...{ ...nobodyListens, findRepeatedKeys, curation: noCuration },
    });
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

    const damaged = `${planKey(other)} in the lake is not a document of this version: npx baseload run another/cities --restart loads it anew, or use the version that wrote it`;

    it('reports one whose plan is damaged as stuck, counts and logs it, and publishes the others', async () => {
      const { tick, open, lake, telemetry } = await prepareRun();
      await open(other);
      await lake.put(planKey(other), 'not a plan');
      expect(await tick()).toEqual([
        { ...aRun, state: 'published', records: 950 },
        { ...other, state: 'stuck', failure: 'permanent', reason: damaged },
      ]);
      expect((await readPointer(lake, aRun))?.runId).toBe(aRun.runId);
      expect(telemetry.counts).toEqual({ RunPublished: 1, RunStuck: 1 });
      expect(telemetry.named).toContain('RunStuck another/cities');
      expect(telemetry.lines).toContainEqual({
        message: 'An open run could not be reconciled',
        details: { ...other, claim: claimKey(other), reason: damaged },
      });
    });

    it('goes on with one that was stuck as soon as it can be read', async () => {
      const { tick, lake, claim } = await prepareRun();
      const { text = '' } = (await lake.get(planKey(aRun))) ?? {};
      await lake.put(planKey(aRun), text.slice(0, -10));
      for (let pass = 0; pass < 3; pass++) expect(await tick()).toMatchObject([{ ...aRun, state: 'stuck' }]);
      expect(await claim()).toBeDefined();
      await lake.put(planKey(aRun), text);
      expect(await tick()).toMatchObject([{ state: 'published' }]);
    });

    it('reports a claim that is damaged without a run', async () => {
      const { tick, lake, telemetry } = await prepareRun();
      await lake.put(claimKey(other), '{}');
      const { source, dataset } = other;
      const reason = `${claimKey(other)} in the lake is not a document of this version: remove it, or use the version that wrote it`;
      expect(await tick()).toEqual([
        expect.objectContaining({ ...aRun, state: 'published' }),
        { source, dataset, runId: undefined, state: 'stuck', failure: 'permanent', reason },
      ]);
      expect(telemetry.named).toContain('RunStuck another/cities');
    });

    it('logs the trace of what is no sentence of ours', async () => {
      const { tick, open, telemetry } = prepare(({ key }) => (key === planKey(aRun) ? 'before' : undefined));
      await open();
      const [report] = await tick();
      expect(report).toMatchObject({ ...aRun, state: 'stuck', failure: 'unknown' });
      const [line] = telemetry.lines;
      expect(line?.details).toMatchObject({ ...aRun, trace: expect.stringContaining('memory-lake') });
    });

    it('fails where several are open and not one can be reconciled, and tells of each', async () => {
      const { tick, open, lake, telemetry } = prepare();
      for (const run of [aRun, other]) {
        await open(run);
        await lake.put(planKey(run), 'not a plan');
      }
      await expect(tick()).rejects.toThrow(
        `none of the 2 open runs could be reconciled; the first: ${damaged}`,
      );
      expect(telemetry.counts).toEqual({});
      expect(telemetry.lines.map(({ message }) => message)).toEqual(
        Array(2).fill('An open run could not be reconciled'),
      );
    });

    it('fails where the claims cannot be listed', async () => {
      const { tick, open } = prepare(({ operation }) => (operation === 'list' ? 'before' : undefined));
      await open();
      await expect(tick()).rejects.toThrow();
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
  const services = {
    ...{ telemetry: recordTelemetry(), clock: stillClock() },
    ...{ ...nobodyListens, findRepeatedKeys, curation: noCuration },
  };
  await reconcile({ lake, pageQueue: async () => memoryPageQueue(new MemoryMessages()), ...services });
  const { etag, ...pointer } = (await readPointer(lake, published)) ?? {};
  return pointer;
}
