import { ConfigurationError, PermanentError } from '../../../../core/errors';
import { countRanges, plannedRanges } from '../../../../core/plan/grid';
import type { ParentValues } from '../../../../core/plan/parents';
import { claimDataset, keepClaim, readClaim, releaseClaim } from '../../../../core/run/claim';
import { planKey, pointerKey } from '../../../../core/run/keys';
import { type FanOutServices, fanOut, parseFanOutRequest } from '../../../../core/run/plan/fan-out';
import { readPlan } from '../../../../core/run/plan/read-plan';
import type { Dataset } from '../../../../core/source/source';
import { type LakeCall, type LakeFault, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import { aDataset, aSource } from '../../../support/source-fixture';
import {
  aRun,
  faultAt,
  messageOf,
  recordTelemetry,
  startOfTime,
  stillClock,
  writeRange,
} from '../run-fixture';

const request = { dataset: 'cities', scheduledTime: '2026-01-31T03:00:00Z' };

/** Fan-out of a source with 950 records, over a lake and a queue in memory. */
function prepare(fault: (call: LakeCall) => LakeFault | undefined = () => undefined) {
  const objects = new MemoryObjects();
  const messages = new MemoryMessages();
  const telemetry = recordTelemetry();
  const clock = stillClock();
  const discover = jest.fn(async () => {
    clock.advance(5000);
    return { total: 950, pages: 10, pageSize: 100 };
  });
  const readParents = jest.fn(async (): Promise<ParentValues> => {
    throw new Error('nobody needs a parent');
  });
  const lake = memoryLake(objects, { fault });
  const services: FanOutServices = {
    source: aSource(),
    lake,
    pageQueue: memoryPageQueue(messages),
    telemetry,
    clock,
    discover,
    readParents,
    prepare: async () => {},
  };
  const planned = async () => {
    const plan = await readPlan(memoryLake(objects), aRun);
    if (!plan) throw new Error('there is a plan');
    return plan;
  };
  const claim = () => readClaim(memoryLake(objects), aRun);
  return { objects, messages, telemetry, clock, discover, readParents, services, planned, claim };
}

describe('fanOut', () => {
  it('claims the dataset, plans the run and enqueues every range', async () => {
    const { services, messages, telemetry, planned, claim } = prepare();
    const result = await fanOut(request, services);
    const plan = await planned();
    expect(result).toEqual({ status: 'enqueued', runId: aRun.runId, ranges: countRanges(plan) });
    expect(messages.waiting.map(({ message }) => message)).toEqual(
      [...plannedRanges(plan)].map((range) => messageOf(plan, range)),
    );
    expect(await claim()).toMatchObject({ runId: aRun.runId, claimedAt: '2026-01-31T03:00:00.000Z' });
    expect(telemetry.counts).toEqual({ RangesEnqueued: countRanges(plan) });
  });

  it('takes the watermark before it asks for the first page', async () => {
    const { services, planned } = prepare();
    await fanOut(request, services);
    expect(await planned()).toMatchObject({
      watermark: new Date(startOfTime).toISOString(),
      plannedAt: new Date(startOfTime + 5000).toISOString(),
    });
  });

  it('plans only as many pages as were asked for', async () => {
    const { services, planned } = prepare();
    await fanOut({ ...request, onlyPages: 2 }, services);
    expect(await planned()).toMatchObject({
      subset: true,
      sequences: [{ type: 'pages', slice: 'all', pages: 2, slicePages: 10 }],
    });
  });

  describe('of a dataset whose end is not known at once', () => {
    const cursor = {
      type: 'cursor',
      cursor: { type: 'body', path: 'next' },
      parameter: { in: 'query', name: 'cursor' },
      sizeParameter: undefined,
      end: [],
    } as const;
    const users = { type: 'records', dataset: 'users', column: 'id', name: 'userId' } as const;
    const days = {
      type: 'windows',
      from: '2026-01-30',
      step: { days: 1 },
      format: 'iso',
      end: 'exclusive',
    } as const;
    const windows = { ...days, fromName: 'from', toName: 'to' };
    const sourceWith = (changes: Partial<Dataset>) => aSource({ datasets: [aDataset(changes)] });

    it('enqueues the first range of a chain, and asks the source nothing', async () => {
      const { services, messages, discover, planned } = prepare();
      const source = sourceWith({ pagination: cursor });
      expect(await fanOut(request, { ...services, source })).toMatchObject({ status: 'enqueued', ranges: 1 });
      expect(messages.waiting.map(({ message }) => message)).toEqual([
        {
          ...{ source: 'geonames', dataset: 'cities', runId: aRun.runId },
          definition: (await planned()).definition,
          extension: 'parquet',
          pagesPerRange: (await planned()).pagesPerRange,
          range: { type: 'chain', slice: 'all', parameters: {}, position: { page: 0, records: 0 }, index: 0 },
        },
      ]);
      expect(discover).not.toHaveBeenCalled();
    });

    it('cuts time into windows that end when the run was planned', async () => {
      const { services, clock, planned } = prepare();
      clock.advance(3_600_000);
      await fanOut(request, { ...services, source: sourceWith({ slices: [windows] }) });
      const [lead] = (await planned()).sequences;
      expect(lead?.type === 'lead' && lead.slices.map(({ parameters }) => parameters)).toEqual([
        { from: '2026-01-30T00:00:00Z', to: '2026-01-31T00:00:00Z' },
        { from: '2026-01-31T00:00:00Z', to: '2026-01-31T04:00:00Z' },
      ]);
    });

    it('makes slices of the records of parents, names their runs, and is no fresher than the oldest of them', async () => {
      const { services, discover, planned } = prepare();
      const run = {
        dataset: 'users',
        runId: '2026-01-30t03-00-00-000z',
        watermark: '2026-01-30T03:00:00.000Z',
      };
      const readParents = jest.fn(async () => ({ values: new Map([[users, [7, 8]]]), runs: [run] }));
      const source = sourceWith({ slices: [users] });
      await fanOut(request, { ...services, readParents, source });
      const plan = await planned();
      expect(readParents).toHaveBeenCalledWith([users]);
      expect(discover).not.toHaveBeenCalled();
      expect(plan).toMatchObject({
        watermark: run.watermark,
        parents: [{ dataset: 'users', runId: run.runId }],
        sequences: [
          {
            type: 'lead',
            slices: [
              { name: 's-00000000', parameters: { userId: 7 } },
              { name: 's-00000001', parameters: { userId: 8 } },
            ],
          },
        ],
      });
    });

    it('keeps the slices of the first plan when it is invoked again', async () => {
      const { services, messages, planned } = prepare();
      const source = sourceWith({ slices: [users] });
      const runs = [{ dataset: 'users', runId: aRun.runId, watermark: '2026-01-30T03:00:00.000Z' }];
      const reading = (values: number[]) => async () => ({ values: new Map([[users, values]]), runs });
      await fanOut(request, { ...services, source, readParents: reading([1, 2]) });
      const plan = await planned();
      messages.waiting = [];
      await fanOut(request, { ...services, source, readParents: reading([1, 2, 3]) });
      expect(await planned()).toEqual(plan);
      expect(messages.waiting.map(({ message }) => message.range)).toEqual([...plannedRanges(plan)]);
    });

    it('releases the claim when a parent is not there', async () => {
      const { services, claim, objects } = prepare();
      const missing = new ConfigurationError('load geonames/users first');
      const readParents = async () => {
        throw missing;
      };
      const source = sourceWith({ slices: [users] });
      await expect(fanOut(request, { ...services, source, readParents })).rejects.toBe(missing);
      expect([await claim(), objects.keys()]).toEqual([undefined, []]);
    });
  });

  describe('the name of the run', () => {
    it('is the time that the schedule says, however late it is', async () => {
      const { services, clock } = prepare();
      clock.advance(3_600_000);
      expect((await fanOut(request, services)).runId).toBe(aRun.runId);
    });

    it('is now when nobody says otherwise', async () => {
      const { services, clock } = prepare();
      clock.advance(1234);
      expect((await fanOut({ dataset: 'cities' }, services)).runId).toBe('2026-01-31t03-00-01-234z');
    });

    it('is what a person asks for', async () => {
      const runId = '2025-12-31t00-00-00-000z';
      expect((await fanOut({ ...request, runId }, prepare().services)).runId).toBe(runId);
    });
  });

  describe('when it is invoked again', () => {
    it('keeps the first plan and enqueues only what is missing', async () => {
      const { services, messages, discover, planned } = prepare();
      await fanOut(request, services);
      const plan = await planned();
      const [first, ...others] = plannedRanges(plan);
      if (!first) throw new Error('there is a range');
      await writeRange(services.lake, plan, first);
      messages.waiting = [];
      const again = await fanOut(request, {
        ...services,
        discover: async () => ({ total: 5, pages: 5, pageSize: 1 }),
      });
      expect(again).toEqual({ status: 'enqueued', runId: aRun.runId, ranges: others.length });
      expect(messages.waiting.map(({ message }) => message)).toEqual(
        others.map((range) => messageOf(plan, range)),
      );
      expect(await planned()).toEqual(plan);
      expect(discover).toHaveBeenCalledTimes(1);
    });

    it('keeps the plan of whoever was first when two plan at once', async () => {
      const { services, messages, planned } = prepare();
      await Promise.all([
        fanOut(request, services),
        fanOut(request, { ...services, discover: async () => ({ total: 9500, pages: 950, pageSize: 10 }) }),
      ]);
      const plan = await planned();
      const [sequence] = plan.sequences;
      const pageSize = sequence?.type === 'pages' && sequence.pageSize;
      for (const { message } of messages.waiting) expect(message.range).toMatchObject({ pageSize });
      expect(messages.waiting).toHaveLength(2 * countRanges(plan));
    });

    it.each(['before', 'after', 'conflict'] as const)(
      'goes on where it was, whichever of its writes failed (%s)',
      async (kind) => {
        const clean = prepare();
        await fanOut(request, clean.services);
        const expected = clean.messages.waiting;
        let failing = 0;
        for (let happened = true; happened; failing++) {
          const { fault, disarm } = faultAt(failing, kind);
          const { services, messages, planned } = prepare(fault);
          await fanOut(request, services).catch(() => {});
          happened = disarm();
          messages.waiting = [];
          expect(await fanOut(request, services)).toMatchObject({ status: 'enqueued' });
          expect(messages.waiting).toEqual(expected);
          expect((await planned()).runId).toBe(aRun.runId);
        }
        expect(failing).toBeGreaterThan(6); // claim, look, look for a plan, plan, look, list: each has failed once
      },
    );

    it('enqueues what a queue did not take the first time', async () => {
      const { services, messages, planned } = prepare();
      let sends = 0;
      const pageQueue = memoryPageQueue(messages, { fault: () => (sends++ === 2 ? 'before' : undefined) });
      await expect(fanOut(request, { ...services, pageQueue })).rejects.toThrow('send was made to fail');
      await fanOut(request, services);
      const enqueued = new Set(messages.waiting.map(({ message }) => message.range.index));
      expect(enqueued.size).toBe(countRanges(await planned()));
    });
  });

  it('skips the run while another one has claimed the dataset', async () => {
    const { services, messages, telemetry, claim, discover } = prepare();
    await fanOut(request, services);
    messages.waiting = [];
    const tomorrow = { ...request, scheduledTime: '2026-02-01T03:00:00Z' };
    expect(await fanOut(tomorrow, services)).toEqual({
      status: 'skipped',
      runId: '2026-02-01t03-00-00-000z',
      openRun: aRun.runId,
    });
    expect(messages.size).toBe(0);
    expect(discover).toHaveBeenCalledTimes(1);
    expect(telemetry.counts.RunSkipped).toBe(1);
    expect((await claim())?.runId).toBe(aRun.runId);
  });

  describe('when the source cannot be asked', () => {
    const refused = new PermanentError('HTTP 401 from the source');
    const discover = async () => {
      throw refused;
    };

    it('releases the claim, so that another run need not wait', async () => {
      const { services, objects, messages, claim } = prepare();
      await expect(fanOut(request, { ...services, discover })).rejects.toBe(refused);
      expect(await claim()).toBeUndefined();
      expect([objects.keys(), messages.size]).toEqual([[], 0]);
    });

    it('says why the source could not be asked, also when the claim cannot be released', async () => {
      const { services } = prepare(({ operation }) => (operation === 'remove' ? 'before' : undefined));
      await expect(fanOut(request, { ...services, discover })).rejects.toBe(refused);
    });

    it('keeps the claim when another invocation has planned the run meanwhile', async () => {
      const { services, claim } = prepare();
      const failing = {
        ...services,
        discover: async () => {
          await fanOut(request, services);
          throw refused;
        },
      };
      await expect(fanOut(request, failing)).rejects.toBe(refused);
      expect((await claim())?.runId).toBe(aRun.runId);
    });

    it('keeps the claim when another invocation is about to write the plan', async () => {
      const { services, claim } = prepare();
      await keepClaim(services.lake, await claimDataset(services.lake, aRun, new Date(startOfTime)));
      await expect(fanOut(request, { ...services, discover })).rejects.toBe(refused);
      expect((await claim())?.runId).toBe(aRun.runId);
    });
  });

  describe('what lanes need to start together', () => {
    it('is there before anything is enqueued, also of a run that is continued', async () => {
      const { services, messages } = prepare();
      const enqueued: number[] = [];
      const preparing = { ...services, prepare: async () => void enqueued.push(messages.size) };
      await fanOut(request, preparing);
      expect(enqueued).toEqual([0]);
      await fanOut(request, preparing);
      expect(enqueued).toHaveLength(2);
    });

    it('is not asked for by a run that is skipped', async () => {
      const { services } = prepare();
      await fanOut(request, services);
      const tomorrow = { ...request, scheduledTime: '2026-02-01T03:00:00Z' };
      const preparing = jest.fn(async () => {});
      expect(await fanOut(tomorrow, { ...services, prepare: preparing })).toMatchObject({
        status: 'skipped',
      });
      expect(preparing).not.toHaveBeenCalled();
    });

    it('releases the claim where it cannot be had', async () => {
      const { services, objects, messages, claim } = prepare();
      const refused = new PermanentError('the refresh token was refused');
      const failing = { ...services, prepare: () => Promise.reject(refused) };
      await expect(fanOut(request, failing)).rejects.toBe(refused);
      expect(await claim()).toBeUndefined();
      expect([objects.keys(), messages.size]).toEqual([[], 0]);
    });
  });

  it('does not plan a run that lost its claim meanwhile', async () => {
    const { services, objects, claim } = prepare();
    const other = { ...aRun, runId: '2026-02-01t03-00-00-000z' };
    const discover = async () => {
      const mine = await claim();
      if (mine) await releaseClaim(services.lake, mine);
      await claimDataset(services.lake, other, new Date(startOfTime));
      return { total: 950, pages: 10, pageSize: 100 };
    };
    await expect(fanOut(request, { ...services, discover })).rejects.toMatchObject({
      failure: 'transient',
      message:
        'run 2026-01-31t03-00-00-000z lost its claim on geonames/cities while it was being planned: call fan-out again',
    });
    expect(objects.text(planKey(aRun))).toBeUndefined();
    expect((await claim())?.runId).toBe(other.runId);
  });

  it('refuses to continue a run whose dataset was changed since, and leaves it as it is', async () => {
    const { services, messages, planned, claim } = prepare();
    await fanOut(request, services);
    messages.waiting = [];
    const plan = await planned();
    const changed = aSource({ datasets: [aDataset({ records: 'items' })] });
    await expect(fanOut(request, { ...services, source: changed })).rejects.toThrow(
      new ConfigurationError(
        'geonames/cities was changed since run 2026-01-31t03-00-00-000z was planned: undo the change to continue it, or start the run over',
      ),
    );
    expect(messages.size).toBe(0);
    expect(await planned()).toEqual(plan);
    expect((await claim())?.runId).toBe(aRun.runId);
  });

  it('holds the table against the published one before it asks for anything, also for a trial', async () => {
    const { services, objects, discover, claim } = prepare();
    const pointer = {
      ...{ version: 2, source: 'geonames', dataset: 'cities', runId: '2026-01-30t03-00-00-000z' },
      ...{ extension: 'parquet', key: ['id'], tableVersion: 1 },
      columns: [{ name: 'id', type: 'VARCHAR' }],
      ...{ location: 'stage/', manifest: 'runs/', files: 1, records: 950 },
      watermark: '2026-01-30T03:00:00.000Z',
      publishedAt: '2026-01-30T03:10:00.000Z',
    };
    await services.lake.put(pointerKey(aRun), JSON.stringify(pointer));
    for (const onlyPages of [undefined, 1]) {
      await expect(fanOut({ ...request, onlyPages }, services)).rejects.toMatchObject({
        failure: 'configuration',
        message: expect.stringMatching(/^geonames\/cities .* column 'id' was VARCHAR and would be BIGINT/),
      });
    }
    expect(discover).not.toHaveBeenCalled();
    expect([await claim(), objects.keys('runs/')]).toEqual([undefined, []]);
  });

  it('refuses a plan that it cannot read', async () => {
    const { services, objects } = prepare();
    await services.lake.put(planKey(aRun), '{"version": 9}');
    await expect(fanOut(request, services)).rejects.toThrow(
      `${planKey(aRun)} in the lake is not a document of this version`,
    );
    expect(objects.text(planKey(aRun))).toBe('{"version": 9}');
  });

  it.each([
    [{ dataset: 'towns' }, "source 'geonames' has no dataset 'towns': it has cities"],
    [
      { dataset: 'cities', scheduledTime: 'soon' },
      "scheduledTime 'soon' is not a time: the schedule must send ISO 8601",
    ],
  ])('refuses %j', async (bad, sentence) => {
    const { services, objects } = prepare();
    await expect(fanOut(bad, services)).rejects.toThrow(new ConfigurationError(sentence));
    expect(objects.keys()).toEqual([]);
  });
});

describe('parseFanOutRequest', () => {
  it('takes what a schedule and a person send', () => {
    const whole = { ...request, runId: aRun.runId, onlyPages: 3 };
    expect(parseFanOutRequest(whole)).toEqual(whole);
    expect(parseFanOutRequest({ dataset: 'cities' })).toEqual({ dataset: 'cities' });
    const replay = { dataset: 'cities', replayOf: aRun.runId };
    expect(parseFanOutRequest(replay)).toEqual(replay);
  });

  it.each([
    [undefined, 'event: '],
    ['cities', 'event: '],
    [{}, 'dataset: '],
    [{ dataset: 1 }, 'dataset: '],
    [{ dataset: 'cities', runId: 'latest' }, 'runId: not a run id such as 2026-01-31t03-00-00-000z'],
    [{ dataset: 'cities', onlyPages: 0 }, 'onlyPages: '],
    [{ dataset: 'cities', onlyPages: 1.5 }, 'onlyPages: '],
    [{ dataset: 'cities', replayOf: 'latest' }, 'replayOf: not a run id such as 2026-01-31t03-00-00-000z'],
    [
      { dataset: 'cities', replayOf: aRun.runId, onlyPages: 3 },
      'onlyPages: not with replayOf: a replay has the pages of its run',
    ],
    [{ dataset: 'cities', pages: 3 }, 'event: Unrecognized key: "pages"'],
  ])('refuses %j in one sentence that says where', (event, problem) => {
    expect(() => parseFanOutRequest(event)).toThrow(ConfigurationError);
    expect(() => parseFanOutRequest(event)).toThrow(`fan-out cannot use what it was called with: ${problem}`);
  });

  it('says everything that is wrong at once', () => {
    expect(() => parseFanOutRequest({ dataset: 1, runId: 'latest', onlyPages: 0 })).toThrow(
      /dataset: .*; runId: .*; onlyPages: [^\n]*$/,
    );
  });
});
