import { plannedRanges } from '../../../../core/plan/grid';
import type { Plan, Verification as Policy } from '../../../../core/plan/plan';
import type { Drift } from '../../../../core/run/drift/drift';
import { stageKey } from '../../../../core/run/keys';
import type { Receipt } from '../../../../core/run/range/receipt';
import type { Evidence } from '../../../../core/run/verify/judge';
import type { ManifestObject } from '../../../../core/run/verify/manifest';
import { aPlan, aReceipt, receiptOf } from '../run-fixture';
import { judged } from './judged';

const own = { ranges: 4, pages: 10 };
const lenient: Policy = { looks: 0, ifShort: 'publish-with-warning', tolerance: 0.01, maxShrink: 0.5 };

/** The four ranges of a plan of 950 records, the second as `change` says. */
function objectsOf(plan: Plan, change: Partial<Receipt> = {}): ManifestObject[] {
  return [...plannedRanges(plan)].map((range) => ({
    key: stageKey(plan, range),
    bytes: 10,
    etag: `etag-${range.index}`,
    receipt: receiptOf(plan, range, range.index === 1 ? change : {}),
  }));
}

/** A range of one page that look 1 fetched. */
function looked(changes: Partial<Receipt> = {}): ManifestObject {
  const plan = { ...aPlan(), look: 1 };
  return {
    key: stageKey(plan, { slice: 'all', index: 0 }),
    bytes: 10,
    etag: 'e',
    look: 1,
    receipt: aReceipt(changes),
  };
}

const drift = (outcome: Drift['outcome']): Drift => ({
  ...{ looks: 2, moved: 1, grown: 0, outcome },
  sentence: `the source moved: ${outcome}`,
});
const outcomeOf = ({ checks }: ReturnType<typeof judged>, name: string) =>
  checks.find((check) => check.name === name)?.outcome;

describe('a run that is short of its total', () => {
  const short = (received: number, policy: Policy) => {
    const plan = aPlan({ verification: policy });
    return judged(plan, objectsOf(plan, { received, staged: received }), { extents: [{ extent: own }] });
  };

  it('is refused, unless its dataset tolerates as much', () => {
    const sentence = (n: number) => `received ${n} records where the source holds 950`;
    expect(short(299, { ...lenient, ifShort: 'refuse' })).toMatchObject({
      verdict: 'short',
      problems: [sentence(949)],
    });
    expect(short(299, lenient)).toMatchObject({ verdict: 'warned', problems: [], warnings: [sentence(949)] });
    expect(short(290, lenient)).toMatchObject({ verdict: 'short', problems: [sentence(940)], warnings: [] });
    expect(short(290, { ...lenient, tolerance: 10 / 950 })).toMatchObject({ verdict: 'warned' });
  });

  it('is refused all the same where records are unaccounted for, keys repeat, ranges lack or objects were changed', () => {
    const policy = { ...lenient, tolerance: 1 };
    const plan = aPlan({ verification: policy });
    const with_ = (found: Partial<Evidence>, change: Partial<Receipt> = {}) =>
      judged(plan, objectsOf(plan, change), { extents: [{ extent: own }], ...found }).problems;
    expect(with_({}, { staged: 299 })).toHaveLength(1);
    expect(with_({ repeatedKeys: { keys: 1, rows: 1, sentence: '1 key came more than once' } })).toEqual([
      '1 key came more than once',
    ]);
    expect(with_({ extents: [{ extent: { ranges: 5, pages: 11 } }] })).toEqual([
      '4 of 5 page ranges are there',
      '10 of 11 pages were fetched',
    ]);
    expect(with_({}, { definition: 'another' })).toHaveLength(1);
  });

  it('may have in quarantine, and see its total move by, what its dataset tolerates', () => {
    const plan = aPlan({ verification: lenient });
    const quarantined = { quarantined: 9, staged: 291 };
    const moved = { totals: { min: 950, max: 955 } };
    for (const [change, name] of [
      [quarantined, 'quarantine'],
      [moved, 'drift'],
    ] as const) {
      const extents = [{ extent: own }];
      const tolerated = judged(plan, objectsOf(plan, change), { extents });
      expect(tolerated).toMatchObject({ verdict: 'warned', problems: [] });
      expect(outcomeOf(tolerated, name)).toBe('warned');
      const strict = aPlan({ verification: { ...lenient, tolerance: 0.001 } });
      expect(judged(strict, objectsOf(strict, change), { extents })).toMatchObject({ verdict: 'short' });
    }
  });
});

