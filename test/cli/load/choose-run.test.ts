import { chooseRun, type WantedRun } from '../../../cli/load/choose-run';
import { claimDataset, readClaim } from '../../../core/run/claim';
import { manifestKey, planKey, pointerKey } from '../../../core/run/keys';
import { unroll } from '../../../core/run/missing/unroll';
import { isRunId } from '../../../core/run/plan/run-id';
import type { Lake } from '../../../core/run/ports';
import { verifyOnce } from '../../../core/run/verify/verify-once';
import { EndedRun } from '../../core/run/ending/ended-run';
import { aGrid, aPlan, aRun, startOfTime, stillClock, writeRun } from '../../core/run/run-fixture';
import { memoryLake } from '../../support/memory-lake';
import { aDataset } from '../../support/source-fixture';

const other = '2026-01-30t03-00-00-000z';
const wanted = (changes: Partial<WantedRun> = {}): WantedRun => ({
  source: { name: 'geonames' },
  dataset: aDataset(),
  ...changes,
});
const plans = {
  whole: aPlan(),
  trial: aPlan({ subset: true, sequences: [aGrid({ pages: 3 })] }),
  replay: aPlan({ replayOf: { runId: other, extension: 'parquet' } }),
};

/** What was said, in its order. */
const said: string[] = [];
const say = (sentence: string) => void said.push(sentence);
beforeEach(() => said.splice(0));

/** A lake with an open run, planned unless `plan` is undefined. */
async function lakeWith(plan?: (typeof plans)[keyof typeof plans]) {
  const lake = memoryLake();
  await claimDataset(lake, aRun, new Date(startOfTime));
  if (plan) await lake.put(planKey(aRun), JSON.stringify(plan));
  return lake;
}

it('names a new run where none is open', async () => {
  const runId = await chooseRun(wanted(), memoryLake(), say);
  expect(isRunId(runId)).toBe(true);
});

it.each([
  ['a load', plans.whole, {}],
  ['a trial of as many pages', plans.trial, { pages: 3 }],
  ['a replay of the same run', plans.replay, { replayOf: other }],
  ['a replay, by run', plans.replay, {}],
  ['one that is not planned yet', undefined, { replayOf: other }],
])('continues %s', async (_, plan, changes) => {
  expect(await chooseRun(wanted(changes), await lakeWith(plan), say)).toBe(aRun.runId);
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
  await expect(chooseRun(wanted(changes), lake, say)).rejects.toMatchObject({
    failure: 'configuration',
    message: `run ${aRun.runId}${what} is still open: continue it with npx baseload ${command}, or give it up with --restart`,
  });
  expect((await readClaim(lake, aRun))?.runId).toBe(aRun.runId);
});

/** A lake with an open run, and another one that could be replayed. */
async function lakeWithReplayable() {
  const lake = await lakeWith(plans.whole);
  const replayed = aPlan({ runId: other });
  await writeRun(lake, replayed, () => ({ raw: 'raw/there' }));
  const manifest = await verifyOnce(replayed, await unroll(replayed, lake), {
    lake,
    clock: stillClock(),
    findRepeatedKeys: async () => undefined,
  });
  expect(manifest.problems).toEqual([]);
  return lake;
}

it('gives the open run up where that is wanted', async () => {
  const lake = await lakeWithReplayable();
  expect(await chooseRun(wanted({ replayOf: other, restart: true }), lake, say)).not.toBe(aRun.runId);
  expect(await readClaim(lake, aRun)).toBeUndefined();
});

describe('does not give the open run up, as the new one would be refused,', () => {
  const refusal = async (lake: Lake, changes: Partial<WantedRun>) => {
    const error = await chooseRun(wanted({ ...changes, restart: true }), lake, say).catch(
      (failure) => failure,
    );
    expect(error).toMatchObject({ failure: 'configuration' });
    expect((await readClaim(lake, aRun))?.runId).toBe(aRun.runId);
    return error.message;
  };

  it('where there is no run such as is to be replayed', async () => {
    const lake = await lakeWithReplayable();
    expect(await refusal(lake, { replayOf: '2020-01-01t00-00-00-000z' })).toBe(
      `run 2020-01-01t00-00-00-000z of geonames/cities cannot be replayed, as there is no such run; replay one of ${other}`,
    );
    expect(await refusal(lake, { replayOf: aRun.runId })).toMatch(/as it did not finish/);
  });

  it('where the run to be replayed was not cut by what a column reads', async () => {
    const group = { columnType: { type: 'integer' }, options: { slice: 'g' } } as const;
    const dataset = aDataset({ columns: { ...aDataset().columns, group } });
    expect(await refusal(await lakeWithReplayable(), { replayOf: other, dataset })).toMatch(
      /column 'group' reads the slice parameter 'g'/,
    );
  });

  it.each([undefined, other])('where readers of the table would trip over it: %s', async (replayOf) => {
    const lake = await lakeWithReplayable();
    const pointer = {
      ...{
        version: 2,
        source: 'geonames',
        dataset: 'cities',
        runId: other,
        extension: 'parquet',
        key: ['id'],
      },
      ...{ columns: [{ name: 'id', type: 'VARCHAR' }], tableVersion: 1, location: 'stage/', manifest: 'm' },
      ...{ files: 1, records: 1, watermark: '2026-01-30T03:00:00Z', publishedAt: '2026-01-30T03:00:00Z' },
    };
    await lake.put(pointerKey(aRun), JSON.stringify(pointer));
    expect(await refusal(lake, { replayOf })).toMatch(/column 'id' was VARCHAR and would be BIGINT/);
  });
});

describe('a run that readers see, while the catalog has not followed', () => {
  async function published() {
    const run = await EndedRun.prepare(aPlan());
    run.listener.refusal.catalog = 'not today';
    await run.tick();
    expect(await run.published()).toBe(aRun.runId);
    return run;
  }

  it('is not given up, but continued until others are told of it', async () => {
    const run = await published();
    expect(await chooseRun(wanted({ restart: true }), run.lake, say)).toBe(aRun.runId);
    expect(said).toEqual([expect.stringContaining(`run ${aRun.runId} is published`)]);
    expect(await run.isOpen()).toBe(true);
    run.listener.refusal = {};
    expect(await run.tick()).toMatchObject([{ state: 'published' }]);
    expect(run.listener.followed).toHaveLength(1);
    expect(run.listener.heard.map(({ type }) => type)).toEqual(['RunPublished']);
    expect(await chooseRun(wanted({ restart: true }), run.lake, say)).not.toBe(aRun.runId);
  });

  it.each<[string, Partial<WantedRun>]>([
    ['a replay', { replayOf: other }],
    ['a load of a changed definition', { dataset: aDataset({ key: ['id', 'name'] }) }],
  ])('keeps %s waiting, with a sentence', async (_, changes) => {
    const run = await published();
    await expect(chooseRun(wanted({ ...changes, restart: true }), run.lake, say)).rejects.toMatchObject({
      failure: 'configuration',
      message: expect.stringMatching(
        /is published.*run this again when npx baseload status geonames\/cities/,
      ),
    });
    expect(await run.isOpen()).toBe(true);
  });

  it.each([planKey, manifestKey])('is given up where reconcile cannot go on with it', async (key) => {
    const run = await published();
    await run.lake.put(key(aRun), 'no document');
    expect(await chooseRun(wanted({ restart: true }), run.lake, say)).not.toBe(aRun.runId);
    expect(await run.isOpen()).toBe(false);
    expect(said).toEqual([]);
  });
});
