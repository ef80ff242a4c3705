import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RunOutcome } from '../../../core/report/gather/run-outcome';
import type { Curated } from '../../../core/run/curate/curated';
import { curatedKey, curatedPrefix, deadKey, quarantineKey } from '../../../core/run/keys';
import type { Lake } from '../../../core/run/ports';
import type { Check } from '../../../core/run/verify/verification';
import { startOfTime } from '../run/run-fixture';
import { anObject, outcomeOf, planOf, steadyObjects, writeVerification } from './report-fixture';

/** What a page that takes markup for text would do. */
export const hostile = `<script>document.title = 'taken'</script><img src=x onerror="document.title='taken'">"'&\u202e`;

const sentences: Readonly<Record<string, string>> = {
  definition: 'All 277 page ranges were shaped by the definition of the plan',
  ranges: '277 of 277 page ranges are there',
  pages: '1,385 of 1,385 pages were fetched',
  'records-accounted':
    '138,500 records received: each is in the table, in quarantine or filtered by a declared rule',
  'source-total': '138,500 of 138,500 records: the source’s own total, asked again at the end',
  drift: 'The edges of 277 page ranges were read again, and nothing had moved',
  'unique-keys': 'No key comes twice: the key ranges of all page ranges are apart',
  checksums: 'All 277 objects in the lake are those that were written',
  quarantine: 'No record was quarantined',
};

/** A run of 277 ranges with nothing wrong. */
export async function goodRun(lake: Lake): Promise<RunOutcome> {
  const plan = planOf(277);
  const checks = Object.entries(sentences).map(
    ([name, sentence]) => ({ name, outcome: 'passed', sentence }) as Check,
  );
  await writeVerification(plan, 'complete', checks, lake);
  return outcomeOf(plan, steadyObjects(plan, 277), lake);
}

/** A run that was refused: records that do not fit, a source that moved, throttling, empty ranges, ranges that once were dead. */
export async function badRun(lake: Lake): Promise<RunOutcome> {
  const plan = planOf(277, { maxQuarantinedRatio: 0.01 });
  const lanes = [2000, 2000, 2000, 2000];
  const objects = steadyObjects(plan, 277).map((object, index) => {
    const isThrottled = index > 90 && index < 130;
    const fetchMilliseconds = isThrottled ? 3000 + 250 * (index % 9) : 400 + (index % 7) * 10;
    const from = lanes[index % 4] ?? 0;
    lanes[index % 4] = from + fetchMilliseconds;
    const receipt = {
      ...object.receipt,
      fetchedAt: new Date(startOfTime + from).toISOString(),
      fetchMilliseconds,
      ...(isThrottled && { throttled: (index % 5) + 1, retries: index % 3 }),
      ...(index % 9 === 4 && {
        ...{ staged: 380, quarantined: 100, filtered: 20 },
        quarantine: quarantineKey(plan, { slice: 'all', index }, 'a'),
      }),
      ...(index >= 270 && { received: 0, staged: 0, quarantined: 0, filtered: 0 }),
    };
    return { ...object, receipt };
  });
  await putQuarantine(objects[4]?.receipt.quarantine ?? '', lake);
  for (const index of [3, 17, 18]) {
    await lake.put(
      deadKey(plan, { slice: 'all', index }),
      JSON.stringify({
        ...{ slice: 'all', index, failure: 'permanent', error: 'RefusedError', status: 401, attempt: 'a' },
        reason: `page ${index * 5} was answered 401 after the credential had been read again ${hostile}`,
        at: new Date(startOfTime + 9000).toISOString(),
      }),
    );
    if (index === 3) await lake.put(objects[3]?.key ?? '', 'rows');
  }
  const checks: Check[] = [
    { name: 'ranges', outcome: 'passed', sentence: sentences.ranges ?? '' },
    {
      name: 'records-accounted',
      outcome: 'passed',
      sentence: '135,000 records received, and each is accounted for',
    },
    {
      name: 'source-total',
      outcome: 'failed',
      sentence: 'received 135,000 records where the source holds 138,500',
    },
    {
      name: 'drift',
      outcome: 'warned',
      sentence: 'The source’s total moved from 138,500 to 138,220 while it was read',
    },
    { name: 'unique-keys', outcome: 'skipped', sentence: 'Not looked at, since records are missing' },
    {
      name: 'quarantine',
      outcome: 'failed',
      sentence: `3,000 of 135,000 records (2.2 %) did not fit, where 1 % may ${hostile}`,
    },
  ];
  await writeVerification(plan, 'short', checks, lake);
  const outcome = await outcomeOf(plan, objects, lake, {
    problems: [
      'received 135,000 records where the source holds 138,500',
      `3,000 of 135,000 records were quarantined ${hostile}`,
    ],
    drift: {
      ...{ looks: 3, moved: 12, grown: 0, totals: [138_500, 138_220], outcome: 'open' },
      sentence:
        'The source’s total fell from 138,500 to 138,220 while it was read, and three looks did not find it at rest, so records may be missing.',
    },
    givenUp: [
      {
        slice: 'all',
        index: 44,
        reason: `a page that the source cannot give ${hostile}`,
        by: 'ada',
        at: new Date(startOfTime).toISOString(),
      },
    ],
    observations: {
      quarantined: [
        {
          column: 'price',
          rule: 'type',
          count: 2900,
          example: { slice: 'all', page: 20, position: 16, reason: `'${hostile}' is not a decimal(12,2)` },
        },
        {
          column: null,
          rule: 'object',
          count: 100,
          example: { slice: 'all', page: 21, position: 0, reason: 'it is a list' },
        },
      ],
      nulled: [
        {
          column: 'email',
          rule: 'pattern',
          count: 71,
          example: { slice: 'all', page: 1299, position: 9, reason: "'n/a' does not match" },
        },
      ],
      filtered: [{ rule: 'filter', count: 620 }],
      unknownFields: [{ name: `price ${hostile}`, count: 138_000, slice: 'all', page: 0, type: 'object' }],
      missingFields: [{ column: 'altitude', path: 'location.altitude' }],
    },
  });
  return { ...outcome, state: 'refused' };
}

