import type { DeadLetters } from '../../../aws/dead-letters';
import { type LoadingMode, loadLocally } from '../../../cli/load/load-locally';
import { Tally } from '../../../cli/load/tally';
import { claimDataset, readClaim } from '../../../core/run/claim';
import { claimKey, manifestKey, planKey } from '../../../core/run/keys';
import { reconcile } from '../../../core/run/reconcile';
import { functionNames, reconcileName } from '../../../lambda/environment';
import { aPlan, aRun, noCuration, recordTelemetry, stillClock, writeRun } from '../../core/run/run-fixture';
import { type LakeCall, type LakeFault, MemoryObjects, memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { nobodyListens } from '../../support/nobody-listens';

const noLetters: DeadLetters = {
  read: async () => [],
  startMove: async () => '',
  moves: async () => [],
  cancelMove: async () => 0,
  moveSome: async () => ({ moved: 0, left: 0, hidden: 0 }),
  remove: async () => ({ moved: 0, left: 0, hidden: 0 }),
};

/** A run whose pages are all there, and the load that watches it; `fault` is in reconcile's lake, whose passes are counted. */
async function watch(fault: (call: LakeCall, pass: number) => LakeFault | undefined = () => undefined) {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  const pages = memoryPageQueue(new MemoryMessages());
  let passes = 0;
  const services = {
    ...nobodyListens,
    lake: memoryLake(objects, { fault: (call) => fault(call, passes) }),
    pageQueue: async () => pages,
    telemetry: recordTelemetry(),
    clock: stillClock(),
    findRepeatedKeys: async () => undefined,
    curation: noCuration,
  };
  const local: LoadingMode = {
    startSchedules: () => {},
    eventSources: { start: async () => {} },
    async invoke(name) {
      if (name === functionNames('local', aRun.source).fanOut) return { result: undefined };
      expect(name).toBe(reconcileName('local'));
      passes += 1;
      return { result: JSON.parse(JSON.stringify(await reconcile(services))) };
    },
  };
  await claimDataset(lake, aRun, new Date());
  await writeRun(lake, aPlan());
  const load = () =>
    loadLocally(
      { run: aRun },
      local,
      { lake, queues: { pages, dead: noLetters } },
      {
        tally: new Tally(),
        signal: new AbortController().signal,
        listener: { planned: async () => {}, progress: () => {} },
      },
    );
  return { lake, load, passes: () => passes };
}

test('a document that is damaged ends a load at once, with its reason, and the run stays open', async () => {
  const { lake, load, passes } = await watch();
  await lake.put(manifestKey(aRun), 'no manifest');
  expect(await load()).toMatchObject({
    state: 'stuck',
    failure: 'permanent',
    reason: expect.stringMatching(/manifest\.json in the lake is not a document .*--restart loads it anew/),
  });
  expect(passes()).toBe(1);
  expect((await readClaim(lake, aRun))?.runId).toBe(aRun.runId);
});

test('so does a claim that is damaged, though nobody can tell whose it is', async () => {
  const { lake, load, passes } = await watch();
  await lake.put(claimKey(aRun), 'no claim');
  expect(await load()).toMatchObject({ state: 'stuck', reason: expect.stringContaining('runs/open/') });
  expect(passes()).toBe(1);
});

test('answers that are lost now and then do not', async () => {
  const { load, passes } = await watch(({ key }, pass) =>
    key === planKey(aRun) && pass <= 4 ? 'before' : undefined,
  );
  expect(await load()).toMatchObject({ state: 'complete', problems: [], pointer: { runId: aRun.runId } });
  expect(passes()).toBe(5);
});

test('what does not pass by itself ends it after a few passes', async () => {
  const { load, passes } = await watch(({ key }) => (key === planKey(aRun) ? 'before' : undefined));
  expect(await load()).toMatchObject({ state: 'stuck', failure: 'unknown' });
  expect(passes()).toBe(5);
});

test('a run of another dataset that is stuck is none of its business', async () => {
  const { lake, load } = await watch();
  const other = { ...aRun, dataset: 'rivers' };
  await claimDataset(lake, other, new Date());
  await lake.put(planKey(other), 'no plan');
  expect(await load()).toMatchObject({ state: 'complete', problems: [] });
});
