import fc from 'fast-check';
import { countPages, countRanges, plannedRanges, rangesOf } from '../../../core/plan/grid';
import type { PageRange, Plan } from '../../../core/plan/plan';
import { manifestKey, observationsKey, planKey, stageKey } from '../../../core/run/keys';
import { unroll } from '../../../core/run/missing/unroll';
import type { Lake } from '../../../core/run/ports';
import type { Receipt } from '../../../core/run/range/receipt';
import { type ManifestObject, manifestObjects, manifestSchema } from '../../../core/run/verify/manifest';
import { verifyOnce as verifyUnrolled } from '../../../core/run/verify/verify-once';
import { noObservations } from '../../../core/shape/merge-observations';
import type { Observations, Unfit } from '../../../core/shape/observations';
import { MemoryObjects, memoryLake } from '../../support/memory-lake';
import {
  aChain,
  aGrid,
  aLead,
  anOpenPlan,
  aPlan,
  aRange,
  receiptOf,
  stillClock,
  writeRange,
  writeRun,
} from './run-fixture';
import { judged } from './verify/judged';

const plan = aPlan();
const observationsKeyOf = (index: number) => observationsKey(plan, { slice: 'all', index }, 'a1b2c3d4');
const second = stageKey(plan, { slice: 'all', index: 1 });

/** What is not told from receipts. */
type Findings = Omit<NonNullable<Parameters<typeof judged>[2]>, 'extents'>;

/** Verifies a run whose plan tells all its ranges. */
const verify = (aRunPlan: Plan, objects: readonly ManifestObject[], found: Findings = {}) =>
  verifyExtent(aRunPlan, { ranges: countRanges(aRunPlan), pages: countPages(aRunPlan) }, objects, found);

const verifyExtent = (
  aRunPlan: Plan,
  extent: { ranges: number; pages: number },
  objects: readonly ManifestObject[],
  found: Findings = {},
) => judged(aRunPlan, objects, { ...found, extents: [{ extent }] });

/** One reason for which records are in quarantine. */
const unfit = (column: string | null, count: number, reason: string, page = 2): Unfit => ({
  ...{ column, rule: 'type', count },
  example: { slice: 'all', page, position: 16, reason },
});

const verifyOnce = async (aRunPlan: Plan, lake: Lake) =>
  verifyUnrolled(aRunPlan, await unroll(aRunPlan, lake), {
    ...{ lake, clock: stillClock() },
    findRepeatedKeys: async () => undefined,
  });

/** The objects of a run that went as planned, but for what `change` says of a range. */
function objectsOf(aRunPlan: Plan, change: (range: PageRange) => Partial<Receipt> = () => ({})) {
  return [...plannedRanges(aRunPlan)].map(
    (range): ManifestObject => ({
      key: stageKey(aRunPlan, range),
      bytes: 10,
      etag: `etag-${range.index}`,
      receipt: receiptOf(aRunPlan, range, change(range)),
    }),
  );
}

/** The problems of a run in which the second range, of 300 records, is as `change` says. */
function problemsWhen(
  change: Partial<Receipt>,
  planChange: Partial<Plan> = {},
  found: Findings = {},
): string[] {
  const changed = aPlan(planChange);
  return verify(
    changed,
    objectsOf(changed, ({ index }) => (index === 1 ? change : {})),
    found,
  ).problems.slice();
}