/** A run that never ended: a lake with some of its objects, and why others are not there. */
export async function failedRun(lake: Lake): Promise<RunOutcome> {
  const plan = planOf(40);
  for (let index = 0; index < 25; index++) {
    const { key, receipt } = anObject(plan, index, {
      fetchedAt: new Date(startOfTime + 2000 + index * 500).toISOString(),
    });
    await lake.put(key, 'rows', { metadata: { receipt: JSON.stringify(receipt) } });
  }
  for (let index = 20; index < 40; index++) {
    const reason = `page ${index * 5} was answered 401 after the credential had been read again`;
    const at = new Date(startOfTime + 60_000).toISOString();
    const dead = {
      slice: 'all',
      index,
      failure: 'permanent',
      error: 'RefusedError',
      status: 401,
      attempt: 'a',
      reason,
      at,
    };
    await lake.put(deadKey(plan, dead), JSON.stringify(dead));
  }
  return { plan, state: 'failed', reason: 'not complete 24 hours after it began; it was blocked' };
}

/** A run that was published though an operator gave one of its ranges up; `found` records, where the source holds 5,000. */
export async function holeRun(lake: Lake, { found = 4500 } = {}): Promise<RunOutcome> {
  const plan = planOf(10);
  const objects = steadyObjects(plan, 10).filter((_, index) => index !== 6);
  const short = `received ${found.toLocaleString('en')} records where the source holds 5,000`;
  const hole =
    '1 page range was given up, with at most 500 records: all-00000006: the source cannot give page 32 (ada)';
  const checks: Check[] = [
    { name: 'source-total', outcome: 'warned', sentence: short, expected: 5000, found },
    {
      ...{ name: 'drift', outcome: 'passed' },
      sentence:
        'the source named no other total while the run was loading, and was not looked at again, since page ranges were given up',
    },
    { name: 'given-up', outcome: 'warned', sentence: hole, expected: 0, found: 1 },
  ];
  await writeVerification(plan, 'warned', checks, lake);
  const reason = 'the source cannot give page 32';
  const at = new Date(startOfTime).toISOString();
  return outcomeOf(plan, objects, lake, {
    warnings: [short, hole],
    givenUp: [{ slice: 'all', index: 6, reason, by: 'ada', at }],
  });
}

