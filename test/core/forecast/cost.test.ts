import fc from 'fast-check';
import { type Cost, costOf } from '../../../core/forecast/cost';
import { type RunWork, runUsage } from '../../../core/forecast/run-usage';
import { addUsage, functionSizes, noUsage, type Usage } from '../../../core/forecast/usage';

const count = fc.nat(10_000_000);
const lambda = fc.record({ invocations: count, seconds: count });
const anyUsage: fc.Arbitrary<Usage> = fc.record({
  lambda: fc.record({ 'fan-out': lambda, worker: lambda, reconcile: lambda }),
  s3: fc.record({ put: count, list: count, get: count, head: count, delete: count }),
  sqs: fc.record({ send: count, receive: count, delete: count, attributes: count }),
  secretReads: count,
  logBytes: count,
  metricHours: count,
  traces: count,
  stored: fc.record({ bytes: count, objects: count }),
});
const dollars = (cost: Cost) => Object.values(cost);

describe('costOf', () => {
  test('what costs a dollar by the price list costs a dollar', () => {
    const puts = { ...noUsage, s3: { ...noUsage.s3, put: 150_000, list: 50_000 } };
    expect(costOf(puts)).toMatchObject({ s3: expect.closeTo(1, 9), total: expect.closeTo(1, 9), lambda: 0 });
    const gets = { ...noUsage, s3: { ...noUsage.s3, get: 2_000_000, head: 500_000 } };
    expect(costOf(gets).s3).toBeCloseTo(1, 9);
    const messages = { ...noUsage, sqs: { ...noUsage.sqs, send: 2_500_000 } };
    expect(costOf(messages).sqs).toBeCloseTo(1, 9);
    // 512 MB for 150,000 s are 75,000 GB-seconds.
    const seconds = { ...noUsage.lambda, 'fan-out': { invocations: 0, seconds: 150_000 } };
    expect(costOf({ ...noUsage, lambda: seconds }).lambda).toBeCloseTo(1, 4);
    const stored = { ...noUsage, stored: { bytes: 1e12, objects: 1 } };
    expect(costOf(stored)).toMatchObject({ total: 0, storageMonth: expect.closeTo(23, 9) });
  });

  test('of functions with twice the memory, seconds cost twice as much, and calls as ever', () => {
    const worker = { ...functionSizes.worker, memoryMegabytes: 2 * functionSizes.worker.memoryMegabytes };
    const sizes = { ...functionSizes, worker };
    const used = (invocations: number, seconds: number) => ({
      ...noUsage,
      lambda: { ...noUsage.lambda, worker: { invocations, seconds } },
    });
    const room = 1.5 * 1e6 * 0.0000000309; // of /tmp, which is as it was
    expect(costOf(used(0, 1e6), sizes).lambda - room).toBeCloseTo(
      2 * (costOf(used(0, 1e6)).lambda - room),
      9,
    );
    expect(costOf(used(7, 0), sizes)).toEqual(costOf(used(7, 0)));
  });

  test('two usages together cost what each costs', () => {
    fc.assert(
      fc.property(anyUsage, anyUsage, (a, b) => {
        const [one, other, both] = [costOf(a), costOf(b), costOf(addUsage(a, b))].map(dollars);
        both?.forEach((value, i) => {
          expect(value).toBeCloseTo((one?.[i] ?? Number.NaN) + (other?.[i] ?? Number.NaN), 4);
        });
      }),
    );
  });

  test('nothing costs nothing, and is nothing to add', () => {
    expect(dollars(costOf(noUsage)).every((value) => value === 0)).toBe(true);
    fc.assert(fc.property(anyUsage, (usage) => expect(addUsage(usage, noUsage)).toEqual(usage)));
  });
});

const aWork: RunWork = {
  ranges: 1000,
  successors: 0,
  begun: 0,
  looks: [],
  bytesReceived: 1e9,
  fetchSeconds: 5000,
  seconds: 1250,
  raw: 1000,
  replayed: 0,
  documents: 10,
  documentsRead: 10,
  keyReads: 0,
  secrets: 1,
  lanes: 4,
  bytesStored: 2e8,
};