describe('verify', () => {
  it('finds nothing wrong with a run that went as planned, and adds it up', () => {
    const objects = objectsOf(plan);
    const { checks, ...judged } = verify(plan, objects);
    expect(judged).toEqual({
      verdict: 'complete',
      problems: [],
      warnings: [],
      total: 950,
      counts: {
        ranges: 4,
        pages: 10,
        requests: 10,
        received: 950,
        added: 0,
        staged: 950,
        quarantined: 0,
        filtered: 0,
        repeated: 0,
        bytesReceived: 4000,
        bytesStaged: 40,
      },
    });
    expect(checks).toEqual(
      [
        ['definition', "the plan's definition shaped all 4 page ranges"],
        ['records-accounted', '950 records received: 950 staged, 0 in quarantine, 0 filtered'],
        ['ranges', '4 of 4 page ranges are there', { expected: 4, found: 4 }],
        ['pages', '10 of 10 pages were fetched', { expected: 10, found: 10 }],
        ['source-total', "950 of 950 records: the source's own total", { expected: 950, found: 950 }],
        ['drift', 'the source named no other total while the run was loading, and was not looked at again'],
        ['repeated-pages', 'no two page ranges begin or end with the same page'],
        ['quarantine', 'nothing is in quarantine', { expected: 0, found: 0 }],
        ['key-ranges', 'the keys of 4 page ranges neither overlap nor repeat, as their receipts prove'],
        ['unique-keys', 'each of 950 rows has a key of its own', { expected: 0, found: 0 }],
        ['checksums', 'the 4 page ranges in the lake are what their receipts were read from'],
        ['given-up', 'no page range was given up'],
        ['shrink', 'nothing was published before that could be lost'],
      ].map(([name, sentence, numbers]) => ({ name, outcome: 'passed', sentence, ...Object(numbers) })),
    );
  });

  it('finds nothing wrong with any run that went as planned', () => {
    const sizes = fc.record({
      pages: fc.integer({ min: 1, max: 60 }),
      pagesPerRange: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 50 }),
        fc.nat(49),
        ({ pages, pagesPerRange }, pageSize, lack) => {
          const total = Math.max(0, pages * pageSize - Math.min(lack, pageSize - 1));
          const grid = aGrid({ pages, slicePages: pages, pagesPerRange, pageSize, total });
          const any = aPlan({ sequences: [grid], total });
          const { problems, counts } = verify(any, objectsOf(any));
          expect(problems).toEqual([]);
          expect(counts).toMatchObject({ pages, received: total, staged: total });
        },
      ),
    );
  });

  it('refuses a run that is short by one record, wherever it is missing', () => {
    fc.assert(
      fc.property(fc.nat(3), (short) => {
        const objects = objectsOf(plan, (range) => {
          const { received } = receiptOf(plan, range);
          return range.index === short ? { received: received - 1, staged: received - 1 } : {};
        });
        expect(verify(plan, objects).problems).toEqual(['received 949 records where the source holds 950']);
      }),
    );
  });

  it('refuses a run that has one record too many', () => {
    expect(problemsWhen({ received: 301, staged: 301 })).toEqual([
      'received 951 records where the source holds 950',
    ]);
  });

  it.each([
    [
      'lost between receiving and staging',
      { staged: 299 },
      `${second} accounts for 299 of the 300 records it received`,
    ],
    ['staged twice', { staged: 301 }, `${second} accounts for 301 of the 300 records it received`],
    ['filtered and staged', { filtered: 1 }, `${second} accounts for 301 of the 300 records it received`],
  ])('refuses a range with a record that was %s', (_, change, problem) => {
    expect(problemsWhen(change)).toEqual([problem]);
  });

  it('takes a record that a declared rule filtered for accounted', () => {
    expect(problemsWhen({ staged: 299, filtered: 1 })).toEqual([]);
  });

  it('adds up rows that were made of records', () => {
    expect(problemsWhen({ added: 7, staged: 305, filtered: 2 })).toEqual([]);
    expect(problemsWhen({ added: 7, staged: 305, filtered: 1 })).toEqual([
      `${second} accounts for 306 of the 300 records it received and the 7 rows made beyond them`,
    ]);
    const made = objectsOf(plan, ({ index }) => (index < 2 ? { added: 5, staged: 305 } : {}));
    expect(verify(plan, made).counts).toMatchObject({ received: 950, added: 10, staged: 960 });
  });

  it('says which run was replayed', async () => {
    const replayOf = { runId: '2026-01-30t03-00-00-000z', extension: 'csv.gz' as const };
    const lake = memoryLake();
    await writeRun(lake, aPlan({ replayOf }));
    expect((await verifyOnce(aPlan({ replayOf }), lake)).replayOf).toEqual(replayOf);
  });

  it('refuses a range that another definition shaped', () => {
    expect(problemsWhen({ definition: 'another' })).toEqual([
      `${second} was shaped by another definition than the plan's`,
    ]);
  });

  it.each([
    ['grew', { min: 950, max: 951 }, '951'],
    ['shrank', { min: 949, max: 950 }, '949'],
  ])('refuses a run whose total %s while it was loading', (_, totals, moved) => {
    expect(problemsWhen({ totals })).toEqual([
      `the source's total moved from 950 to ${moved} while the run was loading, so pages may have shifted`,
    ]);
  });

  it('asks no total of ranges that saw none', () => {
    const objects = objectsOf(plan).map((object) => {
      const { totals, ...receipt } = object.receipt;
      return { ...object, receipt };
    });
    expect(verify(plan, objects).problems).toEqual([]);
  });

  it('refuses a run that lacks a range, or a page', () => {
    expect(verify(plan, objectsOf(plan).slice(0, 3)).problems).toEqual([
      '3 of 4 page ranges are there',
      '9 of 10 pages were fetched',
      'received 900 records where the source holds 950',
    ]);
    expect(problemsWhen({ pages: 2 })).toEqual(['9 of 10 pages were fetched']);
  });

  it('refuses a run with a range beyond its plan', () => {
    const extra = aRange({ index: 4, firstPage: 12, pages: 1 });
    const receipt = receiptOf(plan, extra);
    const objects = [...objectsOf(plan), { key: stageKey(plan, extra), bytes: 10, etag: 'e', receipt }];
    expect(verify(plan, objects).problems).toEqual([
      '5 of 4 page ranges are there',
      '11 of 10 pages were fetched',
    ]);
  });

  describe('quarantine', () => {
    const quarantined = (count: number) => ({ quarantined: count, staged: 300 - count });

    it('refuses one record by default', () => {
      expect(problemsWhen(quarantined(1))).toEqual([
        '1 of 950 records is in quarantine, above maxQuarantinedRatio 0',
      ]);
    });

    it('allows as many as the ratio says, and not one more', () => {
      expect(problemsWhen(quarantined(95), { maxQuarantinedRatio: 0.1 })).toEqual([]);
      expect(problemsWhen(quarantined(96), { maxQuarantinedRatio: 0.1 })).toEqual([
        '96 of 950 records are in quarantine, above maxQuarantinedRatio 0.1',
      ]);
    });

    it('names the three most frequent reasons, with an example each', () => {
      const observations: Observations = {
        ...noObservations,
        quarantined: [
          unfit('born', 1, "'soon' is not a date"),
          unfit('price', 1_200, "'n/a' is not a decimal(12,2)"),
          unfit(null, 3, '7 is not an object', 0),
          unfit('id', 2, "'id' has no value, and one is required"),
        ],
      };
      expect(problemsWhen(quarantined(200), { maxQuarantinedRatio: 0.01 }, { observations })).toEqual([
        "200 of 950 records are in quarantine, above maxQuarantinedRatio 0.01: 1,200 × price, first on page 3 of cities, record 17: 'n/a' is not a decimal(12,2); 3 × the record as a whole, first on page 1 of cities, record 17: 7 is not an object; 2 × id, first on page 3 of cities, record 17: 'id' has no value, and one is required; and one more reason",
      ]);
    });

    it('says so where all records are, or where rows are counted', () => {
      const all = objectsOf(plan, (range) => {
        const { received } = receiptOf(plan, range);
        return { quarantined: received, staged: 0 };
      });
      const observations = { ...noObservations, quarantined: [unfit('id', 950, "'x' is not a bigint")] };
      expect(verify(plan, all, { observations }).problems).toEqual([
        "all 950 records are in quarantine, above maxQuarantinedRatio 0: 950 × id, first on page 3 of cities, record 17: 'x' is not a bigint",
      ]);
      expect(problemsWhen({ added: 50, quarantined: 2, staged: 348 })).toEqual([
        '2 of 1,000 rows are in quarantine, above maxQuarantinedRatio 0',
      ]);
      expect(
        problemsWhen({ added: 50, quarantined: 2, staged: 348 }, { maxQuarantinedRatio: 0.002 }),
      ).toEqual([]);
    });

    it('allows exactly the ratio, for every ratio in per cent', () => {
      fc.assert(
        fc.property(fc.nat(100), fc.integer({ min: 1, max: 1000 }), (percent, hundreds) => {
          const total = hundreds * 100;
          const grid = aGrid({ pages: 1, slicePages: 1, pageSize: total, total });
          const any = aPlan({ sequences: [grid], total, maxQuarantinedRatio: percent / 100 });
          const count = percent * hundreds;
          const at = (quarantined: number) =>
            verify(
              any,
              objectsOf(any, () => ({ quarantined, staged: total - quarantined })),
            ).problems;
          expect(at(count)).toEqual([]);
          if (count < total) expect(at(count + 1)).toHaveLength(1);
        }),
        { examples: [[29, 1]] },
      );
    });

    it('finds nothing wrong with an empty dataset', () => {
      const empty = aPlan({ total: 0, sequences: [aGrid({ pages: 1, slicePages: 1, total: 0 })] });
      expect(verify(empty, objectsOf(empty)).problems).toEqual([]);
    });
  });

  it('holds a subset against the pages that were planned and against its own records, and against no total', () => {
    const subset = aPlan({ subset: true, sequences: [aGrid({ pages: 2 })] });
    expect(verify(subset, objectsOf(subset))).toMatchObject({ verdict: 'complete', problems: [] });
    const another = objectsOf(subset, () => ({ received: 199, staged: 199, totals: { min: 1, max: 2 } }));
    expect(verify(subset, another).problems).toEqual([]);
    expect(
      verify(
        subset,
        objectsOf(subset, () => ({ pages: 1 })),
      ).problems,
    ).toEqual(['1 of 2 pages were fetched']);
    expect(
      verify(
        subset,
        objectsOf(subset, () => ({ staged: 199 })),
      ).problems,
    ).toEqual([
      `${stageKey(subset, { slice: 'all', index: 0 })} accounts for 199 of the 200 records it received`,
    ]);
  });

  describe('a run whose total nobody knew', () => {
    const open = anOpenPlan(aLead(4), aChain({ slice: 'tail' }));
    const rest = aGrid({ slice: 's-1', firstPage: 1, pages: 2, slicePages: 3, total: 250, pagesPerRange: 2 });
    const extent = { ranges: 4, pages: 5 };
    /** Two leads that load a page each, what is left of s-1, and a chain of one range. */
    const objects = (change: (range: PageRange) => Partial<Receipt> = () => ({})) =>
      [...plannedRanges(open), ...rangesOf(rest)].map(
        (range): ManifestObject => ({
          key: stageKey(open, range),
          bytes: 10,
          etag: 'etag',
          receipt: receiptOf(open, range, change(range)),
        }),
      );
    const problems = (change: (range: PageRange) => Partial<Receipt>) =>
      verifyExtent(open, extent, objects(change)).problems;

    it('asks no total unless the source told one of every slice', () => {
      expect(verifyExtent(open, extent, objects())).toMatchObject({
        problems: [],
        counts: { received: 450 },
      });
      expect(verifyExtent(open, extent, objects()).total).toBeUndefined();
      expect(problems(({ type }) => (type === 'lead' ? { expected: 1 } : {}))).toEqual([]);
    });

    it('holds the records against the sum of what the source told of its slices', () => {
      const told = (chain: number) => (range: PageRange) => {
        if (range.type === 'chain') return { expected: chain };
        return range.type === 'lead' ? { expected: range.index === 0 ? 250 : 100 } : {};
      };
      expect(verifyExtent(open, extent, objects(told(100)))).toMatchObject({ total: 450, problems: [] });
      expect(problems(told(101))).toEqual(['received 450 records where the source holds 451']);
    });

    it('names the slice whose total moved, once', () => {
      const moved = { planned: 250, totals: { min: 250, max: 260 } };
      expect(problems(({ slice }) => (slice === 's-1' ? moved : {}))).toEqual([
        "the source's total of slice s-1 moved from 250 to 260 while the run was loading, so pages may have shifted",
      ]);
      expect(problems(({ slice }) => (slice === 'lead' ? { totals: { min: 3, max: 250 } } : {}))).toEqual([]);
    });

    it('refuses a run that lacks what its leads found', () => {
      expect(verifyExtent(open, extent, objects().slice(0, 3)).problems).toEqual([
        '3 of 4 page ranges are there',
        '3 of 5 pages were fetched',
      ]);
    });
  });

  it.each<[string, Partial<Receipt>]>([
    ['begins', { firstRecord: 'hash of all-00000000' }],
    ['has a last page that begins', { lastRecord: 'hash of all-00000000' }],
  ])('refuses a range that %s with the same record as another', async (_, change) => {
    const lake = memoryLake();
    await writeRun(lake, plan, ({ index }) => (index === 1 ? change : {}));
    expect((await verifyOnce(plan, lake)).problems).toEqual([
      `${second} holds a page that begins with the same record as one of ${stageKey(plan, { slice: 'all', index: 0 })}, so the source gave one page for two`,
    ]);
  });

  it('takes empty pages for no repetition', async () => {
    const lake = memoryLake();
    await writeRun(lake, plan, () => ({ firstRecord: undefined, lastRecord: undefined }));
    expect((await verifyOnce(plan, lake)).problems).toEqual([]);
  });

  it('spells out twenty problems, and counts the others', () => {
    const grid = aGrid({ pages: 1000, slicePages: 1000, pagesPerRange: 1, total: 100_000 });
    const many = aPlan({ sequences: [grid], total: 100_000 });
    const { problems } = verify(
      many,
      objectsOf(many, () => ({ definition: 'another' })),
    );
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 980 more problems');
  });
});