describe('a run whose source moved', () => {
  const extents = [{ extent: own }, { look: 1, extent: { ranges: 1, pages: 1 } }];

  it('is complete when the winners alone make up the total', () => {
    const plan = aPlan();
    const [first, second, third, fourth] = objectsOf(plan).map((object) => object) as [
      ManifestObject,
      ManifestObject,
      ManifestObject,
      ManifestObject,
    ];
    const table = [
      first,
      { ...second, isReplaced: true },
      third,
      fourth,
      looked({ received: 320, staged: 320 }),
    ];
    const repeatedKeys = { keys: 20, rows: 20, sentence: '20 keys came more than once' };
    const settled = judged(plan, table, { extents, drift: drift('settled'), repeatedKeys, total: 950 });
    expect(settled).toMatchObject({ verdict: 'complete', problems: [], warnings: [] });
    expect(settled.counts).toMatchObject({ ranges: 4, pages: 8, received: 970, repeated: 20, requests: 11 });
    expect(settled.checks).toContainEqual({
      ...{ name: 'source-total', outcome: 'passed', expected: 950, found: 950 },
      sentence: "950 of 950 records: the source's own total, asked again at the end",
    });
    expect(settled.checks).toContainEqual({
      ...{ name: 'unique-keys', outcome: 'passed' },
      sentence:
        '20 of 970 rows were read again and are left out of the table: of each key the row that was seen last stays',
    });
    expect(outcomeOf(settled, 'repeated-pages')).toBe('skipped');
    expect(judged(plan, table, { extents, drift: drift('settled'), repeatedKeys, total: 951 })).toMatchObject(
      {
        problems: ['received 950 records where the source holds 951'],
      },
    );
    expect(judged(plan, table, { extents, drift: drift('settled'), total: 950 })).toMatchObject({
      problems: ['received 970 records where the source holds 950'],
    });
  });

  it('is published with a warning when everything is covered, and else as its dataset says', () => {
    const repeatedKeys = { keys: 95, rows: 95, sentence: '95 keys came more than once' };
    const table = (plan: Plan) => [...objectsOf(plan), looked()];
    const judge = (outcome: Drift['outcome'], policy: Policy, total: number | undefined, first = 950) => {
      const { total: _, ...plan } = aPlan({ verification: policy });
      const moved = {
        ...drift(outcome),
        ...(total !== undefined && { totals: [first, total] as [number, number] }),
      };
      return judged(plan, table(plan), { extents, drift: moved, repeatedKeys, total });
    };
    expect(judge('covered', { ...lenient, ifShort: 'refuse' }, 960, 960)).toMatchObject({
      ...{
        verdict: 'short',
        problems: ['received 955 different records where the source never held fewer than 960'],
      },
    });
    expect(judge('covered', { ...lenient, ifShort: 'refuse' }, 960)).toMatchObject({
      ...{ verdict: 'warned', problems: [], warnings: ['the source moved: covered'] },
    });
    expect(judge('open', { ...lenient, ifShort: 'refuse' }, 960)).toMatchObject({
      ...{ verdict: 'short', problems: ['the source moved: open'] },
    });
    expect(judge('open', lenient, 960)).toMatchObject({ verdict: 'warned', problems: [] });
    expect(judge('open', lenient, 1000)).toMatchObject({ verdict: 'short' });
    expect(judge('open', lenient, undefined)).toMatchObject({ verdict: 'short' });
    expect(judge('open', { ...lenient, tolerance: 1 }, undefined)).toMatchObject({ verdict: 'warned' });
  });

  it('counts a look that lacks a range', () => {
    const { problems } = judged(aPlan(), objectsOf(aPlan()), { extents, drift: drift('settled') });
    expect(problems).toEqual([
      '0 of 1 page ranges are there of look 1',
      '0 of 1 pages were fetched of look 1',
    ]);
  });
});

