import { readEnding } from '../../../../core/run/ending/ending';
import { endingKey, manifestKey, pointerKey, stageKey, stagePrefix } from '../../../../core/run/keys';
import { asPublished, type Pointer, pointerSchema } from '../../../../core/run/publish/pointer';
import { type LakeCall, memoryLake } from '../../../support/memory-lake';
import { EndedRun } from '../ending/ended-run';
import { aPlan, aRun } from '../run-fixture';

const refused = aPlan({ total: 951 });
const anHour = () => 3_600_000;
const earlier = '2026-01-30t03-00-00-000z';
const later = '2026-02-01t03-00-00-000z';

/** Objects that are none of the run's own stage objects. */
const others = [
  `raw/geonames/cities/run=${aRun.runId}/all-00000000-a1.jsonl.gz`,
  `quarantine/geonames/cities/run=${aRun.runId}/all-00000000-a1.jsonl.gz`,
  'stage/geonames/cities/run=2026-01-30t03-00-00-000z/all-00000000.parquet',
  'stage/geonames/cities-of-old/run=2026-01-31t03-00-00-000z/all-00000000.parquet',
];

it('leaves all stage objects of a refused run to expire, those of its looks too, and nothing else', async () => {
  const run = await EndedRun.prepare(refused);
  const look = stageKey({ ...refused, look: 2 }, { slice: 'all', index: 0 });
  for (const key of [...others, look]) await run.lake.put(key, '');
  expect(await run.tick()).toMatchObject([{ state: 'refused' }]);
  expect(run.tagged).toEqual([look, ...run.objects.keys(stagePrefix(refused))].sort());
  expect(run.tagged).toHaveLength(5);
  expect([...run.objects.tags.values()]).toEqual(
    run.tagged.map(() => ({ name: 'baseload', value: 'unpublished' })),
  );
});

it('leaves those of a run to expire that is given up, and of one that a later one has overtaken', async () => {
  const late = await EndedRun.old([3]);
  expect(await late.tick()).toMatchObject([{ state: 'failed' }]);
  expect(late.tagged).toHaveLength(3);

  const overtaken = await EndedRun.prepare(aPlan());
  const other = await EndedRun.prepare(aPlan());
  await other.tick();
  const pointer = JSON.parse(other.objects.text(pointerKey(aRun)) ?? '');
  await overtaken.lake.put(
    pointerKey(aRun),
    JSON.stringify({ ...pointer, runId: '2026-02-01t03-00-00-000z' }),
  );
  expect(await overtaken.tick()).toMatchObject([{ state: 'superseded' }]);
  expect(overtaken.tagged).toHaveLength(4);
});

it('leaves nothing to expire of a published run, of a trial, and of one that an operator may go back to', async () => {
  const published = await EndedRun.prepare(aPlan());
  await published.tick();
  expect(published.tagged).toEqual([]);

  // An older version published it, and died before it released the claim; then an operator went back to the run before.
  const left = published;
  const pointer = JSON.parse(left.objects.text(pointerKey(aRun)) ?? '');
  const before = { ...pointer, runId: '2026-01-30t03-00-00-000z', previous: [pointer] };
  await left.lake.put(pointerKey(aRun), JSON.stringify(before));
  left.objects.objects.delete(endingKey(aRun));
  await left.claim();
  expect(await left.tick()).toMatchObject([{ state: 'superseded' }]);
  expect(left.tagged).toEqual([]);

  const trial = await EndedRun.prepare(aPlan({ subset: true }));
  expect(await trial.tick()).toMatchObject([{ state: 'verified' }]);
  expect(trial.tagged).toEqual([]);
});

it('tags after it has given the dataset free, and no longer than there is time', async () => {
  const run = await EndedRun.prepare(refused);
  let looks = 0;
  const openWhenTagged: boolean[] = [];
  const lake = memoryLake(run.objects, {
    turn: async ({ operation }) => {
      if (operation === 'tag') openWhenTagged.push(await run.isOpen());
    },
  });
  // Two keys are looked at, then the time is over.
  const timeLeft = () => (looks++ < 3 ? 3_600_000 : 59_000);
  expect(await run.tick({ lake, timeLeft })).toMatchObject([{ state: 'refused' }]);
  expect(run.tagged).toHaveLength(2);
  expect(openWhenTagged).not.toContain(true);
  expect(run.telemetry.lines).toContainEqual({
    message: 'Not all stage objects of a run that ended unpublished will expire: baseload prune removes them',
    details: { ...aRun, tagged: 2, reason: 'Error: there was no time left' },
  });
});

it('ends a run all the same where the lake refuses to tag', async () => {
  const run = await EndedRun.prepare(refused);
  const fault = ({ operation }: LakeCall) => (operation === 'tag' ? 'before' : undefined);
  const lake = memoryLake(run.objects, { fault });
  expect(await run.tick({ lake, timeLeft: anHour })).toMatchObject([{ state: 'refused' }]);
  expect(run.tagged).toEqual([]);
  expect(await run.isOpen()).toBe(false);
  expect(run.objects.text(manifestKey(aRun))).toBeDefined();
});

it.each([
  ['shows', (pointer: Pointer) => pointer],
  ['keeps', (pointer: Pointer) => ({ ...pointer, runId: later, previous: [asPublished(pointer)] })],
  [
    'was brought back from',
    (pointer: Pointer) => ({ ...pointer, runId: earlier, rolledBack: { from: aRun.runId, at: 'now' } }),
  ],
])('leaves nothing to expire of a run that the pointer %s, whatever its ending says', async (_, moved) => {
  const run = await EndedRun.prepare(aPlan());
  await run.tick();
  const pointer = pointerSchema.parse(JSON.parse(run.objects.text(pointerKey(aRun)) ?? ''));
  await run.lake.put(pointerKey(aRun), JSON.stringify(moved(pointer)));
  const failed = { version: 1, ending: 'failed', reasons: ['by hand'], at: pointer.publishedAt };
  await run.lake.put(endingKey(aRun), JSON.stringify(failed));
  await run.claim();
  expect(await run.tick()).toMatchObject([{ state: 'failed' }]);
  expect(run.tagged).toEqual([]);
  expect(run.telemetry.lines.at(-1)).toMatchObject({
    details: { ...aRun, tagged: 0, reason: 'Error: readers see it, or may go back to it' },
  });
});

it('leaves nothing to expire where the pointer cannot be read', async () => {
  const run = await EndedRun.old([3]);
  await run.lake.put(pointerKey(aRun), 'no document');
  expect(await run.tick()).toMatchObject([{ state: 'failed' }]);
  expect(run.tagged).toEqual([]);
});

it('never shows readers a run that is left to expire, though somebody removed its ending', async () => {
  const run = await EndedRun.old([3]);
  await run.tick();
  expect(run.tagged).toHaveLength(3);
  await run.load(3);
  await run.lake.removeAll([endingKey(aRun)]);
  await run.claim();
  expect(await run.tick()).toMatchObject([
    { state: 'refused', problems: [expect.stringContaining('left to expire')] },
  ]);
  expect(await run.published()).toBeUndefined();
  expect(await run.isOpen()).toBe(false);
  expect(await readEnding(run.lake, aRun)).toMatchObject({ ending: 'refused' });
  expect(run.tagged).toHaveLength(4);
});
