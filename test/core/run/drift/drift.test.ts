import { lookAgain } from '../../../../core/run/drift/look-again';
import { unroll } from '../../../../core/run/missing/unroll';
import { type LakeFault, memoryLake } from '../../../support/memory-lake';
import { faultAt } from '../run-fixture';
import { type Churn, type Done, type DriftCase, DriftWorld } from './drift-world';

const usual = {
  records: 163,
  pageSize: 5,
  pagesPerRange: 4,
  lanes: 2,
  looks: 3,
  isSortedByKey: true,
  kind: 'counted',
  seed: 1,
} as const;
const still: Churn = { perRequest: 0, inserts: 0, where: 'anywhere', until: 0 };
const mixed: Churn = { perRequest: 0.3, inserts: 0.5, where: 'anywhere', until: 60 };
const forEver = Number.POSITIVE_INFINITY;

function worldOf(changes: Partial<DriftCase>): DriftWorld {
  return new DriftWorld({ ...usual, churn: mixed, ...changes });
}

/** Records that were there all the time and are not in the table; and rows of the table beyond the first of each key. */
function flaws(world: DriftWorld, done: Done): { missing: number[]; repeated: number } {
  const rows = world.rows(done);
  const keys = new Set(rows);
  return { missing: [...world.lasting].filter((key) => !keys.has(key)), repeated: rows.length - keys.size };
}

const whole = { missing: [], repeated: 0 };
const kinds = ['counted', 'uncounted'] as const;
const churns: readonly (readonly [string, Churn])[] = [
  ['come and go', mixed],
  ['come and go now and then', { ...mixed, perRequest: 0.05 }],
  ['are deleted', { ...mixed, inserts: 0 }],
  ['are deleted now and then', { ...mixed, inserts: 0, perRequest: 0.03, until: 40 }],
  ['are inserted', { ...mixed, inserts: 1 }],
  ['are inserted now and then', { ...mixed, inserts: 1, perRequest: 0.03, until: 40 }],
  ['are added at the end', { ...mixed, inserts: 1, where: 'end', until: 45 }],
];

describe.each(kinds)('a source that comes to rest, %s,', (kind) => {
  it.each(churns)('is loaded whole though records %s while it is read', async (_name, churn) => {
    for (let seed = 1; seed <= 60; seed++) {
      const world = worldOf({ kind, churn, seed, isSortedByKey: seed % 2 === 0 });
      const done = await world.run();
      expect({ seed, outcome: done.drift?.outcome }).toEqual({ seed, outcome: 'settled' });
      const { missing, repeated } = flaws(world, done);
      expect({ seed, missing }).toEqual({ seed, missing: [] });
      // Where a total says so, what repeats is found out by verification
      if (repeated > 0) continue;
      const rows = world.rows(done);
      expect(done.total ?? rows.length).toBe(rows.length);
    }
  });
});

describe('a source that never stands still', () => {
  it('is never said to be covered where a record is missing', async () => {
    const outcomes: Record<string, number> = {};
    for (let seed = 1; seed <= 40; seed++) {
      const churn = { ...mixed, perRequest: seed % 2 === 0 ? 0.3 : 0.05, until: forEver };
      const world = worldOf({ seed, churn, looks: 3 + (seed % 3) });
      const done = await world.run();
      const outcome = done.drift?.outcome ?? 'none';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome !== 'open')
        expect({ seed, missing: flaws(world, done).missing }).toEqual({ seed, missing: [] });
    }
    expect(outcomes.covered).toBeGreaterThan(0);
    expect(outcomes.open).toBeGreaterThan(0);
  });

  it('is never said to be covered where it names no total', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const churn = { ...mixed, until: forEver };
      const { drift } = await worldOf({ kind: 'uncounted', seed, churn }).run();
      expect(drift?.outcome).toBe('open');
    }
  });

  it('leaves nothing out of the table that was read of it', async () => {
    const world = worldOf({ seed: 2, churn: { ...mixed, until: forEver }, looks: 1 });
    const done = await world.run();
    expect(done.drift?.outcome).not.toBe('settled');
    expect(done.generations.map(({ replaced }) => replaced.size)).toEqual(done.generations.map(() => 0));
    expect(done.drift?.sentence).toContain('records that were deleted meanwhile may');
  });
});

