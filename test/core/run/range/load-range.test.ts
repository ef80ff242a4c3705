import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PermanentError, TransientError } from '../../../../core/errors';
import type { FetchedRange } from '../../../../core/extract/range/fetched-range';
import { rangesOf } from '../../../../core/plan/grid';
import type { PageRange, Plan, Sequence } from '../../../../core/plan/plan';
import {
  nextKey,
  observationsKey,
  quarantineKey,
  rawKey,
  rawPagesKey,
  stageKey,
} from '../../../../core/run/keys';
import { type LoadRangeServices, loadRange } from '../../../../core/run/range/load-range';
import { fromMetadata } from '../../../../core/run/range/receipt';
import type { Observations } from '../../../../core/shape/observations';
import type { RangeToShape, ShapedRange } from '../../../../core/shape/shape-range';
import { definitionHash } from '../../../../core/source/definition-hash';
import { type LakeCall, type LakeFault, MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import { aDataset, aSource } from '../../../support/source-fixture';
import {
  aChain,
  aGrid,
  aLead,
  anOpenPlan,
  aPlan,
  aRange,
  messageOf,
  recordTelemetry,
  writeRange,
} from '../run-fixture';

const plan = aPlan();
const range = aRange();
const message = messageOf(plan, range);
const keys = {
  raw: rawKey(plan, range, 'a1b2c3d4'),
  rawPages: rawPagesKey(rawKey(plan, range, 'a1b2c3d4')),
  quarantine: quarantineKey(plan, range, 'a1b2c3d4'),
  observations: observationsKey(plan, range, 'a1b2c3d4'),
  stage: stageKey(plan, range),
};
const pages = '{"page":4}\n{"page":5}\n{"page":6}\n';

const fetched: FetchedRange = {
  origins: [3, 4, 5].map((page) => ({
    slice: 'all',
    page,
    parameters: {},
    fetchedAt: `2026-01-31T03:00:02.${page}00Z`,
  })),
  next: [],
  requests: 5,
  throttled: 1,
  retries: 2,
  latency: [80, 90, 95],
  bytes: 33,
  fetchedAt: '2026-01-31T03:00:02.000Z',
  milliseconds: 100,
};
const nothingNoticed: Observations = {
  quarantined: [],
  nulled: [],
  filtered: [],
  unknownFields: [],
  missingFields: [],
};
const shaped: ShapedRange = {
  received: 300,
  added: 0,
  staged: 298,
  quarantined: 2,
  filtered: 0,
  firstKey: '[301]',
  lastKey: '[600]',
  uniqueKeys: true,
  totals: { min: 950, max: 950 },
  recordsPerPage: [100, 100, 100],
  firstRecords: ['a', 'b', 'c'],
  stageBytes: 7,
  observations: nothingNoticed,
};

let workFolder: string;
beforeEach(async () => {
  workFolder = await mkdtemp(join(tmpdir(), 'load-range-'));
});
afterEach(async () => {
  expect(await readdir(workFolder)).toEqual([]); // on every path
  await rm(workFolder, { recursive: true });
});

interface Prepared {
  readonly plan?: Plan;
  readonly range?: PageRange;
  readonly dataset?: ReturnType<typeof aDataset>;
  readonly fetched?: FetchedRange;
  readonly shaped?: ShapedRange;
  readonly fault?: (call: LakeCall) => LakeFault | undefined;
  readonly turn?: (call: LakeCall) => Promise<void>;
}

/** A worker whose source and shaper write small files. */
function prepare({ dataset = aDataset(), ...given }: Prepared = {}) {
  const asking = messageOf(given.plan ?? plan, given.range ?? range);
  const objects = new MemoryObjects();
  const messages = new MemoryMessages();
  const telemetry = recordTelemetry();
  const asked: RangeToShape[] = [];
  const fetch = jest.fn(async ({ file }: { file: string }) => {
    await writeFile(file, pages);
    return given.fetched ?? fetched;
  });
  const shape = jest.fn(async (toShape: RangeToShape) => {
    asked.push(toShape);
    const answer = given.shaped ?? shaped;
    await writeFile(toShape.stageFile, 'parquet');
    if (answer.quarantined > 0) await writeFile(toShape.quarantineFile, 'quarantined');
    return answer;
  });
  const lake = memoryLake(objects, {
    ...(given.fault && { fault: given.fault }),
    ...(given.turn && { turn: given.turn }),
  });
  const services: LoadRangeServices = {
    source: aSource({ datasets: [dataset] }),
    lake,
    pageQueue: memoryPageQueue(messages),
    shaper: { shape },
    telemetry,
    workFolder,
    fetch,
  };
  const load = (changes: Partial<LoadRangeServices> = {}) =>
    loadRange(asking, 'a1b2c3d4', { ...services, ...changes });
  const receipt = () => fromMetadata(objects.objects.get(stageKey(plan, asking.range))?.metadata ?? {});
  return { objects, messages, telemetry, fetch, shape, asked, services, load, receipt };
}

describe('loadRange', () => {
  it('fetches, shapes, and writes raw, quarantine and stage, in this order', async () => {
    const { load, objects } = prepare();
    expect(await load()).toBe('loaded');
    expect(objects.changes.map(({ operation, key }) => [operation, key])).toEqual([
      ['putIfAbsent', keys.raw],
      ['putIfAbsent', keys.rawPages],
      ['putIfAbsent', keys.quarantine],
      ['putIfAbsent', keys.stage],
    ]);
    expect(gunzipSync(objects.objects.get(keys.raw)?.body ?? '').toString()).toBe(pages);
    expect(objects.text(keys.quarantine)).toBe('quarantined');
    expect(objects.text(keys.stage)).toBe('parquet');
  });

  it('writes what was noticed before the stage object, and names it in the receipt', async () => {
    const observations = { ...nothingNoticed, missingFields: [{ column: 'name', path: 'nmae' }] };
    const { load, objects, receipt } = prepare({ shaped: { ...shaped, observations } });
    await load();
    expect(JSON.parse(objects.text(keys.observations) ?? '')).toEqual(observations);
    expect(objects.changes.map(({ key }) => key).slice(-2)).toEqual([keys.observations, keys.stage]);
    expect(receipt()?.observations).toBe(keys.observations);
  });

  it('accounts in the receipt for what was added and filtered', async () => {
    const accounts = { received: 300, added: 40, staged: 310, quarantined: 2, filtered: 28 };
    const { load, receipt } = prepare({ shaped: { ...shaped, ...accounts } });
    await load();
    expect(receipt()).toMatchObject(accounts);
  });

  it.each([
    ['parquet', 'application/vnd.apache.parquet'],
    ['jsonl.gz', 'application/gzip'],
    ['csv.zst', 'application/zstd'],
  ] as const)('names its object by the format of the plan: %s', async (extension, contentType) => {
    const { load, services, asked } = prepare({ plan: { ...plan, extension } });
    const putIfAbsent = jest.spyOn(services.lake, 'putIfAbsent');
    await load();
    expect(asked[0]?.stageFile).toMatch(new RegExp(`/stage\\.${extension}$`));
    expect(putIfAbsent).toHaveBeenCalledWith(
      stageKey({ ...plan, extension }, range),
      expect.anything(),
      expect.objectContaining({ contentType }),
    );
  });

  it('writes a receipt of it all on the stage object', async () => {
    const { load, receipt } = prepare();
    await load();
    expect(receipt()).toEqual({
      definition: plan.definition,
      attempt: 'a1b2c3d4',
      fetchedAt: '2026-01-31T03:00:02.000Z',
      fetchMilliseconds: 100,
      firstPage: 3,
      pages: 3,
      requests: 5,
      throttled: 1,
      retries: 2,
      latency: [80, 90, 95],
      bytesReceived: 33,
      received: 300,
      staged: 298,
      quarantined: 2,
      filtered: 0,
      firstKey: '[301]',
      lastKey: '[600]',
      uniqueKeys: true,
      totals: { min: 950, max: 950 },
      planned: 950,
      firstRecord: expect.stringMatching(/^[0-9a-f]{16}$/),
      lastRecord: expect.stringMatching(/^[0-9a-f]{16}$/),
      raw: keys.raw,
      quarantine: keys.quarantine,
    });
  });

  it('leaves out of it what did not happen', async () => {
    const { latency, ...unmeasured } = { ...fetched, throttled: 0, retries: 0 };
    const { load, receipt } = prepare({ fetched: unmeasured, shaped: { ...shaped, uniqueKeys: false } });
    await load();
    for (const fact of ['throttled', 'retries', 'latency', 'uniqueKeys', 'added'])
      expect(receipt()).not.toHaveProperty(fact);
  });

  it('counts what it loaded', async () => {
    const { load, telemetry } = prepare({ shaped: { ...shaped, staged: 291, filtered: 7 } });
    await load();
    expect(telemetry.counts).toEqual({
      RangesLoaded: 1,
      RecordsReceived: 300,
      RecordsStaged: 291,
      RecordsQuarantined: 2,
      RecordsFiltered: 7,
    });
  });

  it('tells the fetcher and the shaper which pages of which dataset', async () => {
    const { load, fetch, asked, services } = prepare();
    await load();
    const [dataset] = services.source.datasets;
    expect(fetch).toHaveBeenCalledWith(expect.objectContaining({ dataset, range, pagesPerRange: 3 }));
    expect(asked).toMatchObject([{ dataset, runId: plan.runId, origins: fetched.origins }]);
  });

  it('takes the totals of headers where the bodies have none', async () => {
    const { totals, ...bodies } = shaped;
    const headers = { min: 949, max: 950 };
    const { load, receipt } = prepare({ shaped: bodies, fetched: { ...fetched, totals: headers } });
    await load();
    expect(receipt()?.totals).toEqual(headers);
  });

  it('writes no raw object when the dataset does not want it, and no quarantine when there is none', async () => {
    const { load, objects, receipt } = prepare({
      dataset: aDataset({ keepRaw: false }),
      shaped: { ...shaped, staged: 300, quarantined: 0 },
    });
    await load();
    expect(objects.keys()).toEqual([keys.stage]);
    expect(receipt()).toMatchObject({ staged: 300 });
    expect([receipt()?.raw, receipt()?.quarantine]).toEqual([undefined, undefined]);
  });

  describe('when the range exists', () => {
    it('looks before it fetches, and asks the source for nothing', async () => {
      const { load, services, objects, fetch, telemetry } = prepare();
      await writeRange(services.lake, plan, range);
      objects.changes.length = 0;
      expect(await load()).toBe('skipped');
      expect(fetch).not.toHaveBeenCalled();
      expect(objects.changes).toEqual([]);
      expect(telemetry.counts).toEqual({ RangesSkipped: 1 });
    });

    it('leaves it alone when somebody wrote it meanwhile', async () => {
      const { load, services, objects, shape, telemetry, receipt } = prepare();
      const slow = async (toShape: RangeToShape) => {
        await writeRange(services.lake, plan, range, { attempt: 'faster' });
        return shape(toShape);
      };
      expect(await load({ shaper: { shape: slow } })).toBe('skipped');
      expect(receipt()?.attempt).toBe('faster');
      expect(objects.text(keys.stage)).toBe('all-00000001 by faster');
      expect(telemetry.counts).toEqual({ RangesSkipped: 1 });
    });

    it('has one writer of any two attempts', async () => {
      const { services, objects, receipt } = prepare();
      const both = await Promise.all(
        ['aaaa', 'bbbb'].map((attempt) => loadRange(message, attempt, services)),
      );
      expect([...both].sort()).toEqual(['loaded', 'skipped']);
      expect(receipt()?.attempt).toBe(both[0] === 'loaded' ? 'aaaa' : 'bbbb');
      expect(objects.keys('stage/')).toEqual([keys.stage]);
    });
  });

  describe('when a page is malformed', () => {
    const malformed = new TransientError('page 4 is malformed');

    it('fetches the range again, once, over the same file', async () => {
      const { load, fetch, shape, telemetry } = prepare();
      const failsOnce = jest.fn(shape).mockRejectedValueOnce(malformed);
      expect(await load({ shaper: { shape: failsOnce } })).toBe('loaded');
      expect(fetch).toHaveBeenCalledTimes(2);
      expect(fetch.mock.calls[1]?.[0].file).toBe(fetch.mock.calls[0]?.[0].file);
      expect(telemetry.counts).toMatchObject({ Retries: 1, RangesLoaded: 1 });
      expect(telemetry.lines[0]).toEqual({
        message: 'A page was malformed: the range is fetched again',
        details: { reason: 'page 4 is malformed' },
      });
    });

    it('fails the attempt when it is malformed again, and writes nothing', async () => {
      const { load, fetch, objects } = prepare();
      const shape = jest.fn(async () => {
        throw malformed;
      });
      await expect(load({ shaper: { shape } })).rejects.toBe(malformed);
      expect([fetch.mock.calls.length, shape.mock.calls.length]).toEqual([2, 2]);
      expect(objects.changes).toEqual([]);
    });

    it('does not ask again for what is not what the dataset says', async () => {
      const { load, fetch } = prepare();
      const wrong = new PermanentError("there is no array at 'data'");
      await expect(load({ shaper: { shape: () => Promise.reject(wrong) } })).rejects.toBe(wrong);
      expect(fetch).toHaveBeenCalledTimes(1);
    });
  });

  describe('when pages are not what their neighbours make of them', () => {
    const short = { ...shaped, recordsPerPage: [100, 99, 100] };

    it('fetches the range again, once', async () => {
      const { load, fetch, shape, telemetry } = prepare();
      const onceShort = jest.fn(shape).mockImplementationOnce(async (toShape) => {
        await shape(toShape);
        return short;
      });
      expect(await load({ shaper: { shape: onceShort } })).toBe('loaded');
      expect(fetch).toHaveBeenCalledTimes(2);
      expect(telemetry.counts).toMatchObject({ Retries: 1, RangesLoaded: 1 });
    });

    it('fails the attempt when they are so again, and writes nothing', async () => {
      const { load, fetch, objects } = prepare({ shaped: short });
      await expect(load()).rejects.toMatchObject({ name: 'ShortPageError', failure: 'transient' });
      expect(fetch).toHaveBeenCalledTimes(2);
      expect(objects.changes).toEqual([]);
    });

    it('does not ask again where that cannot help', async () => {
      const { load, fetch } = prepare({ shaped: { ...shaped, firstRecords: ['a', 'b', 'a'] } });
      await expect(load()).rejects.toMatchObject({ name: 'RepeatedPageError', failure: 'permanent' });
      expect(fetch).toHaveBeenCalledTimes(1);
    });
  });

  describe('what follows', () => {
    const chain = aChain({ index: 4, position: { page: 12, cursor: 'c12', records: 1200, total: 5000 } });
    const successor = aChain({ index: 5, position: { page: 15, cursor: 'c15', records: 1500, total: 5000 } });
    const open = anOpenPlan(aChain());
    const ofChain = {
      plan: open,
      range: chain,
      fetched: {
        ...fetched,
        origins: fetched.origins.map((origin, at) => ({ ...origin, page: 12 + at })),
        next: [successor] as const,
      },
    };
    const asks = (sequences: readonly Sequence[]) =>
      sequences.flatMap((sequence) =>
        [...rangesOf(sequence)].map((each) => ({ message: messageOf(open, each), receiveCount: 0 })),
      );

    it('stands in the receipt, and is enqueued by the attempt that wrote the object', async () => {
      const { load, messages, receipt, telemetry } = prepare(ofChain);
      expect(await load()).toBe('loaded');
      expect(receipt()).toMatchObject({ firstPage: 12, planned: 5000, next: { sequences: [successor] } });
      expect(messages.waiting).toEqual(asks([successor]));
      expect(telemetry.counts).toMatchObject({ RangesLoaded: 1, RangesEnqueued: 1 });
    });

    it('is enqueued by a delivery that finds the object there', async () => {
      const { load, services, messages, fetch, telemetry } = prepare(ofChain);
      await writeRange(services.lake, open, chain, { next: { sequences: [successor] } });
      expect(await load()).toBe('skipped');
      expect(fetch).not.toHaveBeenCalled();
      expect(messages.waiting).toEqual(asks([successor]));
      expect(telemetry.counts).toEqual({ RangesSkipped: 1, RangesEnqueued: 1 });
    });

    it('is not enqueued by an attempt that lost the write, so that no second chain begins', async () => {
      const { load, services, messages, shape } = prepare(ofChain);
      const slow = async (toShape: RangeToShape) => {
        await writeRange(services.lake, open, chain, { attempt: 'faster', next: { sequences: [successor] } });
        return shape(toShape);
      };
      expect(await load({ shaper: { shape: slow } })).toBe('skipped');
      expect(messages.waiting).toEqual([]);
    });

    it('is enqueued by the attempt that wrote the object though it was told that somebody else did', async () => {
      const fault = ({ operation }: LakeCall) => (operation === 'putIfAbsent' ? 'conflict' : undefined);
      const { load, messages } = prepare({ ...ofChain, fault });
      expect(await load()).toBe('skipped');
      expect(messages.waiting).toEqual(asks([successor]));
    });

    it('is enqueued after the object is there: until then it must not be', async () => {
      const { load, messages } = prepare({
        ...ofChain,
        fault: ({ operation }) => (operation === 'putIfAbsent' ? 'before' : undefined),
      });
      await expect(load()).rejects.toThrow('before it took effect');
      expect(messages.waiting).toEqual([]);
    });

    it('brings the message back when it cannot be enqueued, and is enqueued then', async () => {
      const { load, messages } = prepare(ofChain);
      const failing = memoryPageQueue(messages, { fault: () => 'before' });
      await expect(load({ pageQueue: failing })).rejects.toThrow('send was made to fail');
      expect(await load()).toBe('skipped');
      expect(messages.waiting).toEqual(asks([successor]));
    });

    it('ends with a range that nothing follows', async () => {
      const { load, messages, receipt } = prepare({ ...ofChain, fetched: { ...ofChain.fetched, next: [] } });
      await load();
      expect(receipt()?.next).toBeUndefined();
      await load(); // and again, by a duplicate
      expect(messages.waiting).toEqual([]);
    });

    it('is written to a document before the object where it does not fit into the receipt', async () => {
      const [lead] = [...rangesOf(aLead(40, { slicesPerRange: 40 }))] as [PageRange];
      const next = Array.from({ length: 40 }, (_, i) => aGrid({ slice: `s-${i}`, firstPage: 1, pages: 9 }));
      const given = { plan: open, range: lead, fetched: { ...fetched, expected: 39_000, next } };
      const { load, messages, objects, receipt } = prepare(given);
      await load();
      const key = nextKey(open, lead, 'a1b2c3d4');
      expect(receipt()).toMatchObject({ begins: true, expected: 39_000, next: { key } });
      expect(receipt()?.firstPage).toBeUndefined();
      expect(objects.changes.map((change) => change.key).slice(-2)).toEqual([key, stageKey(open, lead)]);
      expect(messages.waiting).toEqual(asks(next));
      messages.waiting = [];
      expect(await load()).toBe('skipped'); // a duplicate reads the document
      expect(messages.waiting).toEqual(asks(next));
    });

    it('says what to do when the document is gone', async () => {
      const [lead] = [...rangesOf(aLead(1))] as [PageRange];
      const { load, services } = prepare({ plan: open, range: lead });
      await writeRange(services.lake, open, lead, { next: { key: 'runs/gone.json' } });
      await expect(load()).rejects.toThrow(
        'runs/gone.json is not in the lake, and says what follows: start the run over',
      );
    });
  });

  it('loads a lead whose slices are all empty', async () => {
    const [lead] = [...rangesOf(aLead(2))] as [PageRange];
    const nothing = {
      ...shaped,
      received: 0,
      staged: 0,
      quarantined: 0,
      recordsPerPage: [],
      firstRecords: [],
    };
    const { load, receipt, objects } = prepare({
      plan: anOpenPlan(aLead(2)),
      range: lead,
      fetched: { ...fetched, origins: [], bytes: 0 },
      shaped: nothing,
    });
    expect(await load()).toBe('loaded');
    expect(receipt()).toMatchObject({ pages: 0, received: 0, begins: true });
    expect(receipt()?.firstRecord).toBeUndefined();
    expect(objects.text(stageKey(plan, lead))).toBe('parquet');
  });

  it('tells records of slices apart by their slice where it is part of the key', async () => {
    const mark = async (dataset: ReturnType<typeof aDataset>, parent: number) => {
      const { load, receipt } = prepare({
        dataset,
        plan: aPlan({ definition: definitionHash(dataset) }),
        fetched: {
          ...fetched,
          origins: fetched.origins.map((origin) => ({ ...origin, parameters: { parent } })),
        },
      });
      await load();
      return receipt()?.firstRecord;
    };
    const alike = aDataset();
    expect(await mark(alike, 1)).toBe(await mark(alike, 2));
    const { id, name } = alike.columns;
    const parent = { columnType: { type: 'bigint' as const }, options: { slice: 'parent' } };
    const sliced = aDataset({ key: ['id', 'parent'], columns: { id, name, parent } as typeof alike.columns });
    expect(await mark(sliced, 1)).not.toBe(await mark(sliced, 2));
    expect(await mark(sliced, 1)).toBe(await mark(sliced, 1));
  });

  it('writes nothing when the pages cannot be fetched', async () => {
    const { load, objects, shape } = prepare();
    const refused = new PermanentError('HTTP 403');
    await expect(load({ fetch: () => Promise.reject(refused) })).rejects.toBe(refused);
    expect(objects.changes).toEqual([]);
    expect(shape).not.toHaveBeenCalled();
  });

  describe('when the lake fails', () => {
    const failing = (failed: string, kind: LakeFault) => (call: LakeCall) =>
      call.key === failed && call.operation !== 'head' ? kind : undefined;

    it.each(['raw', 'rawPages', 'quarantine', 'observations', 'stage'] as const)(
      'has no stage object without the others: %s',
      async (name) => {
        const observations = { ...nothingNoticed, filtered: [{ rule: 'filter', count: 1 }] };
        const fault = failing(keys[name], 'before');
        const { load, objects } = prepare({ fault, shaped: { ...shaped, observations } });
        await expect(load()).rejects.toThrow(`${keys[name]} was made to fail before it took effect`);
        expect(objects.objects.has(keys.stage)).toBe(false);
      },
    );

    it('does not clean up beneath a write that is under way', async () => {
      let rawIsUnderWay = () => {};
      const rawUnderWay = new Promise<void>((resolve) => {
        rawIsUnderWay = resolve;
      });
      let goneMeanwhile = false;
      const turn = async ({ key }: LakeCall) => {
        if (key === keys.quarantine) await rawUnderWay;
        if (key !== keys.raw) return;
        rawIsUnderWay();
        for (let looks = 0; looks < 100; looks++) goneMeanwhile ||= (await readdir(workFolder)).length === 0;
      };
      const { load } = prepare({ fault: failing(keys.quarantine, 'before'), turn });
      await expect(load()).rejects.toThrow(keys.quarantine);
      expect(goneMeanwhile).toBe(false);
    });

    it('skips what it has written itself, when the answer to that was lost', async () => {
      const lost = prepare({ fault: failing(keys.stage, 'after') });
      await expect(lost.load()).rejects.toThrow('was made to fail after it took effect');
      expect(await lost.load()).toBe('skipped');
      expect(lost.fetch).toHaveBeenCalledTimes(1);
      const repeated = prepare({ fault: failing(keys.stage, 'conflict') });
      expect(await repeated.load()).toBe('skipped');
      expect(repeated.receipt()?.attempt).toBe('a1b2c3d4');
    });
  });

  describe('when another definition planned the range', () => {
    it.each([
      ['the dataset was changed', aSource({ datasets: [aDataset({ records: 'items' })] })],
      ['the dataset is gone', aSource({ datasets: [aDataset({ name: 'towns' })] })],
      ['the source is another', aSource({ name: 'another' })],
    ])('refuses it: %s', async (_, source) => {
      const { load, fetch, objects } = prepare();
      await expect(load({ source })).rejects.toMatchObject({
        failure: 'configuration',
        message:
          'run 2026-01-31t03-00-00-000z of geonames/cities was planned by another definition than is deployed: deploy that one to finish it, or start the run over',
      });
      expect(fetch).not.toHaveBeenCalled();
      expect(objects.changes).toEqual([]);
    });

    it('does not mind a change that shapes no data', async () => {
      const source = aSource({ datasets: [aDataset({ description: 'better words' })] });
      expect(await prepare().load({ source })).toBe('loaded');
    });
  });
});
