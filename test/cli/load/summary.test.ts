import {
  claim,
  headline,
  nextAfterRefusal,
  problemLines,
  summaryFacts,
  summaryLines,
} from '../../../cli/load/summary';
import { Tally } from '../../../cli/load/tally';
import type { Pointer } from '../../../core/run/publish/pointer';
import type { Manifest } from '../../../core/run/verify/manifest';
import { noObservations } from '../../../core/shape/merge-observations';
import type { Observations, Unfit } from '../../../core/shape/observations';
import type { Dataset } from '../../../core/source/source';
import { aPlan } from '../../core/run/run-fixture';
import { aDataset, aSource } from '../../support/source-fixture';

const counts = {
  ...{ ranges: 4, pages: 10, requests: 10, received: 950, added: 0, staged: 950 },
  ...{ quarantined: 0, filtered: 0, repeated: 0, bytesReceived: 1, bytesStaged: 1 },
};

function manifestWith(changes: Partial<Manifest> = {}): Manifest {
  const { source, dataset, runId, definition, watermark, extension, columns, key, tableVersion } = aPlan();
  return {
    ...{ version: 3, source, dataset, runId, definition, extension, columns, key, tableVersion, watermark },
    ...{
      subset: false,
      counts,
      observations: noObservations,
      problems: [],
      warnings: [],
      givenUp: [],
      parts: [],
      total: 950,
    },
    ...changes,
  };
}

function factsOf(
  changes: Partial<Manifest> = {},
  pointer: Partial<Pointer> = {},
  asked = { requests: 50, seconds: 5 },
) {
  const manifest = manifestWith(changes);
  const { problems } = manifest;
  const rest = { seconds: 5, asked, problems, pointer: pointerTo(manifest, pointer) };
  const complete = { state: 'complete', plan: aPlan(), manifest, ...rest } as const;
  return summaryFacts(complete, { source: aSource(), dataset: aDataset(), tally: new Tally() }, '/lake');
}

function pointerTo(manifest: Manifest, changes: Partial<Pointer>): Pointer {
  const { source, dataset, runId, extension, columns, key, tableVersion, watermark } = manifest;
  return {
    ...{ version: 3, source, dataset, runId, extension, columns, key, tableVersion, watermark },
    ...{ location: 'stage/a/', manifest: 'm.json', files: 4, records: manifest.counts.staged, bytes: 1 },
    ...{ publishedAt: '2026-01-31T03:00:00.000Z', previous: [] },
    ...changes,
  };
}

const linesOf = (changes: Partial<Manifest> = {}, dataset: Partial<Dataset> = {}) =>
  summaryLines(factsOf(changes), aDataset(dataset));
const lineOf = (label: string, changes: Partial<Manifest> = {}) => new Map(linesOf(changes)).get(label);

const unfit = (column: string, count: number, reason: string): Unfit => ({
  ...{ column, rule: 'type', count },
  example: { slice: 'all', page: 2, position: 16, reason },
});

const noticed: Observations = {
  quarantined: [unfit('id', 4, "'x' is not a bigint"), unfit('price', 1_200, "'n/a' is not a decimal(12,2)")],
  nulled: [unfit('born', 1, "'soon' is not a date")],
  filtered: [
    { rule: 'filter', count: 10 },
    { rule: 'duplicate', count: 1_000 },
  ],
  unknownFields: [
    { name: 'tags', count: 1, slice: 'all', page: 0, type: 'array' },
    { name: 'note', count: 49_000, slice: 'all', page: 0, type: 'string' },
  ],
  missingFields: [
    { column: 'name', path: 'name' },
    { column: 'country', path: 'country.code' },
  ],
};

test('records are compared with what the source says there are', () => {
  expect(lineOf('records')).toBe('950 of 950');
});

test('a source that does not say is not said to have said so', () => {
  expect(lineOf('records', { total: undefined })).toBe('950; the source gives no total');
});

test('rows that were made of records are not compared with the total', () => {
  const made = { ...counts, added: 1_000, staged: 1_950 };
  expect(lineOf('records', { counts: made })).toBe('1,950 rows, made from 950 of 950 records');
  expect(lineOf('records', { counts: made, total: undefined })).toBe(
    '1,950 rows, made from 950; the source gives no total',
  );
});

