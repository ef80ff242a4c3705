import fc from 'fast-check';
import { decideEnding, readEnding } from '../../../../core/run/ending/ending';
import { endingKey } from '../../../../core/run/keys';
import { fanOut } from '../../../../core/run/plan/fan-out';
import type { Lake } from '../../../../core/run/ports';
import { type LakeCall, memoryLake } from '../../../support/memory-lake';
import { memoryPageQueue } from '../../../support/memory-page-queue';
import { aSource } from '../../../support/source-fixture';
import { EndedRun } from '../ending/ended-run';
import { aPlan, aRun, startOfTime } from '../run-fixture';

/** A run of which one range is missing, and that was given up. */
async function givenUp(): Promise<EndedRun> {
  const run = await EndedRun.old([3]);
  expect(await run.tick()).toMatchObject([{ state: 'failed' }]);
  return run;
}

function askAgain(run: EndedRun) {
  const { lake, telemetry, clock, messages } = run;
  return fanOut(
    { dataset: 'cities', runId: aRun.runId },
    {
      ...{ source: aSource(), lake, telemetry, clock, pageQueue: memoryPageQueue(messages) },
      discover: () => Promise.reject(new Error('nobody asks the source')),
      readParents: () => Promise.reject(new Error('there is no parent')),
      prepare: async () => {},
    },
  );
}

/** That nothing of it is, or becomes, what readers see, even when all of it is there. */
async function expectOver(run: EndedRun): Promise<void> {
  await run.tick();
  expect(await run.published()).toBeUndefined();
  expect(await run.isOpen()).toBe(false);
  expect(await readEnding(run.lake, aRun)).toMatchObject({ ending: 'failed' });
}

describe('a run that has ended unpublished', () => {
  it('is not begun again by a fan-out that is asked for it', async () => {
    const run = await givenUp();
    run.messages.waiting = [];
    expect(await askAgain(run)).toEqual({ status: 'over', runId: aRun.runId, outcome: 'failed' });
    expect(run.messages.size).toBe(0);
    await expectOver(run);
  });

  it('is not continued by a redriven message that makes it complete', async () => {
    const run = await givenUp();
    await run.load(3);
    expect(await run.tick()).toEqual([]);
    expect(await askAgain(run)).toMatchObject({ status: 'over' });
    await expectOver(run);
  });

  it('is not published by reconcile, whoever claims the dataset for it', async () => {
    const run = await givenUp();
    await run.load(3);
    await run.claim();
    expect(await run.tick()).toMatchObject([{ state: 'failed' }]);
    await expectOver(run);
    expect(run.tagged).toHaveLength(4); // what came late, too
    const ids = new Set(run.listener.heard.map(({ detail }) => detail.eventId));
    expect(ids.size).toBe(1);
  });

  it('makes room for a new run', async () => {
    const run = await givenUp();
    const request = { ...aRun, runId: '2026-02-02t03-00-00-000z' };
    const { lake, telemetry, clock, messages } = run;
    const begun = await fanOut(
      { dataset: 'cities', runId: request.runId },
      {
        ...{ source: aSource(), lake, telemetry, clock, pageQueue: memoryPageQueue(messages) },
        discover: async () => ({ total: 10, pages: 1, pageSize: 10 }),
        readParents: () => Promise.reject(new Error('there is no parent')),
        prepare: async () => {},
      },
    );
    expect(begun).toMatchObject({ status: 'enqueued', runId: request.runId });
  });
});

const failed = { ending: 'failed' as const, reasons: ['too old'] };

/** Does something once, just before a pass decides how the run ends. */
function beforeItDecides(run: EndedRun, act: () => Promise<unknown>): Lake {
  let acted = false;
  const turn = async ({ operation, key }: LakeCall) => {
    if (acted || operation !== 'putIfAbsent' || key !== endingKey(aRun)) return;
    acted = true;
    await act();
  };
  return memoryLake(run.objects, { turn });
}

it('is not published by a pass that found it complete, when another has given it up just before', async () => {
  const run = await EndedRun.prepare(aPlan());
  const lake = beforeItDecides(run, () => decideEnding(aRun, failed, run));
  expect(await run.tick({ lake })).toMatchObject([{ state: 'failed', reason: 'too old' }]);
  expect(run.tagged).toHaveLength(4);
  await expectOver(run);
});

it('is not given up by a pass that found it too old, when another has published it just before', async () => {
  const run = await EndedRun.old([3]);
  const lake = beforeItDecides(run, async () => {
    await run.load(3);
    expect(await run.tick()).toMatchObject([{ state: 'published' }]);
  });
  expect(await run.tick({ lake })).toMatchObject([{ state: 'loading', missing: 1 }]);
  expect(await run.published()).toBe(aRun.runId);
  expect(run.tagged).toEqual([]);
  expect(run.listener.heard.map(({ type }) => type)).toEqual(['RunPublished']);
  expect(run.telemetry.counts).toMatchObject({ RunPublished: 1 });
  expect(run.telemetry.counts.RunFailed).toBeUndefined();
});

it('ended when that was decided, though what is wrong with it is found only later', async () => {
  const run = await EndedRun.prepare(aPlan({ total: 951 }));
  await decideEnding(aRun, { ending: 'published' }, run);
  run.clock.advance(3_600_000);
  expect(await run.tick()).toMatchObject([{ state: 'refused' }]);
  const at = new Date(startOfTime).toISOString();
  expect(run.listener.heard).toMatchObject([{ type: 'RunFailed', detail: { at } }]);
  expect(run.tagged).toEqual([]);
});

// One reconcile has listed the run before its last range came, and gives it up for its age; another finds it complete.
it('is either published or left to expire, never both, whoever of two reconciles at once is faster', async () => {
  const seen = { published: 0, failed: 0 };
  const raced = fc.asyncProperty(fc.scheduler(), fc.nat(40), async (scheduler, patience) => {
    const run = await EndedRun.old([3]);
    const turn = async () => void (await scheduler.schedule(Promise.resolve()));
    const slow = () => memoryLake(run.objects, { turn });
    const late = async () => {
      for (let i = 0; i < patience; i++) await turn();
      await run.load(3, slow());
    };
    const passes = [0, 1].map(() => run.tick({ lake: slow() }).catch(() => {}));
    const all = Promise.all([...passes, late().then(() => run.tick({ lake: slow() }).catch(() => {}))]);
    await scheduler.waitFor(all);
    await run.tick();
    await run.claim();
    await run.tick();
    const ending = await readEnding(run.lake, aRun);
    if ((await run.published()) === undefined) {
      seen.failed++;
      expect(ending?.ending).toBe('failed');
      expect(run.tagged).toHaveLength(4);
    } else {
      seen.published++;
      expect(ending?.ending).toBe('published');
      expect(run.tagged).toEqual([]);
    }
    expect(await run.isOpen()).toBe(false);
  });
  await fc.assert(raced, { numRuns: 200, seed: 20260131 });
  expect(seen.published).toBeGreaterThan(20);
  expect(seen.failed).toBeGreaterThan(20);
});
