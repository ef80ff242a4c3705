import { usageOf } from '../../../core/forecast/usage-sum';
import { aReceipt } from '../run/run-fixture';

describe('usageOf', () => {
  const object = (changes: Parameters<typeof aReceipt>[0], look?: number) => ({
    key: 'stage/a/b/run=c/all-00000000.parquet',
    bytes: 150_000,
    etag: 'e',
    look,
    receipt: aReceipt({ bytesReceived: 2_000_000, ...changes }),
  });
  const loaded = (objects: readonly ReturnType<typeof object>[]) =>
    objects.map((one) => ({ object: one, isReplaced: one.look !== undefined }));
  const next = { sequences: [] as never };
  const chain = [
    object({
      raw: 'r',
      begins: true,
      next,
      fetchedAt: '2026-01-31T03:00:00.000Z',
      fetchMilliseconds: 60_000,
    }),
    object({ raw: 'r', firstPage: 1, next: { key: 'k' }, fetchMilliseconds: 60_000, quarantine: 'q' }),
    object({ raw: 'r', firstPage: 2, fetchedAt: '2026-01-31T03:02:00.000Z', fetchMilliseconds: 60_000 }),
  ];

  test('tells by receipts what a run did', async () => {
    const usage = await usageOf({}, loaded(chain), { rawBytes: 1_000_000, lanes: 2, secrets: 1 });
    // Three minutes, and the reconcile that publishes.
    expect(usage.lambda.reconcile.invocations).toBe(4);
    expect(usage.lambda.worker).toEqual({ invocations: 3, seconds: expect.closeTo(180 + 0.2 + 0.9, 6) });
    expect(usage.sqs.send).toBe(1 + 2);
    expect(usage.stored).toEqual({ bytes: 450_000 + 1_000_000, objects: 3 + 6 + 2 });
  });

  test('of a replay, nothing was fetched', async () => {
    const replayOf = { runId: 'r', extension: 'parquet' as const };
    const usage = await usageOf({ replayOf }, loaded(chain));
    expect(usage.lambda.worker.seconds).toBeLessThan(2);
    expect(usage.stored.bytes).toBe(450_000);
    expect(usage.secretReads).toBe(0);
  });

  test('counts what looks have read like all else, and enqueues each by itself', async () => {
    const page = { raw: 'r', observations: 'o', fetchedAt: '2026-01-31T03:00:00.000Z' };
    const grid = Array.from({ length: 12 }, () => object({ ...page, fetchMilliseconds: 5000 }));
    const later = { ...page, fetchedAt: '2026-01-31T03:01:30.000Z' };
    const looks = [1, 1, 2].map((look) => object({ ...later, fetchMilliseconds: 1000 }, look));
    const usage = await usageOf({}, loaded([...grid, ...looks]));
    expect(usage.sqs).toMatchObject({ send: 2 + 1 + 1, receive: 15, delete: 15 });
    expect(usage.lambda.worker.invocations).toBe(15);
    // 63 seconds of requests, 30 MB of bodies, and what is written of each range.
    expect(usage.lambda.worker.seconds).toBeCloseTo(63 + 1 + 15 * 0.3, 6);
    expect(usage.stored.objects).toBe(15 + 30 + 15);
    // What was noticed of pages that were only looked at is not read.
    const unnoticed = grid.map((one) => object({ ...one.receipt, observations: undefined }));
    const less = await usageOf({}, loaded([...unnoticed, ...looks]));
    expect(usage.s3.get - less.s3.get).toBe(12);
    expect(usage.s3.put - less.s3.put).toBe(12);
    const blind = looks.map((one) => object({ ...one.receipt, observations: undefined }, one.look));
    const least = await usageOf({}, loaded([...unnoticed, ...blind]));
    expect([less.s3.get - least.s3.get, less.s3.put - least.s3.put]).toEqual([0, 3]);
    // Two looks, of two passes each, and the one that publishes.
    expect(usage.lambda.reconcile.invocations).toBe(5);
  });
});
