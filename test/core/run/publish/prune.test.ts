import fc from 'fast-check';
import {
  claimKey,
  curatedKey,
  curatedPrefix,
  expectedKey,
  planKey,
  quarantineKey,
  rawKey,
} from '../../../../core/run/keys';
import { runIdAt } from '../../../../core/run/plan/run-id';
import { applyPrune, PruneError } from '../../../../core/run/publish/apply-prune';
import { datasetsIn } from '../../../../core/run/publish/datasets-in';
import { type PruneOptions, planPrune } from '../../../../core/run/publish/plan-prune';
import { readPointer } from '../../../../core/run/publish/pointer';
import { rollback } from '../../../../core/run/publish/rollback';
import { momentOf } from '../../../../core/run/publish/what-is-kept';
import { type LakeCall, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { nobodyListens } from '../../../support/nobody-listens';
import { aPlan, aRun } from '../run-fixture';
import { writeFinished, writePublished } from './publish-fixture';

const { catalog } = nobodyListens;

const at = (day: number, hour = 3) => new Date(Date.UTC(2026, 0, day, hour));
const idOf = (day: number) => runIdAt(at(day));
const range = { slice: 'all', index: 0 };
const options: PruneOptions = { graceHours: 24 };

/** Everything that a run of that day may leave besides its documents and its stage objects. */
async function addRaw(objects: MemoryObjects, day: number): Promise<void> {
  const lake = memoryLake(objects);
  const run = aPlan({ runId: idOf(day) });
  for (const name of [run, { ...run, look: 1 }]) {
    await lake.put(rawKey(name, range, 'a1'), 'raw');
    await lake.put(quarantineKey(name, range, 'a1'), 'quarantine');
  }
}

type Event = 'published' | 'refused' | 'trial' | 'unfinished' | 'rollback';

/** A history of a day for each event; replays are of the run of the day that `of` tells. */
async function history(events: readonly Event[], keepRuns: number, replays: readonly number[] = []) {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  for (const [index, event] of events.entries()) {
    const day = index + 1;
    if (event === 'rollback') {
      await rollback({ lake, catalog }, aRun, {}, at(day, 12)).catch(() => {});
      continue;
    }
    const of = replays[index];
    const plan =
      of === undefined || of >= day ? {} : { replayOf: { runId: idOf(of), extension: 'parquet' as const } };
    await addRaw(objects, day);
    if (event === 'published') await writePublished(lake, idOf(day), { keepRuns, at: at(day, 4) }, { plan });
    else if (event === 'unfinished')
      await lake.put(
        planKey(aPlan({ runId: idOf(day) })),
        JSON.stringify(aPlan({ runId: idOf(day), ...plan })),
      );
    else {
      const manifest = event === 'trial' ? { subset: true } : { problems: ['short'] };
      await writeFinished(lake, idOf(day), { manifest, plan });
    }
  }
  return { objects, lake };
}

/** Keys of a run, in whatever place. */
function keysOf(objects: MemoryObjects, runId: string): string[] {
  return objects.keys().filter((key) => key.includes(runId));
}

describe('prune', () => {
  test('finds what is no longer kept, was refused, was a trial or never finished, and says so; changes nothing', async () => {
    const { objects, lake } = await history(
      ['published', 'refused', 'trial', 'unfinished', 'published', 'published'],
      1,
    );
    const before = objects.keys();
    const plan = await planPrune(lake, aRun, options, at(20));
    expect(plan.items.map(({ runId, why }) => [runId, why])).toEqual([
      [idOf(1), 'no longer kept'],
      [idOf(2), 'refused'],
      [idOf(3), 'a trial'],
      [idOf(4), 'never finished'],
    ]);
    const [first] = plan.items;
    const own = keysOf(objects, idOf(1));
    expect(first?.objects).toBe(own.length);
    expect(first?.bytes).toBe(own.reduce((sum, key) => sum + (objects.text(key)?.length ?? 0), 0));
    expect(first?.prefixes.at(-1)).toBe(`runs/geonames/cities/${idOf(1)}/`);
    expect([...plan.kept]).toEqual([
      [idOf(6), 'readers see it'],
      [idOf(5), 'kept for rollback'],
    ]);
    expect(objects.keys()).toEqual(before);
  });

  test('keeps the run that an open one replays, and the one that an open increment adds to', async () => {
    const { objects, lake } = await history(['published', 'published', 'published'], 0);
    const open = idOf(4);
    await lake.put(claimKey(aRun), JSON.stringify({ runId: open, claimedAt: at(4).toISOString() }));
    const replayOf = { runId: idOf(1), extension: 'parquet' as const };
    const increment = { since: 'x', sent: 'x', base: { runId: idOf(2) } };
    await lake.put(
      planKey(aPlan({ runId: open })),
      JSON.stringify(aPlan({ runId: open, replayOf, increment })),
    );
    const plan = await planPrune(lake, aRun, options, at(20));
    expect(plan.items).toEqual([]);
    expect(plan.kept.get(idOf(1))).toBe(`run ${open} is a replay of it`);
    expect(plan.kept.get(idOf(2))).toBe(`run ${open} adds to it`);
    objects.objects.delete(claimKey(aRun));
    expect((await planPrune(lake, aRun, options, at(20))).items.map(({ runId }) => runId)).toEqual([
      idOf(1),
      idOf(2),
      open,
    ]);
  });

  test('keeps for a day what a reader may have begun to read', async () => {
    const { lake } = await history(['published', 'published'], 0);
    const left = at(2, 4).getTime(); // when the second run took its place
    const before = await planPrune(lake, aRun, options, new Date(left + 24 * 3_600_000 - 1));
    expect(before.items).toEqual([]);
    const after = await planPrune(lake, aRun, options, new Date(left + 24 * 3_600_000));
    expect(after.items.map(({ runId }) => runId)).toEqual([idOf(1)]);
  });

  test('removes the files of attempts at merging that were not the first, and no others', async () => {
    const { objects, lake } = await history(['published'], 1);
    const run = { ...aRun, runId: idOf(1) };
    const files = ['winner', 'loser', 'another'].map(
      (attempt) => `${curatedPrefix(run, attempt)}part-00000.parquet`,
    );
    for (const key of files) await lake.put(key, 'rows');
    expect((await planPrune(lake, aRun, options, at(20))).items).toEqual([]);
    const file = { key: files[0], bytes: 4, etag: 'e', records: 1 };
    const location = curatedPrefix(run, 'winner');
    const curated = {
      version: 1,
      attempt: 'winner',
      location,
      files: [file],
      records: 1,
      keyChecksum: 'c',
      removed: 0,
    };
    await lake.put(curatedKey(run), JSON.stringify(curated));
    const plan = await planPrune(lake, aRun, options, at(20));
    expect(plan.items).toMatchObject([{ why: 'merged by somebody else first', objects: 2 }]);
    const all = objects.keys().length;
    expect(await applyPrune(lake, plan)).toBe(2);
    expect(objects.keys()).toHaveLength(all - 2);
    expect(objects.text(`${files[0]}`)).toBe('rows');
  });

  test('takes old raw pages of kept runs where it is told to, but not of the published one or of one that is replayed', async () => {
    const { objects, lake } = await history(['published', 'published', 'published', 'published'], 3, [
      ...[99, 99, 99],
      1,
    ]);
    const plan = await planPrune(lake, aRun, { ...options, rawDays: 10 }, at(30));
    expect(plan.items.map(({ runId, why }) => [runId, why])).toEqual([
      [idOf(2), 'older than 10 days'],
      [idOf(3), 'older than 10 days'],
    ]);
    await applyPrune(lake, plan);
    const places = (day: number) => new Set(keysOf(objects, idOf(day)).map((key) => key.split('/')[0]));
    expect(places(2)).toEqual(new Set(['stage', 'runs']));
    expect(places(1)).toEqual(new Set(['stage', 'runs', 'raw', 'quarantine']));
    expect((await planPrune(lake, aRun, { ...options, rawDays: 28 }, at(30))).items).toEqual([]);
  });

  test('lets the pointer forget what --keep no longer keeps before it removes it', async () => {
    const { objects, lake } = await history(['published', 'published', 'published'], 3);
    const plan = await planPrune(lake, aRun, { ...options, keep: 1 }, at(20));
    expect(plan.forgotten).toEqual([idOf(1)]);
    const seen: string[] = [];
    objects.onChange = ({ key, operation }) => seen.push(operation === 'remove' ? 'remove' : key);
    await applyPrune(lake, plan);
    expect(seen[0]).toBe('tables/geonames/cities/current.json');
    expect((await readPointer(lake, aRun))?.previous.map(({ runId }) => runId)).toEqual([idOf(2)]);
    expect(keysOf(objects, idOf(1))).toEqual([]);
  });

  test('stops where the pointer is moved or a run begins meanwhile', async () => {
    for (const happen of ['pointer', 'claim'] as const) {
      const { objects, lake } = await history(['refused', 'published', 'published'], 2);
      const plan = await planPrune(lake, aRun, options, at(20));
      if (happen === 'pointer') await rollback({ lake, catalog }, aRun, {}, at(20));
      else await lake.put(claimKey(aRun), JSON.stringify({ runId: idOf(9), claimedAt: 'x' }));
      const all = objects.keys();
      await expect(applyPrune(lake, plan)).rejects.toThrow(PruneError);
      expect(objects.keys()).toEqual(all);
    }
  });

  test('leaves alone since when a dataset is expected, which is of no run', async () => {
    const { objects, lake } = await history(['refused', 'refused'], 1);
    await lake.put(expectedKey(aRun), '{}');
    await applyPrune(lake, await planPrune(lake, aRun, options, at(20)));
    expect(objects.keys()).toEqual([expectedKey(aRun)]);
  });

  test('knows every dataset of the lake, and no claim or neighbour for one', async () => {
    const { lake } = await history(['published', 'published'], 1);
    await lake.put(claimKey(aRun), '{}');
    for (const key of [
      'runs/geonames/cities-old/x/plan.json',
      'runs/zoo/ants/x/plan.json',
      'runs/stray.json',
    ]) {
      await lake.put(key, '{}');
    }
    const found: string[] = [];
    for await (const { source, dataset } of datasetsIn(lake)) found.push(`${source}/${dataset}`);
    expect(found).toEqual(['geonames/cities-old', 'geonames/cities', 'zoo/ants']);
  });
});

test('a run is named after its moment', () => {
  const moments = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(fc.property(moments, (moment) => expect(momentOf(runIdAt(moment))).toBe(moment.getTime())));
});

const anyEvent = fc.constantFrom<Event>(
  'published',
  'published',
  'refused',
  'trial',
  'unfinished',
  'rollback',
);
const anyHistory = fc.record({
  events: fc.array(anyEvent, { minLength: 1, maxLength: 8 }),
  keepRuns: fc.nat(3),
  replays: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 8 }),
  keep: fc.option(fc.nat(3), { nil: undefined }),
  rawDays: fc.option(fc.nat(6), { nil: undefined }),
  graceHours: fc.nat(100),
  today: fc.integer({ min: 8, max: 14 }),
  open: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
});

