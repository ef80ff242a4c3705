import fc from 'fast-check';
import { pageRangeName, plannedRanges } from '../../../../core/plan/grid';
import { type PageRange, tableSchema } from '../../../../core/plan/plan';
import { stageKey, stagePrefix } from '../../../../core/run/keys';
import { presentRanges, rangeOfKey } from '../../../../core/run/missing/present-ranges';
import { memoryLake } from '../../../support/memory-lake';
import { aPlan, writeRange } from '../run-fixture';

const extensions = tableSchema.shape.extension.options;

describe('rangeOfKey', () => {
  it('reads every stage key back, of any extension', () => {
    const range = fc.record({
      slice: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,6}$/),
      index: fc.nat(99_999_999),
    });
    fc.assert(
      fc.property(range, fc.constantFrom(...extensions), (range, extension) => {
        const run = { ...aPlan(), extension };
        expect(rangeOfKey(stagePrefix(run), stageKey(run, range))).toEqual(range);
      }),
    );
  });

  it.each([
    'all-00000001',
    'all-00000001.',
    'all-00000001.csv',
    'all-00000001.parquet.gz',
    'all.parquet',
    '.parquet',
    'x/all-00000001.parquet',
  ])('takes %s for no range', (name) => {
    expect(rangeOfKey('stage/', `stage/${name}`)).toBeUndefined();
  });

  it('takes nothing of another prefix', () => {
    expect(rangeOfKey('stage/a/', 'stage/b/all-00000001.parquet')).toBeUndefined();
  });
});

test.each(extensions)("a run's ranges are the objects that end in .%s", async (extension) => {
  const lake = memoryLake();
  const plan = aPlan({ extension });
  const [first, second] = [...plannedRanges(plan)] as [PageRange, PageRange];
  await writeRange(lake, plan, first);
  for (const other of extensions)
    if (other !== extension)
      await lake.put(stageKey({ ...plan, extension: other }, second), 'of somebody else');
  const { present } = await presentRanges(plan, lake);
  expect([first, second].filter((range) => present.has(range)).map(pageRangeName)).toEqual(['all-00000000']);
});