/** A run of ten ranges whose first pages were read again, and had not moved. */
export async function quietRun(lake: Lake): Promise<RunOutcome> {
  const plan = planOf(10);
  const sentence = 'the first page of each of 10 page ranges was read again, and nothing had moved';
  const checks: Check[] = [
    {
      ...{ name: 'ranges', outcome: 'passed', expected: 20, found: 20 },
      sentence: '20 of 20 page ranges are there',
    },
    {
      ...{ name: 'pages', outcome: 'passed', expected: 60, found: 60 },
      sentence: '60 of 60 pages were fetched',
    },
    { name: 'drift', outcome: 'passed', sentence },
  ];
  await writeVerification(plan, 'complete', checks, lake);
  const outcome = await outcomeOf(plan, steadyObjects(plan, 10), lake, {
    drift: { looks: 1, moved: 0, grown: 0, totals: [5000, 5000], outcome: 'settled', sentence },
  });
  const { manifest } = outcome;
  // Nothing that the look read is in the table, so that no part of it is in the manifest
  return { ...outcome, manifest: { ...manifest, counts: { ...manifest.counts, requests: 60 } } };
}

/** A run of ten ranges whose source never stood still, of which three ranges were fetched again. */
export async function driftingRun(lake: Lake): Promise<RunOutcome> {
  const plan = planOf(10);
  const sentence =
    'the source was never seen to stand still (5,000 at first, 5,061 at last): what was read of it overlaps without a gap, so every record that was there all the time, and kept its place among the others, is in the table; records that were deleted meanwhile may still be in the table';
  const checks: Check[] = [
    {
      ...{ name: 'ranges', outcome: 'passed', expected: 33, found: 33 },
      sentence: '33 of 33 page ranges are there',
    },
    { name: 'drift', outcome: 'warned', sentence },
  ];
  await writeVerification(plan, 'warned', checks, lake);
  return outcomeOf(plan, steadyObjects(plan, 10), lake, {
    drift: { looks: 3, moved: 3, grown: 1, totals: [5000, 5061], outcome: 'covered', sentence },
    warnings: [sentence],
  });
}

/** What changed, merged into a table of 12,000 records; that one has a hole where the manifest or verification.json tells of it. */
export async function incrementRun(lake: Lake, hole?: 'manifest' | 'verification'): Promise<RunOutcome> {
  const base = { runId: '2026-01-30t03-00-00-000z' };
  const since = '2026-01-30T03:00:00.000Z';
  const plan = planOf(1, { increment: { since, sent: since, base } });
  const warning = `the table of run ${base.runId}, which this run is merged into, falls short: 1 page range was given up; load everything to make that good`;
  const check: Check = hole
    ? { name: 'base', outcome: 'warned', sentence: warning }
    : { name: 'base', outcome: 'passed', sentence: 'it falls short of nothing' };
  await writeVerification(plan, hole ? 'warned' : 'complete', [check], lake);
  const location = curatedPrefix(plan, 'a');
  const files = [7000, 5000].map((records, file) => ({
    ...{ key: `${location}${file}.parquet`, bytes: 90_000, etag: 'e', records },
  }));
  const curated: Curated = {
    ...{ version: 1, attempt: 'a', location, files, records: 12_000, keyChecksum: '0', removed: 490 },
  };
  await lake.put(curatedKey(plan), JSON.stringify(curated));
  return outcomeOf(plan, steadyObjects(plan, 1), lake, {
    increment: plan.increment,
    ...(hole === 'manifest' && { warnings: [warning] }),
  });
}

async function putQuarantine(key: string, lake: Lake): Promise<void> {
  const line = (position: number, value: string) =>
    `{"slice":"all","page":20,"position":${position},"column":"price","rule":"type","value":${JSON.stringify(value)},"reason":${JSON.stringify(`'${value}' is not a decimal(12,2)`)},"record":{"id":12345678901234567890,"price":${JSON.stringify(value)},"email":"6f1ed002ab55"}}`;
  const file = join(tmpdir(), `quarantine-${process.pid}-${Math.random()}.gz`);
  await writeFile(
    file,
    gzipSync([line(16, hostile), line(17, 'n/a'), line(18, '12,50'), line(19, 'free')].join('\n')),
  );
  await lake.put(key, { file });
}