test('whatever happened, nothing that a reader, a rollback, an open run or a replay needs is removed, and nothing else stays', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, async ({ events, keepRuns, replays, today, open, ...asked }) => {
      const { objects, lake } = await history(events, keepRuns, replays);
      if (open !== undefined)
        await lake.put(claimKey(aRun), JSON.stringify({ runId: idOf(open), claimedAt: 'x' }));
      const now = at(today, 5);
      const before = new Map([...objects.objects.keys()].map((key) => [key, objects.text(key)]));
      await applyPrune(lake, await planPrune(lake, aRun, asked, now));

      const pointer = await readPointer(lake, aRun);
      const whole = (runId: string, places: readonly string[]) => {
        for (const [key, text] of before) {
          const isOf = key.includes(runId) && places.includes(key.split('/')[0] ?? '');
          if (isOf) expect([key, objects.text(key)]).toEqual([key, text]);
        }
      };
      const everything = ['stage', 'tables', 'runs', 'raw', 'quarantine'];
      const table = ['stage', 'tables', 'runs'];
      const needed = pointer ? [pointer.runId, ...pointer.previous.map(({ runId }) => runId)] : [];
      if (pointer) whole(pointer.runId, everything);
      if (open !== undefined) whole(idOf(open), everything);
      for (const runId of needed) whole(runId, table);
      for (const runId of [...needed, ...(open === undefined ? [] : [idOf(open)])]) {
        const plan = JSON.parse(objects.text(planKey({ ...aRun, runId })) ?? '{}');
        if (plan.replayOf) whole(plan.replayOf.runId, everything);
      }
      for (const [index] of events.entries()) {
        const young = at(index + 1).getTime() > now.getTime() - asked.graceHours * 3_600_000;
        if (young) whole(idOf(index + 1), table);
      }
      for (const { runId } of pointer?.previous ?? []) {
        await rollback({ lake, catalog }, aRun, { to: runId }, now); // everything that is offered can be had
      }
      // Going there and back has changed nothing but the pointer: there is nothing left to remove.
      if (pointer && pointer.previous.length === 0) {
        expect((await planPrune(lake, aRun, asked, now)).items).toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
});

test('killed at any removal and run again, it comes to the same', async () => {
  const events: Event[] = ['published', 'refused', 'unfinished', 'published', 'published'];
  const make = () => history(events, 3);
  const asked = { ...options, keep: 1, rawDays: 1 };
  const whole = await make();
  await applyPrune(whole.lake, await planPrune(whole.lake, aRun, asked, at(20)));
  for (let call = 0; ; call++) {
    const { objects } = await make();
    let calls = 0;
    const fault = ({ operation }: LakeCall) =>
      operation === 'removeAll' || operation === 'replace'
        ? calls++ === call
          ? ('after' as const)
          : undefined
        : undefined;
    const broken = memoryLake(objects, { fault });
    const plan = await planPrune(broken, aRun, asked, at(20));
    const ended = await applyPrune(broken, plan).then(
      () => true,
      () => false,
    );
    const lake = memoryLake(objects);
    await applyPrune(lake, await planPrune(lake, aRun, asked, at(20)));
    expect(objects.keys()).toEqual(whole.objects.keys());
    if (ended) {
      expect(call).toBeGreaterThan(10);
      return;
    }
  }
});