test('a run is called complete only where there was a total to hold it against', () => {
  expect(claim({ total: 0 })).toBe('complete and verified');
  expect(claim({})).toMatch(/^every page that the source named, no key twice; it gives no total/);
});

test('nothing is said of records where there is nothing to say', () => {
  expect(linesOf().map(([label]) => label)).toEqual([
    ...['records', 'pages', 'quarantined', 'bytes', 'requests', 'elapsed', 'files'],
  ]);
  expect(lineOf('quarantined')).toBe('0');
});

test('what became of records, and which fields no column reads, is told with examples', () => {
  const lines = linesOf({
    counts: { ...counts, quarantined: 1_204, filtered: 1_010 },
    observations: noticed,
  });
  expect(lines.slice(2, 10)).toEqual([
    ['quarantined', '1,204'],
    ['', "1,200 × price, first on page 3 of cities, record 17: 'n/a' is not a decimal(12,2)"],
    ['', "4 × id, first on page 3 of cities, record 17: 'x' is not a bigint"],
    ['made null', '1 value'],
    ['', "1 × born, on page 3 of cities, record 17: 'soon' is not a date"],
    ['filtered', '1,010: 10 for which the filter is not true, 1,000 with the key of another in their range'],
    [
      'unknown',
      "2 fields that no column reads: note (string, 49,000 records), tags (array, 1 record); a column or `unknownFields: 'capture'` keeps them",
    ],
    ['missing', "no record has name, country ('country.code'): their paths lead nowhere"],
  ]);
});

test('of many reasons and fields three are shown', () => {
  const observations: Observations = {
    ...noObservations,
    quarantined: ['a', 'b', 'c', 'd', 'e'].map((column) => unfit(column, 1, 'no')),
    unknownFields: ['a', 'b', 'c', 'd'].map((name) => ({
      name,
      count: 1,
      slice: 'all',
      page: 0,
      type: 'null',
    })),
    missingFields: ['a', 'b', 'c', 'd'].map((column) => ({ column, path: column })),
  };
  const lines = summaryLines(factsOf({ observations }), aDataset({ unknownFields: 'capture' }));
  expect(lines.filter(([label]) => label === '')).toHaveLength(4);
  expect(lines.at(6)).toEqual(['', 'and 2 other reasons']);
  expect(lines.at(7)?.[1]).toBe(
    '4 fields that no column reads: a (null, 1 record), b (null, 1 record), c (null, 1 record), …; kept in _extra',
  );
  expect(lines.at(8)?.[1]).toBe('no record has a, b, c, and 1 other: their paths lead nowhere');
});

test('the facts for --json hold everything that was noticed', () => {
  const changed = { ...counts, quarantined: 5, filtered: 7, added: 2 };
  expect(factsOf({ counts: changed, observations: noticed })).toMatchObject({
    ...{ records: 950, received: 950, added: 2, quarantined: 5, filtered: 7 },
    observations: noticed,
  });
});

test('a replay says that the source was not asked', () => {
  const replayOf = { runId: 'r-1', extension: 'parquet' as const };
  expect(lineOf('requests', { replayOf })).toBe('none: the raw pages of run r-1 were shaped anew');
  expect(factsOf({ replayOf }).replayOf).toBe('r-1');
});

test.each([
  ['parquet', 'Parquet'],
  ['jsonl.zst', 'JSON lines'],
  ['csv.gz', 'CSV'],
] as const)('objects that end in %s are called %s', (extension, name) => {
  expect(lineOf('bytes', { extension })).toBe(`1 B in, 1 B out as ${name}`);
});

test('a rate is never more than the limit, and none of a few requests', () => {
  expect(lineOf('requests')).toMatch(/^0, 10\.0\/s of 50\/s allowed/);
  const rateOf = (asked: { requests: number; seconds: number }) => factsOf({}, {}, asked).requestsPerSecond;
  expect(rateOf({ requests: 2, seconds: 0.05 })).toBe(0);
  expect(rateOf({ requests: 120, seconds: 2 })).toBe(50);
});

test('after a refusal for quarantine, the definition is corrected and the pages shaped anew', () => {
  const of = { source: 'shop', dataset: 'orders' };
  expect(nextAfterRefusal(of, { replayable: 'r-1' })).toBe(
    'Correct the definition in sources/shop.ts, then npx baseload replay shop/orders --run r-1 shapes its pages anew, without asking the source. Where what is in quarantine may be missing, set maxQuarantinedRatio above its share first.',
  );
  expect(nextAfterRefusal(of, { replayable: undefined })).toMatch(
    /npx baseload run shop\/orders loads it anew/,
  );
  expect(nextAfterRefusal(of, undefined)).toMatch(/ starts a new run\.$/);
});

