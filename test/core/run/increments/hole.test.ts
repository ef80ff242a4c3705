import { extentOf } from '../../../../cli/verify';
import { giveUp } from '../../../../core/run/dead/give-up';
import { manifestKey, stagePrefix } from '../../../../core/run/keys';
import { rangeOfKey } from '../../../../core/run/missing/present-ranges';
import { readWatermark } from '../../../../core/run/publish/watermark';
import { readManifest } from '../../../../core/run/verify/manifest';
import { readVerification } from '../../../../core/run/verify/verification';
import { IncrementWorld, itemsOf, type Machine, startMachine } from './increment-world';

let machine: Machine;
beforeAll(async () => {
  machine = await startMachine();
});
afterAll(() => machine.close());

const hour = 3_600_000;
const dataset = { source: 'shop', dataset: 'items' };

/** A world in which everything was loaded; where it has a hole, all of one shop but for what somebody gave up. */
async function inWorld(hasHole: boolean, use: (world: IncrementWorld) => Promise<void>): Promise<void> {
  const world = await IncrementWorld.open(itemsOf('shops'), machine);
  try {
    for (let id = 0; id < 30; id++) world.api.write(id, 'first');
    world.clock.advance(hour); // more than the overlap
    if (hasHole) world.loaded = () => giveUpOne(world);
    await world.run('full');
    world.loaded = async () => {};
    await use(world);
  } finally {
    await world.api.close();
  }
}

async function giveUpOne({ lake }: IncrementWorld): Promise<void> {
  for await (const { key, etag } of lake.list('stage/shop/items/')) {
    const [folder = '', runId = ''] = /^.*run=([^/]+)\//.exec(key) ?? [];
    const range = rangeOfKey(folder, key);
    if (!range) throw new Error(`${key} is no range`);
    await lake.remove(key, etag);
    const record = { reason: 'broken', by: 'ann', at: '2026-01-31T04:00:00.000Z' };
    await giveUp([range], { ...dataset, runId }, record, lake);
    return;
  }
}

async function increment(world: IncrementWorld, ids: readonly number[]): Promise<string> {
  world.clock.advance(hour);
  for (const id of ids) world.api.write(id, 'again');
  await world.run('incremental');
  return (await world.pointer()).runId;
}

const given = expect.stringMatching(/^1 page range was given up, .*: broken \(ann\)$/);
const inherited = (runId: string) =>
  expect.stringMatching(
    new RegExp(
      `^the table of run ${runId}, which this run is merged into, falls short: 1 page range was given up, .*; load everything to make that good$`,
    ),
  );

it('a table with a hole has it still when something is merged into it, again and again, and everything says so', async () => {
  await inWorld(true, async (world) => {
    const { lake } = world;
    const full = await world.pointer();
    expect(full.warnings).toEqual(expect.arrayContaining([given]));
    expect(full.records).toBeLessThan(30);
    for (const ids of [[28], [29], []]) {
      const runId = await increment(world, ids);
      const run = { ...dataset, runId };
      const { warnings } = await world.pointer();
      expect(warnings).toHaveLength(full.warnings?.length ?? 0);
      expect(warnings).toEqual(expect.arrayContaining([inherited(full.runId)]));
      expect(await readManifest(lake, run)).toMatchObject({ warnings, problems: [] });
      const check = { name: 'base', outcome: 'warned', sentence: expect.stringContaining(full.runId) };
      const checks = expect.arrayContaining([expect.objectContaining(check)]);
      expect(await readVerification(lake, run)).toMatchObject({ verdict: 'warned', checks });
      expect(await world.verify(runId)).toMatchObject({ verdict: 'warned', checks });
      expect(await readWatermark(lake, dataset)).toMatchObject({ runId, warnings });
    }
    await world.run('full');
    expect(await world.pointer()).not.toHaveProperty('warnings');
    expect(await readWatermark(lake, dataset)).toMatchObject({ warnings: [] });
  });
});

it('what only readers were told of a table, stays with it too', async () => {
  await inWorld(true, async (world) => {
    const { lake } = world;
    const { runId } = await world.pointer();
    const run = { ...dataset, runId };
    const manifest = await readManifest(lake, run);
    await lake.put(manifestKey(run), JSON.stringify({ ...manifest, warnings: [] }));
    await increment(world, [3]);
    expect((await world.pointer()).warnings).toEqual(expect.arrayContaining([inherited(runId)]));
  });
});

it('a whole table stays whole, and verify says what was merged and what the table holds', async () => {
  await inWorld(false, async (world) => {
    const full = await world.pointer();
    const runId = await increment(world, [3, 30]);
    const again = await world.verify(runId);
    expect(again.verdict).toBe('complete');
    const { since } = again.manifest.increment ?? {};
    expect(extentOf(again)).toMatch(
      new RegExp(
        `^2 records in [0-9]+ pages that changed since ${since}, merged into the table of run ${full.runId}: together 31 records in 1 file$`,
      ),
    );
    const sentenceOf = (name: string) => again.checks.find((check) => check.name === name)?.sentence;
    expect(sentenceOf('base')).toBe(
      `the table of run ${full.runId}, which this run is merged into, falls short of nothing`,
    );
    expect(sentenceOf('checksums')).toMatch(
      /, and the 1 file of the merged table is the one that was written$/,
    );
    expect(extentOf(await world.verify(full.runId))).toMatch(/^30 records in [0-9]+ pages$/);
  });
});

it('a merged table is short when a file, or the list of them, is changed or gone', async () => {
  await inWorld(false, async (world) => {
    const { lake } = world;
    const runId = await increment(world, [3]);
    const checksums = async () => {
      const { verdict, checks } = await world.verify(runId);
      return [verdict, checks.find(({ name }) => name === 'checksums')?.sentence];
    };
    const { location } = await world.pointer();
    const file = `${location}part-00000.parquet`;
    await lake.put(file, 'by hand');
    expect(await checksums()).toEqual(['short', `${file} is not the file that was written`]);
    await lake.remove(file, (await lake.head(file))?.etag ?? '');
    expect(await checksums()).toEqual(['short', `${file} is gone from the lake: somebody has removed it`]);
    const list = `runs/shop/items/${runId}/curated.json`;
    await lake.remove(list, (await lake.head(list))?.etag ?? '');
    expect(await checksums()).toEqual(['short', `readers of the run read ${location}, and ${list} is gone`]);
    expect(location).not.toBe(stagePrefix({ ...dataset, runId }));
  });
});
