import { chooseRun, type WantedRun } from '../../cli/choose-run';
import { claimDataset, readClaim } from '../../core/run/claim';
import { planKey } from '../../core/run/keys';
import { isRunId } from '../../core/run/run-id';
import { aGrid, aPlan, aRun, startOfTime } from '../core/run/run-fixture';
import { memoryLake } from '../support/memory-lake';

const other = '2026-01-30t03-00-00-000z';
const wanted = (changes: Partial<WantedRun> = {}): WantedRun => ({
  source: { name: 'geonames' },
  dataset: { name: 'cities' },
  ...changes,
});
const plans = {
  whole: aPlan(),
  trial: aPlan({ subset: true, sequences: [aGrid({ pages: 3 })] }),
  replay: aPlan({ replayOf: { runId: other, extension: 'parquet' } }),
};

/** A lake with an open run, planned unless `plan` is undefined. */
async function lakeWith(plan?: (typeof plans)[keyof typeof plans]) {
  const lake = memoryLake();
  await claimDataset(lake, aRun, new Date(startOfTime));
  if (plan) await lake.put(planKey(aRun), JSON.stringify(plan));
  return lake;
}

it('names a new run where none is open', async () => {
  const runId = await chooseRun(wanted(), memoryLake());
  expect(isRunId(runId)).toBe(true);
});

it.each([
  ['a load', plans.whole, {}],
  ['a trial of as many pages', plans.trial, { pages: 3 }],
  ['a replay of the same run', plans.replay, { replayOf: other }],
  ['a replay, by run', plans.replay, {}],
  ['one that is not planned yet', undefined, { replayOf: other }],
])('continues %s', async (_, plan, changes) => {
  expect(await chooseRun(wanted(changes), await lakeWith(plan))).toBe(aRun.runId);
});

it.each([
  ['a load, by replay', plans.whole, { replayOf: other }, ' of all pages', 'run geonames/cities'],
  ['a load, by a trial', plans.whole, { pages: 3 }, ' of all pages', 'run geonames/cities'],
  ['a trial, by a load', plans.trial, {}, ' of 3 pages', 'run geonames/cities --pages 3'],
  [
    'a replay, by a trial',
    plans.replay,
    { pages: 3 },
    `, a replay of run ${other},`,
    `replay geonames/cities --run ${other}`,
  ],
  [
    'a replay, by another',
    plans.replay,
    { replayOf: '2026-01-29t03-00-00-000z' },
    `, a replay of run ${other},`,
    `replay geonames/cities --run ${other}`,
  ],
])('refuses to continue %s, and says how to', async (_, plan, changes, what, command) => {
  const lake = await lakeWith(plan);
  await expect(chooseRun(wanted(changes), lake)).rejects.toMatchObject({
    failure: 'configuration',
    message: `run ${aRun.runId}${what} is still open: continue it with npx baseload ${command}, or give it up with --restart`,
  });
  expect((await readClaim(lake, aRun))?.runId).toBe(aRun.runId);
});

it('gives the open run up where that is wanted', async () => {
  const lake = await lakeWith(plans.whole);
  expect(await chooseRun(wanted({ replayOf: other, restart: true }), lake)).not.toBe(aRun.runId);
  expect(await readClaim(lake, aRun)).toBeUndefined();
});