describe('verifyOnce', () => {
  it('writes a manifest of what is in the lake, in the order of the ranges', async () => {
    const objects = new MemoryObjects();
    const lake = memoryLake(objects);
    await writeRun(lake, plan);
    const manifest = await verifyOnce(plan, lake);
    expect(manifest.problems).toEqual([]);
    const entries: ManifestObject[] = [];
    for await (const entry of manifestObjects(manifest, lake)) entries.push(entry);
    expect(entries.map(({ key }) => key)).toEqual([...plannedRanges(plan)].map((r) => stageKey(plan, r)));
    for (const { key, bytes, etag } of entries) {
      expect(await lake.head(key)).toMatchObject({ bytes, etag });
    }
    expect(manifestSchema.parse(JSON.parse(objects.text(manifestKey(plan)) ?? ''))).toEqual(manifest);
  });

  it('adds up the observations that receipts name, in the order of the ranges', async () => {
    const lake = memoryLake();
    const noticed = (index: number): Observations => ({
      ...noObservations,
      quarantined: [unfit('name', index + 1, `range ${index}`, index)],
      missingFields: index === 0 ? [] : [{ column: 'gone', path: 'gone' }],
    });
    await writeRun(lake, plan, ({ index }) => (index < 3 ? { observations: observationsKeyOf(index) } : {}));
    for (const index of [2, 1, 0]) await lake.put(observationsKeyOf(index), JSON.stringify(noticed(index)));
    const { observations } = await verifyOnce(plan, lake);
    expect(observations).toEqual({ ...noObservations, quarantined: [unfit('name', 6, 'range 0', 0)] });
  });

  it('takes a field for missing where every range with records misses it', async () => {
    const gone = { column: 'gone', path: 'gone' };
    const lake = memoryLake();
    await lake.put(observationsKeyOf(0), JSON.stringify({ ...noObservations, missingFields: [gone] }));
    const empty = { received: 0, staged: 0, firstRecord: undefined, lastRecord: undefined };
    await writeRun(lake, plan, ({ index }) => (index === 3 ? empty : { observations: observationsKeyOf(0) }));
    expect((await verifyOnce(plan, lake)).observations.missingFields).toEqual([gone]);
  });

  it('refuses to go on without a document that a receipt names', async () => {
    const lake = memoryLake();
    await writeRun(lake, plan, ({ index }) => (index === 1 ? { observations: observationsKeyOf(1) } : {}));
    await expect(verifyOnce(plan, lake)).rejects.toThrow(
      `${observationsKeyOf(1)} is not in the lake, and says what is in quarantine and why: start the run over`,
    );
    await lake.put(observationsKeyOf(1), '{}');
    await expect(verifyOnce(plan, lake)).rejects.toThrow(
      `${observationsKeyOf(1)} in the lake is not a document of this version`,
    );
    expect(await lake.get(manifestKey(plan))).toBeUndefined();
  });

  it('keeps the verdict of whoever was first', async () => {
    const lake = memoryLake();
    await writeRun(lake, plan);
    const [first, second] = await Promise.all([verifyOnce(plan, lake), verifyOnce(plan, lake)]);
    expect(second).toEqual(first);
    const later = await verifyOnce({ ...plan, total: 1 }, lake);
    expect(later).toEqual(first);
  });

  it('does not count what is no range', async () => {
    const lake = memoryLake();
    await writeRun(lake, plan);
    await lake.put(stageKey(plan, { slice: 'all', index: 9 }).replace('.parquet', '.tmp'), '');
    expect((await verifyOnce(plan, lake)).counts.ranges).toBe(4);
  });

  it('refuses an object that no worker wrote, and writes no manifest', async () => {
    const lake = memoryLake();
    await lake.put(planKey(plan), JSON.stringify(plan));
    for (const range of plannedRanges(plan)) if (range.index !== 1) await writeRange(lake, plan, range);
    await lake.put(second, 'by hand');
    await expect(verifyOnce(plan, lake)).rejects.toThrow(
      `${second} carries no receipt, so no worker wrote it: remove it from the lake`,
    );
    expect(await lake.get(manifestKey(plan))).toBeUndefined();
  });

  it('says which document cannot be read', async () => {
    const lake = memoryLake();
    await writeRun(lake, plan);
    await lake.put(manifestKey(plan), '{"version": 3}');
    await expect(verifyOnce(plan, lake)).rejects.toThrow(
      'runs/geonames/cities/2026-01-31t03-00-00-000z/manifest.json in the lake is not a document of this version: npx baseload run geonames/cities --restart loads it anew, or use the version that wrote it',
    );
  });
});