describe('runUsage', () => {
  test('counts what workers do for each range, as the code does it', () => {
    const { s3, sqs, lambda: functions } = runUsage(aWork);
    expect(functions.worker.invocations).toBe(1000);
    expect(sqs).toMatchObject({ send: 100, receive: 1000, delete: 1000 });
    // The stage object, raw bodies and which pages they are, for each; documents; and those of the run.
    expect(s3.put).toBe(1000 + 2000 + 10 + 3 + 1 + 6);
    // A worker looks before it begins, and reconcile when it verifies, as it does for the manifest's only part, and for whether anything expires.
    expect(s3.head).toBe(2000 + 2);
  });

  test('a chain sends each message by itself, and a replay reads instead of keeping', () => {
    expect(runUsage({ ...aWork, successors: 999 }).sqs.send).toBe(1000);
    const replay = runUsage({ ...aWork, raw: 0, replayed: 1000 });
    const load = runUsage(aWork);
    expect(replay.s3.put).toBe(load.s3.put - 2000);
    expect(replay.s3.get).toBe(load.s3.get + 2000);
  });

  test('each look is enqueued by itself, and planned and read in passes of its own', () => {
    const looked = { ...aWork, ranges: 26, looks: [8, 9], seconds: 30 };
    const { sqs, lambda: functions } = runUsage(looked);
    // Nine of its own, eight and nine: a batch each.
    expect(sqs).toMatchObject({ send: 3, receive: 26, delete: 26, attributes: 10 });
    expect(functions).toMatchObject({ worker: { invocations: 26 }, reconcile: { invocations: 5 } });
  });

  test('with half a virtual CPU, shaping takes twice as long, and waiting no longer', () => {
    const half = { memoryMegabytes: 1769 / 2, storageGigabytes: 2 };
    const [slow, usual] = [{ ...functionSizes, worker: half, reconcile: half }, functionSizes].map(
      (sizes) => runUsage(aWork, sizes).lambda,
    );
    const shaping = 1e9 / 30e6;
    expect(slow?.worker.seconds).toBeCloseTo((usual?.worker.seconds ?? Number.NaN) + shaping, 6);
    expect(slow?.reconcile.seconds).toBeCloseTo(2 * (usual?.reconcile.seconds ?? Number.NaN), 6);
    const more = { ...functionSizes, worker: { memoryMegabytes: 3538, storageGigabytes: 2 } };
    expect(runUsage(aWork, more)).toEqual(runUsage(aWork));
  });

  test('of a grid, what was read is not listed again each minute', () => {
    const long = { ...aWork, ranges: 1_000_000, seconds: 36_000 };
    const grid = runUsage(long).s3.list;
    // Six hundred minutes, and a thousand pages of keys.
    expect(grid).toBeLessThan(1_000_000 + 601 * 20 + 5000);
    expect(runUsage({ ...long, begun: 1 }).s3.list).toBeGreaterThan(1_000_000 + 601 * 1000);
  });

  test('more work never costs less', () => {
    const more = fc.record({
      ranges: count,
      bytesReceived: count,
      fetchSeconds: count,
      seconds: count,
      documents: count,
      documentsRead: count,
      keyReads: count,
      bytesStored: count,
    });
    fc.assert(
      fc.property(more, (extra) => {
        const grown: RunWork = {
          ...aWork,
          ranges: aWork.ranges + extra.ranges,
          bytesReceived: aWork.bytesReceived + extra.bytesReceived,
          fetchSeconds: aWork.fetchSeconds + extra.fetchSeconds,
          seconds: aWork.seconds + extra.seconds,
          documents: aWork.documents + extra.documents,
          documentsRead: aWork.documentsRead + extra.documentsRead,
          keyReads: aWork.keyReads + extra.keyReads,
          bytesStored: aWork.bytesStored + extra.bytesStored,
        };
        const [less, much] = [aWork, grown].map((work) => dollars(costOf(runUsage(work))));
        less?.forEach((value, i) => {
          expect(much?.[i]).toBeGreaterThanOrEqual(value);
        });
      }),
    );
  });
});
