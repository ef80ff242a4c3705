import { olderThanPublished, replayedExtent } from '../../../cli/load/replayed-extent';
import { type Plan, tableIn } from '../../../core/plan/plan';
import { RangeSet } from '../../../core/plan/range-set';
import { manifestKey, pointerKey } from '../../../core/run/keys';
import { publish } from '../../../core/run/publish/pointer';
import type { Manifest } from '../../../core/run/verify/manifest';
import { noObservations } from '../../../core/shape/merge-observations';
import { aPlan, aRun, startOfTime } from '../../core/run/run-fixture';
import { memoryLake } from '../../support/memory-lake';

const old = aPlan({ runId: '2026-01-30t03-00-00-000z' });
const replay = aPlan({ replayOf: { runId: old.runId, extension: 'parquet' } });

/** Of a run of so many pages without a record. */
function manifestOf(plan: Plan, pages: number): Manifest {
  const { source, dataset, runId, definition, watermark } = plan;
  const none = { received: 0, added: 0, staged: 0, quarantined: 0, filtered: 0, repeated: 0 };
  return {
    ...{ version: 3, source, dataset, runId, definition, ...tableIn(plan), watermark, subset: false },
    counts: { ranges: 1, pages, requests: pages, ...none, bytesReceived: 0, bytesStaged: 0 },
    ...{ observations: noObservations, givenUp: [], problems: [], warnings: [], parts: [] },
  };
}

async function lakeWithRun() {
  const lake = memoryLake();
  await lake.put(manifestKey(old), JSON.stringify(manifestOf(old, 277)));
  return lake;
}

it('says what is replayed, from where, and what of it is there', async () => {
  const lake = await lakeWithRun();
  const present = new RangeSet();
  const line = `${old.runId}: 277 pages from raw, no request to the source`;
  expect(await replayedExtent(replay, { present }, lake)).toBe(`replaying run ${line}`);
  expect(await replayedExtent({ ...replay, subset: true }, { present }, lake)).toBe(
    `replaying trial ${line}`,
  );
  present.add({ slice: 'all', index: 0 });
  expect(await replayedExtent(replay, { present }, lake)).toBe(
    `replaying run ${line}; 1 range there already`,
  );
  expect(await replayedExtent(aPlan(), { present }, lake)).toBeUndefined();
});

it('says so when readers would see older records than before', async () => {
  const lake = memoryLake();
  expect(await olderThanPublished(replay, lake)).toBeUndefined();
  const newer = aPlan({ runId: '2026-01-31t02-00-00-000z', watermark: '2026-01-31T04:00:00.000Z' });
  const table = { location: 'stage/a/', files: 0, records: 0, bytes: 0 };
  await publish(lake, { manifest: manifestOf(newer, 1), table, keepRuns: 3 }, new Date(startOfTime));
  expect(await olderThanPublished(replay, lake)).toBe(
    `run ${newer.runId} is published and complete up to 2026-01-31T04:00:00.000Z; this replay takes its place and is complete up to 2026-01-31T03:00:00.000Z`,
  );
  expect(await olderThanPublished({ ...replay, subset: true }, lake)).toBeUndefined();
  expect(await olderThanPublished({ ...replay, watermark: newer.watermark }, lake)).toBeUndefined();
  expect(await olderThanPublished(aPlan(), lake)).toBeUndefined();
  expect(await lake.head(pointerKey(aRun))).toBeDefined();
});
