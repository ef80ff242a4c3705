import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RunOutcome } from '../../../core/report/gather/run-outcome';
import { deadKey, quarantineKey } from '../../../core/run/keys';
import type { Lake } from '../../../core/run/ports';
import type { Check } from '../../../core/run/verification';
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
          example: { slice: 'all', page: 3, position: 9, reason: "'n/a' does not match" },
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