test('why a run was refused is told reason by reason, in lines that fit', () => {
  const problems = [
    "1,206 of 2,000 records are in quarantine, above maxQuarantinedRatio 0: 1,200 × price, first on page 3 of cities, record 17: 'not; yet' is not a decimal(12,2); 3 × the record as a whole, first on page 1 of cities, record 17: 7 is not an object; and 2 more reasons",
    'received 949 records where the source holds 950',
  ];
  const whole = [
    '  1,206 of 2,000 records are in quarantine, above maxQuarantinedRatio 0:',
    "    1,200 × price, first on page 3 of cities, record 17: 'not; yet' is not a decimal(12,2);",
    '    3 × the record as a whole, first on page 1 of cities, record 17: 7 is not an object;',
    '    and 2 more reasons',
    '  received 949 records where the source holds 950',
  ];
  expect(problemLines(problems)).toEqual(whole);
  expect(problemLines(problems, 140)).toEqual(whole);
  expect(problemLines(problems, 80)).toEqual([
    '  1,206 of 2,000 records are in quarantine, above maxQuarantinedRatio 0:',
    "    1,200 × price, first on page 3 of cities, record 17: 'not; yet' is not a",
    '      decimal(12,2);',
    '    3 × the record as a whole, first on page 1 of cities, record 17: 7 is not an',
    '      object;',
    '    and 2 more reasons',
    '  received 949 records where the source holds 950',
  ]);
  expect(problemLines([`x ${'y'.repeat(100)} z`], 80)).toEqual(['  x', `    ${'y'.repeat(100)}`, '    z']);
});

describe('what becomes of a run', () => {
  const name = 'Published geonames/cities';
  const said = (changes: Partial<Manifest> = {}, pointer: Partial<Pointer> = {}) =>
    headline(factsOf(changes, pointer), manifestWith(changes));

  test('is published, with its warnings first where it falls short', () => {
    expect(said()).toBe(`${name}: complete and verified.`);
    expect(said({ warnings: ['1 of 950 records is missing'] })).toBe(`${name} with 1 warning: see below.`);
    expect(linesOf({ warnings: ['1 of 950 records is missing'] })[0]).toEqual([
      'warning',
      '1 of 950 records is missing',
    ]);
  });

  test('is not shown to readers who see a newer one', () => {
    expect(said({}, { runId: '2027-01-31t03-00-00-000z' })).toContain(
      'Not published: readers see run 2027-01-31t03-00-00-000z, which is newer than',
    );
    expect(factsOf({}, { runId: '2027-01-31t03-00-00-000z' })).toMatchObject({
      published: false,
      superseded: '2027-01-31t03-00-00-000z',
    });
    expect(factsOf({ subset: true })).toMatchObject({ published: false, superseded: undefined });
  });

  test('is told by the table that readers see, which may hold fewer rows than were staged', () => {
    const facts = factsOf({ counts: { ...counts, repeated: 3 } }, { records: 947, location: 'tables/x/' });
    expect(facts).toMatchObject({ records: 947, repeated: 3, folder: '/lake/tables/x/' });
    expect(new Map(summaryLines(facts, aDataset())).get('records')).toBe(
      '947 of 950; 3 rows seen twice, the last of them kept',
    );
    expect(factsOf({ counts: { ...counts, repeated: 3 }, problems: ['short'] }).records).toBe(947);
  });

  test('is told with what moved in the source meanwhile, and of an increment what changed', () => {
    const drift = {
      looks: 1,
      moved: 0,
      grown: 0,
      outcome: 'settled',
      sentence: 'the source stood still',
    } as const;
    expect(lineOf('drift', { drift })).toBe('the source stood still');
    const increment = { since: '2026-01-30T03:00:00.000Z', sent: 'x', base: { runId: 'r' } };
    expect(lineOf('changed', { increment })).toBe(
      '950 records since 2026-01-30T03:00:00.000Z, merged into the table',
    );
    expect(lineOf('records', { increment })).toBe('950 in the table');
  });
});