it('does not take what was given up for more than it was', () => {
  const plan = aPlan();
  const objects = objectsOf(plan).filter((_, index) => index !== 2);
  const ranges = [{ slice: 'all', index: 2, reason: 'broken', by: 'ann', at: '2026-01-31T03:00:00.000Z' }];
  const extents = [{ extent: { ranges: 3, pages: 7 } }];
  expect(judged(plan, objects, { extents, hole: { ranges, records: 300 } })).toMatchObject({
    verdict: 'warned',
    problems: [],
  });
  expect(judged(plan, objects, { extents, hole: { ranges, records: 299 } })).toMatchObject({
    verdict: 'short',
    problems: ['received 650 records where the source holds 950'],
  });
  expect(judged(plan, objects, { extents, hole: { ranges, records: undefined } })).toMatchObject({
    verdict: 'warned',
  });
});

it('does not put nothing before readers, where all that there was has been given up', () => {
  const ranges = [{ slice: 'all', index: 0, reason: 'broken', by: 'ann', at: '2026-01-31T03:00:00.000Z' }];
  const plan = aPlan();
  expect(
    judged(plan, [], {
      extents: [{ extent: { ranges: 0, pages: 0 } }],
      hole: { ranges, records: undefined },
    }),
  ).toMatchObject({
    verdict: 'short',
    problems: ['1 page range was given up, and nothing else was loaded: all-00000000: broken (ann)'],
  });
});

it('takes what nobody could look at again for accepted, where an operator gave it up', () => {
  const given = {
    slice: 'all',
    index: 0,
    look: 1,
    reason: 'broken',
    by: 'ann',
    at: '2026-01-31T03:00:00.000Z',
  };
  const found = { extents: [{ extent: own }], drift: drift('open'), total: 950 };
  expect(judged(aPlan(), objectsOf(aPlan()), found)).toMatchObject({ verdict: 'short' });
  expect(
    judged(aPlan(), objectsOf(aPlan()), { ...found, hole: { ranges: [given], records: 0 } }),
  ).toMatchObject({ verdict: 'warned', problems: [] });
});

describe('a run of what changed', () => {
  const increment = {
    since: '2026-01-30T02:50:00.000Z',
    sent: '2026-01-30T02:50:00Z',
    base: { runId: '2026-01-30t03-00-00-000z' },
  };
  const changed = (found: Partial<Evidence>, change: Partial<Plan> = {}) => {
    const plan = aPlan({ increment, ...change });
    return judged(plan, objectsOf(plan), { extents: [{ extent: own }], ...found });
  };
  const told = (warning: string) =>
    `the table of run ${increment.base.runId}, which this run is merged into, falls short: ${warning}; load everything to make that good`;

  it('falls short of what the table falls short of that it is merged into', () => {
    const { runId } = increment.base;
    expect(outcomeOf(changed({}), 'base')).toBe('passed');
    const inherited = [{ runId, warning: 'a range was given up' }];
    const short = changed({ inherited });
    expect(short).toMatchObject({
      verdict: 'warned',
      problems: [],
      warnings: [told('a range was given up')],
    });
    expect(outcomeOf(short, 'base')).toBe('warned');
    expect(outcomeOf(changed({ inherited }, { subset: true }), 'base')).toBe('skipped');
  });

  it('says the first twenty of many, whatever it falls short of itself', () => {
    const inherited = [...Array(22).keys()].map((number) => ({
      runId: increment.base.runId,
      warning: `warning ${number}`,
    }));
    const { warnings } = changed({ inherited, total: 951 }, { verification: lenient });
    expect(warnings).toHaveLength(22);
    expect(warnings[0]).toBe('received 950 records where the source holds 951');
    expect(warnings.slice(1, 3)).toEqual([told('warning 0'), told('warning 1')]);
    expect(warnings.at(-1)).toBe('and 2 more problems');
  });
});

it('speaks of one range as of one', () => {
  const plan = aPlan();
  const [first] = objectsOf(plan);
  if (!first) throw new Error('there is a range');
  const { checks } = judged(plan, [first], {
    extents: [{ extent: { ranges: 1, pages: 3 } }],
    files: { location: 'tables/x/', files: 2, records: 300, bytes: 20 },
    total: 300,
  });
  const sentences = checks.map(({ sentence }) => sentence);
  expect(sentences).toContain("the plan's definition shaped the 1 page range");
  expect(sentences).toContain(
    'the 1 page range in the lake is what its receipt was read from, and the 2 files of the merged table are those that were written',
  );
  expect(sentences).toContain('the keys of 1 page range neither overlap nor repeat, as its receipt proves');
});
