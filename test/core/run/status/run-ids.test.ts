import fc from 'fast-check';
import { observationsKey, planKey, runsPrefix } from '../../../../core/run/keys';
import { runIdAt } from '../../../../core/run/plan/run-id';
import { runIds } from '../../../../core/run/status/run-ids';
import { memoryLake } from '../../../support/memory-lake';
import { aRun } from '../run-fixture';

async function idsOf(lake: Parameters<typeof runIds>[1], after?: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const runId of runIds(aRun, lake, { after })) ids.push(runId);
  return ids;
}

const runId = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map(runIdAt);

it('finds every run once, oldest first, whatever documents it has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(runId, { maxLength: 12 }), fc.nat(3), async (ids, documents) => {
      const lake = memoryLake();
      for (const runId of ids) {
        await lake.put(planKey({ ...aRun, runId }), '{}');
        for (let index = 0; index < documents; index++)
          await lake.put(observationsKey({ ...aRun, runId }, { slice: 'all', index }, 'a1'), '{}');
      }
      const sorted = [...ids].sort();
      expect(await idsOf(lake)).toEqual(sorted);
      for (const after of sorted) expect(await idsOf(lake, after)).toEqual(sorted.filter((id) => id > after));
    }),
  );
});

it('takes one LIST for each run, and none of its documents but the first', async () => {
  const lists: string[] = [];
  const lake = memoryLake(undefined, {
    turn: async ({ operation, key }) => {
      if (operation === 'list') lists.push(key);
    },
  });
  for (const day of ['01', '02', '03'])
    await lake.put(planKey({ ...aRun, runId: `2026-01-${day}t00-00-00-000z` }), '');
  lists.length = 0;
  expect(await idsOf(lake)).toHaveLength(3);
  // Told before and after each; the last one finds nothing.
  expect(lists).toEqual(Array(2 * (3 + 1)).fill(runsPrefix(aRun)));
});

it('leaves out folders that are no run, and datasets whose names begin alike', async () => {
  const lake = memoryLake();
  await lake.put(`${runsPrefix(aRun)}notes/plan.json`, '{}');
  await lake.put(planKey({ ...aRun, dataset: `${aRun.dataset}-old` }), '{}');
  expect(await idsOf(lake)).toEqual([]);
});
