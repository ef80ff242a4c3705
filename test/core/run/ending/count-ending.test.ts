import type { PageRange, Plan } from '../../../../core/plan/plan';
import { endingKey } from '../../../../core/run/keys';
import type { Receipt } from '../../../../core/run/range/receipt';
import { type LakeCall, memoryLake } from '../../../support/memory-lake';
import { aPlan, aRun } from '../run-fixture';
import { EndedRun } from './ended-run';

const second = (change: Partial<Receipt>) => (range: PageRange) => (range.index === 1 ? change : {});
const moved = { totals: { min: 950, max: 960 } };
const quarantined = { staged: 298, quarantined: 2 };
const strict = { maxQuarantinedRatio: 0.001 };

it.each<[string, Partial<Plan>, Partial<Receipt>, Record<string, number>, number]>([
  ['published', {}, {}, { RunPublished: 1 }, 0],
  [
    'published with a few in quarantine',
    { maxQuarantinedRatio: 0.01 },
    quarantined,
    { RunPublished: 1 },
    2 / 950,
  ],
  ['refused for the quarantine', strict, quarantined, { RunFailed: 1, RunQuarantined: 1 }, 2 / 950],
  [
    'refused for the quarantine, and moved, and short',
    { ...strict, total: 951 },
    { ...quarantined, ...moved },
    { RunFailed: 1, RunQuarantined: 1 },
    2 / 950,
  ],
  ['refused since the source moved', {}, moved, { RunFailed: 1, RunDrifted: 1 }, 0],
  ['refused since the source moved, and short', { total: 951 }, moved, { RunFailed: 1, RunDrifted: 1 }, 0],
  ['refused since it is short', { total: 951 }, {}, { RunFailed: 1, RunIncomplete: 1 }, 0],
])('a run that is %s', async (_, planned, receipt, counts, ratio) => {
  const run = await EndedRun.prepare(aPlan(planned), [], second(receipt));
  await run.tick();
  expect(run.telemetry.counts).toEqual(counts);
  expect(run.telemetry.named).toEqual(Object.keys(counts).map((name) => `${name} geonames/cities`));
  expect(run.listener.stated).toEqual([
    { gauge: 'QuarantinedRatio', value: ratio, dataset: 'geonames/cities' },
  ]);
});

it('a run that is given up is incomplete, and of its quarantine nothing is known', async () => {
  const run = await EndedRun.old([0]);
  await run.tick();
  expect(run.telemetry.counts).toMatchObject({ RunFailed: 1, RunIncomplete: 1 });
  expect(run.listener.stated).toEqual([]);
});

it('a run of which nothing was received has nothing in quarantine', async () => {
  const run = await EndedRun.prepare(aPlan({ total: 950 }), [], () => ({ received: 0, staged: 0 }));
  await run.tick();
  expect(run.listener.stated).toMatchObject([{ value: 0 }]);
});

it('a run is counted once, though two conclude it at once and one was killed before', async () => {
  const run = await EndedRun.prepare(aPlan({ total: 951 }));
  run.listener.refusal.events = 'killed';
  expect(await run.tick()).toMatchObject([{ state: 'stuck' }]);
  run.listener.refusal = {};
  await Promise.all([run.tick(), run.tick()]);
  expect(run.telemetry.counts).toEqual({ RunStuck: 1, RunFailed: 1, RunIncomplete: 1 });
});

it('a run whose verification cannot be read for once is counted at the next pass', async () => {
  const run = await EndedRun.prepare(aPlan(), [], second(moved));
  let refusals = 0;
  const fault = ({ operation, key }: LakeCall) => {
    if (operation !== 'get' || !key.endsWith('/verification.json')) return undefined;
    // The pass itself may have read it before: only what follows the ending is meant.
    return run.objects.text(endingKey(aRun)) && refusals++ === 0 ? 'before' : undefined;
  };
  const lake = memoryLake(run.objects, { fault });
  expect(await run.tick({ lake })).toMatchObject([{ state: 'stuck' }]);
  expect(await run.isOpen()).toBe(true);
  expect(await run.tick({ lake })).toMatchObject([{ state: 'refused' }]);
  expect(run.telemetry.counts).toEqual({ RunStuck: 1, RunFailed: 1, RunDrifted: 1 });
});
