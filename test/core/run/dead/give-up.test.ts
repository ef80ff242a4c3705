import { deadDocuments } from '../../../../core/run/dead/dead-documents';
import { findRanges, giveUp, holeOf } from '../../../../core/run/dead/give-up';
import { givenUpSchema } from '../../../../core/run/dead/given-up';
import { deadKey, givenUpKey, planKey, stageKey } from '../../../../core/run/keys';
import { unroll } from '../../../../core/run/missing/unroll';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { aChain, aGrid, aLead, aPlan } from '../run-fixture';

const plan = aPlan({
  sequences: [aGrid({ pages: 10, slicePages: 10, pagesPerRange: 3, pageSize: 100, total: 950 })],
});
const record = { reason: 'page 4 is broken', by: 'ada', at: '2026-01-31T04:00:00.000Z' };

async function aLake(...present: number[]) {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  await lake.put(planKey(plan), JSON.stringify(plan));
  for (const index of present) await lake.put(stageKey(plan, { slice: 'all', index }), 'x');
  return { objects, lake };
}

describe('ranges to give up', () => {
  it('are found by their names, or all that are missing', async () => {
    const { lake } = await aLake(0, 2);
    const missing = { plan, unrolled: await unroll(plan, lake) };
    const indexes = (names: string[]) => findRanges(names, missing).missing.map(({ index }) => index);
    expect(indexes(['all-00000003', 'all-00000001', 'all-00000003'])).toEqual([3, 1]);
    expect(indexes(['missing'])).toEqual([1, 3]);
  });

  it('are refused with a sentence that names what there is', async () => {
    const { lake } = await aLake(0, 2);
    const unrolled = await unroll(plan, lake);
    const problems = (name: string) => findRanges([name], { plan, unrolled }).problems;
    expect(problems('all-00000000')).toEqual([
      'range all-00000000 is there already, so it cannot be given up',
    ]);
    for (const name of ['all-00000099', 'all-1', 'de-00000001', 'look-1/all-00000001']) {
      expect(problems(name)).toEqual([
        `range ${name} is none that is missing: those are all-00000001, all-00000003`,
      ]);
    }
  });

  it('are on record by whoever was first, and found again', async () => {
    const { lake, objects } = await aLake(0, 2);
    const first = await unroll(plan, lake);
    const { missing } = findRanges(['all-00000001'], { plan, unrolled: first });
    expect(await giveUp(missing, plan, record, lake)).toBe(1);
    expect(await giveUp(missing, plan, { ...record, by: 'bob' }, lake)).toBe(0);
    const text = objects.text(givenUpKey(plan, { slice: 'all', index: 1 })) ?? '';
    expect(givenUpSchema.parse(JSON.parse(text))).toEqual({ slice: 'all', index: 1, ...record });

    const unrolled = await unroll(plan, lake);
    const again = findRanges(['all-00000001', 'all-00000003'], { plan, unrolled });
    expect(again).toMatchObject({ before: [{ index: 1 }], missing: [{ index: 3 }], problems: [] });
  });

  it('of a look have the look in their name and in their document', async () => {
    const { lake, objects } = await aLake();
    const look = { ...plan, look: 1 };
    const unrolled = await unroll(look, lake);
    const { missing } = findRanges(['look-1/all-00000001'], { plan: look, unrolled });
    await giveUp(missing, look, record, lake);
    const text = objects.text(givenUpKey(look, { slice: 'all', index: 1 })) ?? '';
    expect(JSON.parse(text)).toMatchObject({ look: 1, index: 1 });
    expect((await unroll(plan, lake)).givenUp).toEqual([]);
  });
});

test('a hole is as large as its pages, and of unknown size where nobody knows what would follow', async () => {
  const { lake } = await aLake(0);
  const unrolled = await unroll(plan, lake);
  expect(holeOf([...unrolled.missing()])).toEqual({ ranges: 3, pages: 7, records: 650, openSlices: [] });
  const chain = aChain();
  const lead = aLead(2);
  const open = aPlan({ sequences: [chain, lead] });
  const hole = holeOf([...(await unroll(open, memoryLake(new MemoryObjects()))).missing()]);
  expect(hole).toMatchObject({ pages: 0, records: 0 });
  expect(hole.openSlices).toEqual([chain.slice, ...lead.slices.map(({ name }) => name)]);
});

test('the documents of dead ranges tell of those that are still missing, and of no other', async () => {
  const { lake } = await aLake(0);
  const dead = {
    slice: 'all',
    failure: 'permanent',
    error: 'PermanentError',
    reason: 'HTTP 404',
    status: 404,
    attempt: 'a',
  };
  const at = '2026-01-31T03:30:00.000Z';
  for (const index of [0, 1, 2]) {
    await lake.put(deadKey(plan, { slice: 'all', index }), JSON.stringify({ ...dead, index, at }));
  }
  const look = { ...plan, look: 1 };
  await lake.put(
    deadKey(look, { slice: 'all', index: 0 }),
    JSON.stringify({ ...dead, index: 0, look: 1, at }),
  );
  await giveUp([{ slice: 'all', index: 2 }], plan, record, lake);
  const found = [];
  for await (const one of deadDocuments(plan, lake)) found.push(one);
  expect(found).toMatchObject([
    { index: 1, dataset: plan.dataset, runId: plan.runId, reason: 'HTTP 404', at: Date.parse(at) },
    { index: 0, look: 1 },
  ]);
  expect(found).toHaveLength(2);
});
