import fc from 'fast-check';
import { plannedRanges } from '../../../../core/plan/grid';
import type { Plan } from '../../../../core/plan/plan';
import { stageKey } from '../../../../core/run/keys';
import type { Receipt } from '../../../../core/run/range/receipt';
import type { Evidence } from '../../../../core/run/verify/judge';
import { maxShrinkFor, mayShrink } from '../../../../core/run/verify/shrink';
import { aPlan, receiptOf } from '../run-fixture';
import { judged } from './judged';

const before = { runId: '2026-01-30t03-00-00-000z', records: 950 };
const policy = { looks: 0, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 } as const;

/** The check of a run of three pages, of so many rows each as `change` says; 300 where it says nothing. */
function shrink(found: Partial<Evidence>, plan: Partial<Plan> = {}, change: Partial<Receipt> = {}) {
  const run = aPlan({ verification: policy, ...plan });
  const [, range] = plannedRanges(run);
  if (!range) throw new Error('the plan has a second range');
  const object = { key: stageKey(run, range), bytes: 1, etag: 'e', receipt: receiptOf(run, range, change) };
  const { checks, problems, warnings } = judged(run, [object], {
    extents: [{ extent: { ranges: 1, pages: 3 } }],
    total: object.receipt.received,
    ...found,
  });
  return { check: checks.find(({ name }) => name === 'shrink'), problems, warnings };
}

const tables = fc
  .record({ before: fc.nat(1_000_000_000), now: fc.nat(1_000_000_000) })
  .chain((some) => fc.constantFrom(some, { ...some, before: some.before % 12, now: some.now % 12 }));
const share = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);

describe('how much a table may lose', () => {
  it('is a share of the rows before, reckoned exactly', () => {
    fc.assert(
      fc.property(tables, fc.nat(1000), ({ before, now }, thousandths) => {
        const exact = BigInt(before - now) * 1000n <= BigInt(thousandths) * BigInt(before);
        expect(mayShrink(before, now, thousandths / 1000)).toBe(exact);
      }),
    );
  });

  it('is everything with 1, nothing with 0, and never all but with 1', () => {
    fc.assert(
      fc.property(tables, share, ({ before, now }, maxShrink) => {
        expect(mayShrink(before, now, 1)).toBe(true);
        expect(mayShrink(before, now, 0)).toBe(now >= before);
        expect(mayShrink(before + 1, 0, maxShrink)).toBe(maxShrink === 1);
      }),
    );
  });

  it('grows with the share, and with the rows that are left', () => {
    fc.assert(
      fc.property(tables, share, share, fc.nat(1000), ({ before, now }, one, other, more) => {
        if (!mayShrink(before, now, Math.min(one, other))) return;
        expect(mayShrink(before, now, Math.max(one, other))).toBe(true);
        expect(mayShrink(before, now + more, Math.min(one, other))).toBe(true);
      }),
    );
  });

  it('is what the advice says, and not much more', () => {
    fc.assert(
      fc.property(tables, ({ before, now }) => {
        fc.pre(now < before);
        const enough = maxShrinkFor(before, now);
        expect(mayShrink(before, now, enough)).toBe(true);
        expect(mayShrink(before, now, enough - 0.002)).toBe(false);
      }),
    );
  });

  it.each([
    [80, 40, true],
    [80, 39, false],
    [3, 2, true],
    [3, 1, false],
    [1, 0, false],
    [0, 0, true],
    [0, 7, true],
  ])('by default lets %d become %d: %s', (before, now, may) => {
    expect(mayShrink(before, now, 0.5)).toBe(may);
  });
});

describe('the check', () => {
  it('says in numbers what is lost, and what to do', () => {
    const sentence =
      'the table would have 300 of the 950 records that readers see of run 2026-01-30t03-00-00-000z, which is more than verification.maxShrink 0.5 lets it lose: look at the source, and load again once it gives everything; if so few are right, set maxShrink to 0.685, then replay this run or load again';
    expect(shrink({ predecessor: before })).toEqual({
      check: { name: 'shrink', outcome: 'failed', sentence, expected: 950, found: 300 },
      problems: [sentence],
      warnings: [],
    });
    const allowed = { ...policy, maxShrink: 0.685 };
    expect(shrink({ predecessor: before }, { verification: allowed }).problems).toEqual([]);
  });

  it.each([
    ['publish-with-warning', { ...policy, ifShort: 'publish-with-warning', tolerance: 1 } as const],
    ['a share of nearly all', { ...policy, maxShrink: 0.999 }],
  ])('refuses nothing at all in place of something, with %s', (_, verification) => {
    const none = { received: 0, staged: 0, pages: 3 };
    expect(shrink({ predecessor: before }, { verification }, none).problems).toHaveLength(1);
    const any = { ...verification, maxShrink: 1 };
    expect(shrink({ predecessor: before }, { verification: any }, none).problems).toEqual([]);
  });

  it('hints at another definition, at quarantine and at what the source deleted since', () => {
    const { definition } = aPlan();
    const sentence = (found: Partial<typeof before & { definition: string; isMerged: true }>, change = {}) =>
      shrink({ predecessor: { ...before, ...found } }, { maxQuarantinedRatio: 1 }, change).check?.sentence;
    expect(sentence({ definition })).not.toContain('(');
    expect(sentence({ definition: 'another' })).toContain(
      "lose (the dataset's definition is another than then: its request, slices or filter may leave records out): ",
    );
    expect(sentence({}, { staged: 200, quarantined: 100 })).toContain(
      ' 200 of the 950 records that readers see of run 2026-01-30t03-00-00-000z, which is more than verification.maxShrink 0.5 lets it lose (100 that came are in quarantine): ',
    );
    expect(sentence({ isMerged: true })).toContain('so it also held what the source deleted since');
  });

  it('counts rows of the table, not those that came again', () => {
    const repeatedKeys = { keys: 100, rows: 100, sentence: '' };
    const drift = { looks: 1, moved: 1, grown: 0, outcome: 'covered', sentence: '' } as const;
    expect(shrink({ predecessor: { ...before, records: 400 }, repeatedKeys, drift }).check).toMatchObject({
      ...{ outcome: 'passed', expected: 400, found: 200 },
    });
  });

  it('warns where what is missing may be in ranges that were given up, and refuses where nobody knows', () => {
    const ranges = [{ slice: 'all', index: 2, by: 'me', reason: 'broken', at: '2026-01-31T03:00:00.000Z' }];
    const given = (records: number | undefined) =>
      shrink({ predecessor: before, hole: { ranges, records } }).check?.outcome;
    expect(given(175)).toBe('warned');
    expect(given(174)).toBe('failed');
    expect(given(undefined)).toBe('failed');
  });

  it.each([
    ['a first run', { predecessor: null }, {}, 'passed', 'nothing was published before that could be lost'],
    ['a trial', {}, { subset: true }, 'skipped', 'a trial takes the place of no table'],
    [
      'what changed',
      {},
      { increment: { since: '2026-01-30T03:00:00.000Z', sent: 'x', base: { runId: before.runId } } },
      'skipped',
      'what changed is merged into the table, which loses no row by that',
    ],
    [
      'a run that another version verified',
      { predecessor: undefined },
      {},
      'skipped',
      'no table is on record that this one would take the place of',
    ],
  ])('holds %s against nothing', (_, found, plan, outcome, sentence) => {
    expect(shrink(found, plan).check).toEqual({ name: 'shrink', outcome, sentence });
  });
});