describe('what looking costs', () => {
  it('is one request for each page range where nothing moved', async () => {
    const world = worldOf({ churn: still });
    const done = await world.run();
    expect(world.requests).toBe(33 + 9);
    expect(done).toMatchObject({ total: 163, drift: { looks: 1, moved: 0, grown: 0, outcome: 'settled' } });
    expect(done.drift?.sentence).toBe(
      'the first page of each of 9 page ranges was read again, and nothing had moved',
    );
    expect(flaws(world, done)).toEqual(whole);
    // The table is the run's own objects, so that nothing need be merged.
    expect(done.generations.map(({ look, replaced }) => [look, replaced.size])).toEqual([
      [undefined, 0],
      [1, 9],
    ]);
  });

  it('is that, the pages of a lead and the end where the source names no total', async () => {
    const world = worldOf({ kind: 'uncounted', churn: still });
    const done = await world.run();
    // 33 pages and one more to find the end; the first pages of 7 ranges, 5 pages of the lead, the last page and the one behind it
    expect(world.requests).toBe(34 + 7 + 5 + 2);
    expect(done.generations.map(({ replaced }) => replaced.size)).toEqual([0, 14]);
    expect(flaws(world, done)).toEqual(whole);
  });

  it('is the last range and what is new where records are only added at the end', async () => {
    const churn: Churn = { perRequest: 0.3, inserts: 1, where: 'end', until: 40 };
    const world = worldOf({ churn });
    const done = await world.run();
    expect(done.drift).toMatchObject({ outcome: 'settled', moved: 0 });
    expect(done.drift?.grown).toBeGreaterThan(0);
    const own = 33;
    const [looks, again] = [2 * 9, 1 + (done.drift?.grown ?? 0)];
    expect(world.requests).toBeLessThanOrEqual(own + looks + again);
    expect(flaws(world, done)).toEqual(whole);
    expect(world.rows(done).length).toBe(done.total);
  });

  it('is nothing without looks, for a trial and for one page', async () => {
    const unlooked = worldOf({ churn: still, looks: 0 });
    const { drift, total } = await unlooked.run();
    expect({ drift, total }).toEqual({ drift: undefined, total: 163 });
    expect(unlooked.requests).toBe(33);
    const tiny = worldOf({ churn: still, records: 4 });
    expect((await tiny.run()).drift).toBeUndefined();
    expect(tiny.requests).toBe(1);
    const trial = worldOf({ churn: still });
    expect((await trial.run({ ...trial.plan, subset: true })).drift).toBeUndefined();
    expect(trial.requests).toBe(33);
  });
});

describe('looks are written down', () => {
  it('so that one that dies at any call is finished by the next, as if nothing had happened', async () => {
    const expected = await afterDeath(undefined);
    for (const kind of ['before', 'after'] as const) {
      for (let call = 0; ; call++) {
        const { end, happened } = await afterDeath({ call, kind });
        expect({ call, kind, end }).toEqual({ call, kind, end: expected.end });
        if (!happened) break;
      }
    }
  });

  it('by one of two that look at once, and both go by that', async () => {
    const world = worldOf({ seed: 3 });
    await world.load(world.plan);
    const own = await unroll(world.plan, world.lake);
    for (let step = 0; step < 20; step++) {
      const both = await Promise.all([0, 1].map(() => lookAgain(world.plan, own, world.services)));
      expect(JSON.stringify(both[0])).toBe(JSON.stringify(both[1]));
      const [looked] = both;
      if (looked?.state !== 'looking') break;
      await world.load(looked.plan);
    }
    const written = world.objects.changes.filter(({ key }) => /look-\d+\.json$/.test(key));
    expect(new Set(written.map(({ key }) => key)).size).toBe(written.length);
    expect(written.at(-1)?.text).toContain('"kind":"end"');
  });

  it('and a replay takes them from the run that it replays', async () => {
    for (const kind of kinds) {
      const world = worldOf({ kind, seed: 5 });
      const done = await world.run();
      const { requests } = world;
      const { runId, extension } = world.plan;
      const replay = { ...world.plan, runId: 'a-replay', replayOf: { runId, extension } };
      const again = await world.run(replay);
      expect(world.requests).toBe(requests);
      expect(again.drift).toEqual(done.drift);
      expect(again.drift?.moved).toBeGreaterThan(0);
      expect(world.rows(again, replay)).toEqual(world.rows(done));
    }
  });
});

/** A run of which one call to the lake fails while it looks; and how it ends when it goes on. */
async function afterDeath(death: { call: number; kind: LakeFault } | undefined) {
  const world = worldOf({ seed: 8, records: 83, churn: { ...mixed, until: 30 } });
  await world.load(world.plan);
  const own = await unroll(world.plan, world.lake);
  const fault = faultAt(death?.call ?? 0, death?.kind ?? 'before');
  if (death === undefined) fault.disarm();
  const dying = { ...world.services, lake: memoryLake(world.objects, { fault: () => fault.fault() }) };
  for (let step = 0; step < 20; step++) {
    const looked = await lookAgain(world.plan, own, dying).catch(() => undefined);
    if (looked?.state === 'done') break;
    if (looked?.state === 'looking') await world.load(looked.plan);
  }
  const happened = fault.disarm();
  return { happened, end: world.objects.keys('runs/').map((key) => [key, world.objects.text(key)]) };
}
