import type { PagesRange } from '../../../../core/plan/plan';
import { claimDataset, readClaim } from '../../../../core/run/claim';
import { manifestPartKey, manifestPartsPrefix, planKey } from '../../../../core/run/keys';
import { unroll } from '../../../../core/run/missing/unroll';
import type { Receipt } from '../../../../core/run/range/receipt';
import { reconcile } from '../../../../core/run/reconcile';
import { type Manifest, manifestObjects, readManifest } from '../../../../core/run/verify/manifest';
import { GridLake } from '../../../support/grid-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import { nobodyListens } from '../../../support/nobody-listens';
import { aGrid, aPlan, aRun, noCuration, receiptOf, recordTelemetry, stillClock } from '../run-fixture';

const ranges = 12_345;
const grid = { pages: ranges, slicePages: ranges, pagesPerRange: 1, pageSize: 10, total: 10 * ranges };
const plan = aPlan({ sequences: [aGrid(grid)], total: 10 * ranges });

const keyAt = (n: number) => `[${n}]`;
const provable = (range: PagesRange): Partial<Receipt> => ({
  ...{ uniqueKeys: true, firstKey: keyAt(10 * range.index), lastKey: keyAt(10 * range.index + 9) },
});

let lake: GridLake;
afterEach(() => lake.close());

/** A run of 12,345 ranges that is claimed and planned, and reconcile over it. */
async function prepare(change = provable) {
  lake = await GridLake.open(plan, (range) => receiptOf(plan, range, change(range)));
  const clock = stillClock();
  await claimDataset(lake, aRun, new Date(clock.now()));
  await lake.put(planKey(plan), JSON.stringify(plan));
  const messages = new MemoryMessages();
  const findRepeatedKeys = jest.fn(async () => undefined);
  const curated = { telemetry: recordTelemetry(), curation: noCuration };
  const services = { ...nobodyListens, lake, clock, findRepeatedKeys, ...curated };
  return {
    findRepeatedKeys,
    async tick() {
      lake.asked.heads = 0;
      lake.asked.lists = 0;
      const reports = await reconcile({ ...services, pageQueue: async () => memoryPageQueue(messages) });
      messages.waiting = [];
      return reports;
    },
    parts: async () => {
      const keys: string[] = [];
      for await (const { key } of lake.list(manifestPartsPrefix(plan))) keys.push(key);
      return keys;
    },
  };
}

const part = (name: string) => manifestPartKey(plan, name);

it('reads the receipts of a block once, as soon as it is complete, and lists what comes behind it only', async () => {
  const { tick, parts, findRepeatedKeys } = await prepare();
  lake.present = 4_999;
  expect(await tick()).toMatchObject([{ state: 'loading', missing: ranges - 4_999 }]);
  expect(await parts()).toEqual([]);

  lake.present = 10_400;
  expect(await tick()).toMatchObject([{ state: 'loading', missing: ranges - 10_400 }]);
  expect(await parts()).toEqual([part('block-all-00000000'), part('block-all-00000001')]);
  expect(lake.asked.heads).toBeGreaterThanOrEqual(10_000);

  lake.present = 11_000;
  expect(await tick()).toMatchObject([{ state: 'loading', missing: ranges - 11_000 }]);
  expect(lake.asked.heads).toBeLessThan(10); // nothing is read again
  expect(lake.asked.lists).toBeLessThan(12); // 2 for 11,000 ranges, instead of 11

  lake.present = ranges;
  expect(await tick()).toMatchObject([{ state: 'published', records: 10 * ranges }]);
  expect(lake.asked.heads).toBeGreaterThan(2345);
  expect(lake.asked.heads).toBeLessThan(2345 + 20);
  const manifest = (await readManifest(lake, plan)) as Manifest;
  expect(manifest.parts).toEqual([
    { key: part('block-all-00000000'), objects: 5000 },
    { key: part('block-all-00000001'), objects: 5000 },
    { key: part(`rest-00000000-of-${ranges}`), objects: 2345 },
  ]);
  let next = 0;
  for await (const { receipt } of manifestObjects(manifest, lake)) expect(receipt.firstPage).toBe(next++);
  expect(next).toBe(ranges);
  expect(findRepeatedKeys).not.toHaveBeenCalled(); // the receipts prove it
  expect(await readClaim(lake, aRun)).toBeUndefined();
});

it('knows the ranges of blocks without listing them', async () => {
  const { tick } = await prepare();
  lake.present = 10_400;
  await tick();
  const unrolled = await unroll(plan, lake);
  expect(unrolled).toMatchObject({ missingRanges: ranges - 10_400, complete: false });
  expect(unrolled.missing().next().value).toMatchObject({ index: 10_400 });
  expect(unrolled.blocks).toEqual([
    { slice: 'all', block: 0 },
    { slice: 'all', block: 1 },
  ]);
});

it('reads the records of those ranges only whose receipts leave a doubt', async () => {
  const overlapping = (range: PagesRange) =>
    range.index === 7000 ? { ...provable(range), lastKey: keyAt(70_010) } : provable(range);
  const { tick, findRepeatedKeys } = await prepare(overlapping);
  const read: string[] = [];
  findRepeatedKeys.mockImplementation((async (_: unknown, objects: AsyncIterable<{ key: string }>) => {
    for await (const { key } of objects) read.push(key.slice(-16, -8));
  }) as never);
  expect(await tick()).toMatchObject([{ state: 'published' }]);
  expect(read).toEqual(['00007000', '00007001']);
});

it('refuses a run in which an object was overwritten after its receipt was read', async () => {
  const { tick } = await prepare();
  lake.present = 6_000;
  await tick();
  const changed = jest.spyOn(lake, 'list');
  const original = GridLake.prototype.list;
  changed.mockImplementation(async function* (this: GridLake, prefix, options) {
    for await (const object of original.call(this, prefix, options)) {
      yield object.key.endsWith('all-00000017.parquet') ? { ...object, etag: 'another' } : object;
    }
  });
  lake.present = ranges;
  expect(await tick()).toMatchObject([
    {
      state: 'refused',
      problems: [
        expect.stringMatching(
          /all-00000017\.parquet is not the object that its receipt was read from: somebody has overwritten it$/,
        ),
      ],
    },
  ]);
});
