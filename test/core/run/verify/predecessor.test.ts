import { PermanentError } from '../../../../core/errors';
import type { Plan } from '../../../../core/plan/plan';
import { manifestKey, pointerKey, runsPrefix, verificationKey } from '../../../../core/run/keys';
import { unroll } from '../../../../core/run/missing/unroll';
import { publish } from '../../../../core/run/publish/pointer';
import { readManifest } from '../../../../core/run/verify/manifest';
import { readVerification } from '../../../../core/run/verify/verification';
import { verifyAgain } from '../../../../core/run/verify/verify-again';
import { verifyOnce } from '../../../../core/run/verify/verify-once';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { aPublication, writePublished } from '../publish/publish-fixture';
import { aPlan, aRun, startOfTime, stillClock, writeRun } from '../run-fixture';

const older = '2026-01-30t03-00-00-000z';
const later = '2026-02-01t03-00-00-000z';
const sinceThen = {
  since: '2026-01-29T03:00:00.000Z',
  sent: '2026-01-29',
  base: { runId: '2026-01-29t03-00-00-000z' },
};

/** A run of 950 records that is there, to be verified in a lake where another of so many is published. */
async function loaded(records: number, runId = older, plan: Plan = aPlan()) {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  await writePublished(lake, runId, { at: new Date(startOfTime) });
  const text = objects.text(pointerKey(aRun)) ?? '';
  await lake.put(pointerKey(aRun), JSON.stringify({ ...JSON.parse(text), records }));
  await writeRun(lake, plan);
  const services = { lake, clock: stillClock(), findRepeatedKeys: async () => undefined };
  const verify = async () => verifyOnce(plan, await unroll(plan, lake), services);
  const unpublish = () => objects.objects.delete(pointerKey(aRun));
  return { objects, lake, verify, unpublish, again: () => verifyAgain(aRun, services) };
}

it('is what readers see when the run is verified, and is held against it also when it is verified again', async () => {
  const { verify, again, lake, unpublish } = await loaded(1901);
  const manifest = await verify();
  expect(manifest).toMatchObject({
    predecessor: { runId: older, records: 1901, definition: aPlan().definition },
    problems: [expect.stringContaining('950 of the 1,901 records')],
  });
  const first = await readVerification(lake, aRun);
  expect(first).toMatchObject({ verdict: 'short' });
  unpublish();
  expect((await again()).checks).toEqual(first?.checks);
});

it('is nothing where nothing is published', async () => {
  const { verify, unpublish } = await loaded(1901);
  unpublish();
  expect(await verify()).toMatchObject({ predecessor: null, problems: [] });
});

it.each([
  ['pruned', undefined],
  ['of another version', '{"version":2}'],
  ['cut off', '{"version":3,'],
])('is told by the pointer where its manifest is %s', async (_, text) => {
  const { verify, lake, objects } = await loaded(1901);
  for (const key of objects.keys(`${runsPrefix(aRun)}${older}/`)) objects.objects.delete(key);
  if (text !== undefined) await lake.put(manifestKey({ ...aRun, runId: older }), text);
  const { predecessor, problems } = await verify();
  expect(predecessor).toEqual({ runId: older, records: 1901 });
  expect(problems).toHaveLength(1);
});

it('is waited for where the pointer is broken: nothing is decided past it', async () => {
  const { verify, lake, objects } = await loaded(1901);
  const key = pointerKey(aRun);
  const text = objects.text(key) ?? '';
  await lake.put(key, text.slice(0, -10));
  await expect(verify()).rejects.toThrow(PermanentError);
  await expect(verify()).rejects.toThrow(`${key} in the lake is not a document of this version: restore it`);
  expect(await readManifest(lake, aRun)).toBeUndefined();
  expect(objects.text(verificationKey(aRun))).toBeUndefined();
  await lake.put(key, text);
  expect((await verify()).problems).toHaveLength(1);
});

it('is the merged table where changes were merged into it', async () => {
  const { verify, lake, objects } = await loaded(1901);
  const pointer = JSON.parse(objects.text(pointerKey(aRun)) ?? '');
  await lake.put(pointerKey(aRun), JSON.stringify({ ...pointer, increment: sinceThen }));
  expect((await verify()).predecessor).toMatchObject({ records: 1901, isMerged: true });
});

it('is the run that readers were brought back to', async () => {
  const { verify, lake, objects } = await loaded(1901);
  await publish(lake, aPublication('2026-01-30t09-00-00-000z'), new Date(startOfTime));
  const { previous, ...pointer } = JSON.parse(objects.text(pointerKey(aRun)) ?? '');
  const rolledBack = { from: pointer.runId, at: '2026-01-30T10:00:00.000Z' };
  const back = { ...pointer, ...previous[0], previous: [], rolledBack };
  await lake.put(pointerKey(aRun), JSON.stringify(back));
  expect((await verify()).predecessor).toMatchObject({ runId: older, records: 1901 });
});

it('is none of a run that a later one has overtaken, of a trial and of what changed', async () => {
  const runs = [
    await loaded(1901, later),
    await loaded(1901, older, aPlan({ subset: true })),
    await loaded(1901, older, aPlan({ increment: { ...sinceThen, base: { runId: older } } })),
  ];
  for (const { verify } of runs) {
    const manifest = await verify();
    expect(manifest).not.toHaveProperty('predecessor');
    expect(manifest.problems).toEqual([]);
  }
});

it('changes nothing of a run that somebody else has verified and published meanwhile', async () => {
  const { verify, lake, objects } = await loaded(1901, older);
  let hasEnded = false;
  const slow = { ...lake };
  slow.get = async (key) => {
    if (key === pointerKey(aRun) && !hasEnded) {
      hasEnded = true;
      const manifest = { ...(await verify()), problems: [] };
      const table = { location: 'stage/x/', files: 4, records: 950, bytes: 40 };
      await publish(lake, { manifest, table, keepRuns: 0 }, new Date(startOfTime));
    }
    return lake.get(key);
  };
  const plan = aPlan();
  const services = { lake: slow, clock: stillClock(), findRepeatedKeys: async () => undefined };
  const found = await verifyOnce(plan, await unroll(plan, slow), services);
  expect(found.predecessor).toMatchObject({ runId: older });
  const key = verificationKey(aRun);
  expect(objects.changes.filter((change) => change.key === key)).toHaveLength(1);
});
