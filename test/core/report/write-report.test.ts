import { GetObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { s3Lake } from '../../../aws/lake';
import { gatherFacts } from '../../../core/report/gather/gather-facts';
import type { RunOutcome } from '../../../core/report/gather/run-outcome';
import { writeReport } from '../../../core/report/write-report';
import { manifestPartKey, quarantineKey, reportKey, stageKey } from '../../../core/run/keys';
import type { Lake } from '../../../core/run/ports';
import { openLocalAws } from '../../aws/open-local-aws';
import { memoryLake } from '../../support/memory-lake';
import { aChain, startOfTime } from '../run/run-fixture';
import { anObject, manifestOf, outcomeOf, planOf, steadyObjects } from './report-fixture';
import { badRun, failedRun, goodRun, holeRun, incrementRun, quietRun } from './report-runs';

const now = new Date(startOfTime + 300_000);

/** The text of a run's report, without markup, numbers and units on one line. */
async function reportOf(make: (lake: Lake) => Promise<RunOutcome>): Promise<string> {
  const lake = memoryLake();
  const outcome = await make(lake);
  await writeReport(outcome, lake, now);
  const found = await lake.get(reportKey(outcome.plan));
  return (found?.text ?? '')
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ');
}

describe('a report', () => {
  it('of a run with nothing wrong says so first, and then what was proved', async () => {
    const text = await reportOf(goodRun);
    expect(text).toContain(
      'Complete and published Everything that the source holds was loaded and verified, 138,500 records in all, and readers see it.',
    );
    expect(text).toContain('Records 138,500 of 138,500');
    expect(text).toContain('Requests 1,385 49.5 a second, 98.9 % of the limit of 50');
    expect(text).toContain('✓ No key twice · No key comes twice');
    expect(text).toContain('Nothing was throttled, and no request had to be made again.');
    expect(text).toContain('Every record fits its columns');
    expect(text).toContain('Began 2026-01-31 03:00:01 UTC');
    expect(text).not.toContain('What to do');
  });

  it('of a run that was refused says why, what to do, and what was noticed', async () => {
    const text = await reportOf(badRun);
    expect(text).toContain(
      'Not published The run loaded 131,400 records, 94.9 % of what the source says it holds',
    );
    expect(text).toContain('received 135,000 records where the source holds 138,500');
    expect(text).toContain('npx baseload replay cities --run 2026-01-31t03-00-00-000z');
    expect(text).toContain('✗ The source’s own total');
    expect(text).toContain('! The source changed');
    expect(text).toContain('Did the source change while it was read? Yes: ');
    expect(text).toContain('all-00000044');
    expect(text).toContain('1 page range is not in the table, by an operator’s decision.');
    expect(text).toContain(
      'The messages of 3 page ranges went to the dead-letter queue at some time; 2 ranges never came.',
    );
    expect(text).toContain('7 of them empty');
    expect(text).toContain('2,900 price type');
    // As it stands in quarantine: no number is rounded, and what is masked stays so
    expect(text).toContain(
      '{&quot;id&quot;:12345678901234567890,&quot;price&quot;:&quot;n/a&quot;,&quot;email&quot;:&quot;6f1ed002ab55&quot;}',
    );
    expect(text).toContain('119 answers that asked to wait');
    expect(text).toContain('altitude location.altitude');
    expect(text).toContain('page 1,300 of cities, record 10');
  });

  it('of a run that never ended tells from its plan and its dead ranges what kept it', async () => {
    const text = await reportOf(failedRun);
    expect(text).toContain('Not published: the run did not end');
    expect(text).toContain('not complete 24 hours after it began');
    expect(text).toContain('15 page ranges missing: page # was answered 401');
    expect(text).toContain('Replace the credential');
    expect(text).toContain('Records 12,500 of 20,000');
    expect(text).not.toContain('manifest.json');
  });

  it('of a run that was published with a warning says in what it falls short', async () => {
    const plan = planOf(4);
    const text = await reportOf((lake) =>
      outcomeOf(plan, steadyObjects(plan, 4), lake, { warnings: ['1 record fewer than the source counts'] }),
    );
    expect(text).toContain(
      'Published with warnings Readers see this run, with warnings: 2,000 records in all.',
    );
    expect(text).toContain('1 record fewer than the source counts');
  });

  it('of a run that is short by what was given up advises to load that, and does not say that the source stood still', async () => {
    const text = await reportOf(holeRun);
    expect(text).toContain('Published with warnings');
    expect(text).toContain('What was given up is not in the table. To have it: npx baseload run cities');
    expect(text).not.toContain('at a quieter time');
    expect(text).toContain(
      '✓ No change was noticed · the source named no other total while the run was loading',
    );
    expect(text).not.toContain('The source stood still');
    expect(text).toContain('all-00000006');
    expect(text).not.toContain('range 7');
  });

  it('of a run that is short by more than what was given up advises on both', async () => {
    const text = await reportOf((lake) => holeRun(lake, { found: 3400 }));
    expect(text).toContain('at a quieter time');
    expect(text).toContain('What was given up is not in the table.');
  });

  it('of a run that was looked at again says what is its own and what the look’s', async () => {
    const text = await reportOf(quietRun);
    expect(text).toContain('Pages 50 in 10 ranges; and 10 read again to see whether they had moved');
    expect(text).toContain('Requests 60 10 of them for looks at the source; the others at');
    expect(text).toContain(
      '20 of 20 page ranges are there: 10 that the table is made of, and 10 read again to see whether they had moved',
    );
    expect(text).toContain(
      'Did the source change while it was read? No: the first page of each of 10 page ranges',
    );
    expect(text).not.toContain('Yes: ');
  });

  it('of an increment says what was merged into what', async () => {
    const text = await reportOf((lake) => incrementRun(lake));
    expect(text).toContain(
      'Complete and published Everything that changed was loaded and verified, and readers see it: 500 records that changed since 2026-01-30 03:00:00 UTC were merged into the table, which has 12,000 records by now.',
    );
    expect(text).toContain('Changed records 500 of 500');
    expect(text).toContain(
      'Records of the table 12,000 in 2 files, merged with the table of run 2026-01-30t03-00-00-000z',
    );
  });

  it.each(['manifest', 'verification'] as const)(
    'of an increment of a table with a hole is never complete, whether the %s says so',
    async (where) => {
      const text = await reportOf((lake) => incrementRun(lake, where));
      expect(text).toContain(
        'Published with warnings Readers see this run, with warnings: 500 records that changed since 2026-01-30 03:00:00 UTC were merged into the table, which has 12,000 records by now.',
      );
      expect(text).toContain('Why the table of run 2026-01-30t03-00-00-000z');
      expect(text).toContain('! The table it is merged into');
      expect(text).not.toContain('Complete and published');
    },
  );

  it('of a trial says that nothing was published', async () => {
    const plan = planOf(1, { subset: true });
    const text = await reportOf(async (lake) => ({
      ...(await outcomeOf(plan, steadyObjects(plan, 1), lake)),
      state: 'verified',
    }));
    expect(text).toContain(
      'A trial: verified, not published This run loaded only a part, 5 pages with 500 records',
    );
    expect(text).toContain('All in one range.');
  });

  it('of a replay says that the source was not asked', async () => {
    const plan = planOf(2, { replayOf: { runId: '2026-01-30t03-00-00-000z', extension: 'parquet' } });
    const objects = [0, 1].map((index) =>
      anObject(plan, index, { requests: 0, fetchMilliseconds: 0, latency: undefined }),
    );
    const text = await reportOf((lake) => outcomeOf(plan, objects, lake));
    expect(text).toContain('Requests none the raw pages of run 2026-01-30t03-00-00-000z were shaped anew');
    expect(text).toContain('Nothing was asked of it');
  });

  it('of a run of no records, and of one whose source gives no total, says so', async () => {
    const { total, ...open } = planOf(1, { sequences: [aChain()] });
    const nothing = { received: 0, staged: 0, bytesReceived: 12, pages: 1, requests: 1 };
    const text = await reportOf((lake) => outcomeOf(open, [anObject(open, 0, nothing)], lake));
    expect(text).toContain('There are none: 1 page came');
    expect(text).toContain('The source gives no total to hold that against.');
    expect(total).toBe(500);
  });

  it('counts what a later look replaced among the requests, and not among the records', async () => {
    const plan = planOf(4);
    const objects = steadyObjects(plan, 4);
    const lake = memoryLake();
    const outcome = await outcomeOf(plan, objects, lake);
    const replaced = {
      key: manifestPartKey(plan, 'all-00000000'),
      objects: 2,
      replaced: [[1, 2] as [number, number]],
    };
    const manifest = { ...outcome.manifest, parts: [replaced] };
    const { sums } = await gatherFacts({ ...outcome, manifest }, lake, now);
    expect([sums.requests, sums.ranges, sums.staged]).toEqual([20, 2, 1000]);
  });

  it('is drawn for receipts of before throttles and latencies were told, and for plans that name no limit', async () => {
    const { requestsPerSecond, lanes, ...plan } = planOf(2);
    const objects = [0, 1].map((index) => anObject(plan, index, { latency: undefined }));
    const text = await reportOf((lake) => outcomeOf(plan, objects, lake));
    expect(text).toContain('How long answers took was not recorded.');
    expect(text).not.toContain('the limit');
    expect([requestsPerSecond, lanes]).toEqual([50, 4]);
  });

  it('is drawn though quarantine and dead documents are damaged, or gone', async () => {
    const plan = planOf(3);
    const objects = [0, 1].map((index) =>
      anObject(plan, index, {
        quarantined: 1,
        quarantine: quarantineKey(plan, { slice: 'all', index }, 'a'),
      }),
    );
    const text = await reportOf(async (lake) => {
      await lake.put(objects[0]?.receipt.quarantine ?? '', 'no gzip');
      await lake.put(`runs/geonames/cities/${plan.runId}/dead/all-00000002.json`, '{');
      return outcomeOf(plan, objects, lake);
    });
    expect(text).toContain('2 records, 0.2 % of those received, did not fit');
    expect(text).not.toContain('Some of these records');
  });

  it('may be written again, and is the same', async () => {
    const lake = memoryLake();
    const outcome = await badRun(lake);
    await writeReport(outcome, lake, now);
    const first = await lake.get(reportKey(outcome.plan));
    await writeReport(outcome, lake, now);
    expect((await lake.get(reportKey(outcome.plan)))?.text).toBe(first?.text);
  });

  it('has sums that are those of the receipts, whatever they are', async () => {
    const receipt = fc.record({
      received: fc.nat(1000),
      staged: fc.nat(1000),
      quarantined: fc.nat(10),
      filtered: fc.nat(10),
      requests: fc.nat(50),
      throttled: fc.nat(5),
      fetchMilliseconds: fc.nat(100_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(receipt, { maxLength: 40 }), async (receipts) => {
        const lake = memoryLake();
        const plan = planOf(Math.max(1, receipts.length));
        const objects = receipts.map((one, index) => anObject(plan, index, one));
        const outcome = await outcomeOf(plan, objects, lake);
        const { sums, time, ranges } = await gatherFacts(outcome, lake, now);
        const { counts } = manifestOf(plan, objects);
        const { staged, quarantined, filtered, received, requests, pages, ranges: all } = sums;
        expect({ staged, quarantined, filtered, received, requests, pages, ranges: all }).toEqual({
          staged: counts.staged,
          quarantined: counts.quarantined,
          filtered: counts.filtered,
          received: counts.received,
          requests: counts.requests,
          pages: counts.pages,
          ranges: counts.ranges,
        });
        expect(time.reduce((sum, bin) => sum + bin.requests, 0)).toBeCloseTo(counts.requests, 3);
        expect(ranges.reduce((sum, bin) => sum + bin.staged, 0)).toBe(counts.staged);
        await writeReport(outcome, lake, now);
      }),
      { numRuns: 30 },
    );
  });

  it('does not count rows that a later one replaces, nor hold rows that were made against a total of records', async () => {
    const plan = planOf(2);
    const made = (lake: Lake) =>
      outcomeOf(
        plan,
        [0, 1].map((index) => anObject(plan, index, { added: 250, staged: 750 })),
        lake,
      );
    expect(await reportOf(made)).toContain('Records 1,500 rows, made from 1,000 of 1,000 records');
    const repeated = await reportOf(async (lake) => {
      const outcome = await outcomeOf(plan, steadyObjects(plan, 2), lake);
      const { manifest } = outcome;
      return { ...outcome, manifest: { ...manifest, counts: { ...manifest.counts, repeated: 40 } } };
    });
    expect(repeated).toContain('verified, 960 records in all');
    expect(repeated).toContain('Records 960 of 1,000 40 left out: seen again later');
  });

  it('is HTML in S3, with records from quarantine objects that are there', async () => {
    const local = await openLocalAws();
    try {
      await local.aws.createBucket('lake');
      const lake = s3Lake(local.s3, 'lake');
      const outcome = await badRun(lake);
      await writeReport(outcome, lake, now);
      const Key = reportKey(outcome.plan);
      const written = await local.s3.send(new GetObjectCommand({ Bucket: 'lake', Key }));
      expect(written.ContentType).toBe('text/html; charset=utf-8');
      const text = await written.Body?.transformToString();
      expect(text).toContain('&#39;12,50&#39; is not a decimal(12,2)');
      expect(text).toContain('Some of these records');
    } finally {
      await local.close();
    }
  });

  it('stands beside the run’s other documents, and links to what is in the lake', async () => {
    const lake = memoryLake();
    const outcome = await goodRun(lake);
    await writeReport(outcome, lake, now);
    const key = reportKey(outcome.plan);
    const text = (await lake.get(key))?.text ?? '';
    const links = [...text.matchAll(/href="(\.\.[^"]*)"/g)].map(
      ([, link]) => new URL(link ?? '', `s3://lake/${key}`),
    );
    expect(links.map(({ pathname }) => pathname.slice(1))).toContain(
      stageKey(outcome.plan, { slice: 'all', index: 0 }),
    );
    expect(links).toHaveLength(13);
  });
});
