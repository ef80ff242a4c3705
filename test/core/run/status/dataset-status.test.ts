import { claimDataset, releaseClaim } from '../../../../core/run/claim';
import { manifestKey, planKey, pointerKey } from '../../../../core/run/keys';
import { unroll } from '../../../../core/run/missing/unroll';
import { publish } from '../../../../core/run/publish/pointer';
import { datasetStatus } from '../../../../core/run/status/dataset-status';
import { type RunRecord, runHistory } from '../../../../core/run/status/run-record';
import { verifyOnce } from '../../../../core/run/verify/verify-once';
import { memoryLake } from '../../../support/memory-lake';
import { aPlan, aRun, startOfTime, stillClock, writeRun } from '../run-fixture';

let lake: ReturnType<typeof memoryLake>;
beforeEach(() => {
  lake = memoryLake();
});

const dayOf = (day: number) => `2026-01-${String(day).padStart(2, '0')}t03-00-00-000z`;

/** A run that was verified; `short` lacks a record. */
async function finished(
  day: number,
  { short = false, ...changes }: Parameters<typeof aPlan>[0] & { short?: boolean } = {},
) {
  const plan = aPlan({ runId: dayOf(day), ...changes });
  await writeRun(lake, plan, ({ index }) => (short && index === 0 ? { received: 299, staged: 299 } : {}));
  const services = { lake, clock: stillClock(), findRepeatedKeys: async () => undefined };
  return verifyOnce(plan, await unroll(plan, lake), services);
}

async function published(day: number, changes: Parameters<typeof aPlan>[0] = {}) {
  const manifest = await finished(day, changes);
  const table = { location: `stage/${day}/`, files: 4, records: 950, bytes: 1 };
  expect(await publish(lake, { manifest, table, keepRuns: 1 }, new Date(startOfTime))).toBe('published');
}

async function history(): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for await (const record of runHistory(aRun, lake)) records.push(record);
  return records;
}

it('knows nothing of a dataset that was never loaded', async () => {
  const { published, open, failed } = await datasetStatus(aRun, lake);
  expect({ published, open, failed }).toEqual({ published: undefined, open: undefined, failed: undefined });
});

it('tells what readers see, and the run that is loading beside it', async () => {
  await published(1);
  await claimDataset(lake, { ...aRun, runId: dayOf(2) }, new Date(startOfTime));
  const status = await datasetStatus(aRun, lake);
  expect(status).toMatchObject({ published: { runId: dayOf(1), records: 950 }, open: { state: 'planning' } });
  expect(status.published).not.toHaveProperty('etag');
});

it('tells of the last run that was refused, until a newer one is published', async () => {
  await published(1);
  await finished(2, { short: true });
  expect((await datasetStatus(aRun, lake)).failed).toMatchObject({ runId: dayOf(2), state: 'refused' });
  await published(3);
  expect((await datasetStatus(aRun, lake)).failed).toBeUndefined();
});

it('tells of a run that was refused for quarantine, and whose pages could be shaped anew', async () => {
  const refused = async (day: number, raw: { raw?: string }) => {
    const plan = aPlan({ runId: dayOf(day), maxQuarantinedRatio: 0.0001 });
    await writeRun(lake, plan, ({ index }) => (index === 0 ? { staged: 290, quarantined: 10, ...raw } : raw));
    const services = { lake, clock: stillClock(), findRepeatedKeys: async () => undefined };
    await verifyOnce(plan, await unroll(plan, lake), services);
    return (await datasetStatus(aRun, lake)).failed;
  };
  const kept = await refused(2, { raw: 'raw/a.jsonl.gz' });
  expect(kept).toMatchObject({ state: 'refused', quarantine: { replayable: dayOf(2) } });
  const gone = await refused(3, {});
  expect(gone?.quarantine).toEqual({ replayable: undefined });
  await finished(4, { short: true });
  expect((await datasetStatus(aRun, lake)).failed?.quarantine).toBeUndefined();
});

it('tells of a run that was given up before everything was there, and not of trials', async () => {
  await lake.put(planKey({ ...aRun, runId: dayOf(1) }), JSON.stringify(aPlan({ runId: dayOf(1) })));
  await finished(2, { subset: true });
  expect((await datasetStatus(aRun, lake)).failed).toMatchObject({ runId: dayOf(1), state: 'unfinished' });
});

it('lists every run with what became of it, the newest first', async () => {
  await published(1);
  await published(2);
  await published(3);
  await finished(4, { short: true });
  await finished(5, { subset: true });
  await lake.put(planKey({ ...aRun, runId: dayOf(6) }), JSON.stringify(aPlan({ runId: dayOf(6) })));
  await lake.put(manifestKey({ ...aRun, runId: dayOf(7) }), '{"version":1}');
  const open = { ...aRun, runId: dayOf(8) };
  await lake.put(planKey(open), JSON.stringify(aPlan({ runId: dayOf(8) })));
  const claim = await claimDataset(lake, open, new Date(startOfTime));
  const found = await history();
  expect(found.map(({ runId, state }) => [runId, state])).toEqual([
    [dayOf(8), 'open'],
    [dayOf(7), 'unreadable'],
    [dayOf(6), 'unfinished'],
    [dayOf(5), 'verified'],
    [dayOf(4), 'refused'],
    [dayOf(3), 'published'],
    [dayOf(2), 'kept'],
    [dayOf(1), 'past'],
  ]);
  expect(found[5]).toMatchObject({
    verdict: 'complete',
    records: 950,
    pages: 10,
    kind: { type: 'full' },
    problems: [],
  });
  expect(found[4]).toMatchObject({ verdict: 'short', problems: [expect.stringContaining('950')] });
  expect(found[3]).toMatchObject({ kind: { type: 'trial' } });
  await releaseClaim(lake, claim);
  expect((await history())[0]).toMatchObject({ state: 'unfinished' });
});

it('tells which document cannot be read, and what the others say', async () => {
  await claimDataset(lake, { ...aRun, runId: dayOf(2) }, new Date(startOfTime));
  await lake.put(pointerKey(aRun), 'null');
  const advice = 'restore it from a backup, or use the version that wrote it';
  expect(await datasetStatus(aRun, lake)).toMatchObject({
    open: { state: 'planning' },
    published: undefined,
    unreadable: [
      expect.stringContaining(
        `tables/geonames/cities/current.json in the lake is not a document of this version: ${advice}`,
      ),
    ],
  });
});
