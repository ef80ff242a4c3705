import type { Again, PageRange, Plan, Sequence } from '../../../../core/plan/plan';
import { type Looked, lookAgain } from '../../../../core/run/drift/look-again';
import { type StagedRun, stageKey, stagePrefix } from '../../../../core/run/keys';
import { rangeOfKey } from '../../../../core/run/missing/present-ranges';
import { unroll } from '../../../../core/run/missing/unroll';
import type { Lake, ListedObject } from '../../../../core/run/ports';
import { type Receipt, toMetadata } from '../../../../core/run/range/receipt';
import { fingerprint } from '../../../../core/run/verify/fingerprints';
import { randomFrom } from '../../../conformance/random';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { aPlan, startOfTime } from '../run-fixture';

/** How a source changes while it is read. */
export interface Churn {
  /** Changes before a request, on average. */
  readonly perRequest: number;
  /** Share of the changes that insert; the others delete. */
  readonly inserts: number;
  /** 'anywhere' or behind the last record. */
  readonly where: 'anywhere' | 'end';
  /** Requests after which nothing changes any more. */
  readonly until: number;
}

/** A run of a source that changes. */
export interface DriftCase {
  readonly seed: number;
  readonly records: number;
  readonly pageSize: number;
  readonly pagesPerRange: number;
  /** 'counted': every page names the total; 'uncounted': none does. */
  readonly kind: 'counted' | 'uncounted';
  readonly lanes: number;
  readonly looks: number;
  /** Whether new records are where their key belongs. */
  readonly isSortedByKey: boolean;
  readonly churn: Churn;
}

/** Milliseconds between two requests. */
const pace = 1000;
/** Steps of looking again that no run needs. */
const mostSteps = 30;
/** Pages that a lead reads of a slice. */
const leadPages = 5;

async function* listed(objects: MemoryObjects, prefix: string, after: string): AsyncGenerator<ListedObject> {
  for (const key of objects.keys(prefix)) {
    const { body, etag } = objects.objects.get(key) ?? { body: '', etag: '' };
    if (key > after) yield { key, bytes: body.length, etag };
  }
}

/** How looking again has ended. */
export type Done = Extract<Looked, { state: 'done' }>;

/** A source that changes between requests, workers that read it side by side, and what became of it. */
export class DriftWorld {
  readonly objects = new MemoryObjects();
  readonly lake: Lake = {
    ...memoryLake(this.objects),
    // In one piece: a list of many pages is what other tests are about
    list: (prefix, { after = '' } = {}) => listed(this.objects, prefix, after),
  };
  readonly plan: Plan;
  /** In the source's order. */
  records: number[];
  /** Records that were there all the time, so far. */
  readonly lasting: Set<number>;
  requests = 0;
  changes = 0;
  readonly #random: () => number;
  #nextKey = 1_000_000;

  constructor(readonly of: DriftCase) {
    this.#random = randomFrom(of.seed);
    this.records = Array.from({ length: of.records }, (_, at) => at * 1000);
    this.lasting = new Set(this.records);
    this.plan = this.#plan();
  }

  /** Loads everything, looks included. */
  async run(plan = this.plan): Promise<Done> {
    await this.load(plan);
    const own = await unroll(plan, this.lake);
    for (let step = 0; step < mostSteps; step++) {
      const looked = await lookAgain(plan, own, this.services);
      if (looked.state === 'done') return looked;
      await this.load(looked.plan);
    }
    throw new Error('it looks without end');
  }

  readonly services = {
    lake: this.lake,
    findSharedRecords: async (
      _plan: Plan,
      objects: readonly { key: string; number: number }[],
      share: (one: number, other: number) => void,
    ) => {
      const seen = new Map<number, number>();
      for (const { key, number } of objects) {
        for (const record of this.recordsIn(key)) {
          const other = seen.get(record);
          if (other === undefined) seen.set(record, number);
          else if (other !== number) share(other, number);
        }
      }
    },
  };

  /** Reads what is missing of a run or of a look, several lanes side by side. */
  async load(plan: Omit<Plan, 'sequences'> & { look?: number; sequences: readonly (Sequence | Again)[] }) {
    for (;;) {
      const missing = [...(await unroll(plan, this.lake)).missing()];
      if (missing.length === 0) return;
      const queue = missing.values();
      const lanes = Array.from({ length: this.of.lanes }, () => this.#lane(plan, queue));
      while (lanes.length > 0) {
        const at = Math.floor(this.#random() * lanes.length);
        const step = lanes[at]?.next();
        if (step?.done) {
          lanes.splice(at, 1);
          continue;
        }
        await step?.value;
      }
    }
  }

  /** Keys of the records in an object, in the order in which they were read. */
  recordsIn(key: string): number[] {
    const text = this.objects.text(key) ?? '';
    return text === '' ? [] : text.split(',').map(Number);
  }

  /** What the table is made of: rows, as they are in the generations' objects. */
  rows({ generations }: Done, plan: Plan = this.plan): number[] {
    return generations.flatMap(({ look, replaced }) => {
      const folder = stagePrefix({ ...plan, look });
      return this.objects.keys(folder).flatMap((key) => {
        const range = rangeOfKey(folder, key);
        return range === undefined || replaced.has(range) ? [] : this.recordsIn(key);
      });
    });
  }

  #plan(): Plan {
    const { kind, records, pageSize, pagesPerRange, looks } = this.of;
    const verification = { looks, ifShort: 'refuse' as const, tolerance: 0, maxShrink: 0.5 };
    const { total: _, ...plan } = aPlan({ pagesPerRange, verification });
    if (kind === 'uncounted') {
      const lead: Sequence = {
        type: 'lead',
        slice: 'lead',
        slices: [{ name: 'all', parameters: {} }],
        slicesPerRange: 1,
      };
      return { ...plan, sequences: [lead] };
    }
    const pages = Math.max(1, Math.ceil(records / pageSize));
    const grid = { slice: 'all', parameters: {}, pageSize, slicePages: pages, total: records };
    return {
      ...plan,
      total: records,
      sequences: [{ type: 'pages', ...grid, firstPage: 0, pages, pagesPerRange }],
    };
  }

  *#lane(
    plan: Omit<Plan, 'sequences'> & { look?: number },
    queue: Iterator<PageRange>,
  ): Generator<Promise<void>> {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const range = next.value;
      if (plan.replayOf) {
        yield this.#copy({ ...plan, runId: plan.replayOf.runId }, plan, range);
        continue;
      }
      const began = this.#now;
      const read: { records: number[]; total: number }[] = [];
      const first = range.type === 'pages' ? range.firstPage : 0;
      const pages = range.type === 'pages' ? range.pages : leadPages;
      // Several are in flight: they need not be answered in their order
      const order = Array.from({ length: pages }, (_, at) => at);
      for (let at = 0; range.type === 'pages' && at + 1 < pages; at++) {
        if (this.#random() < 0.2) order.splice(at, 2, order[at + 1] ?? 0, order[at] ?? 0);
      }
      for (const at of order) {
        yield Promise.resolve();
        read[at] = this.#request(first + at);
      }
      let follows: Sequence[] = [];
      if (range.type === 'lead') {
        yield Promise.resolve();
        follows = this.#whatFollows();
      }
      yield this.#write(plan, range, { began, read, follows });
    }
  }

  /** What a replay does with a range. */
  async #copy(from: StagedRun, to: StagedRun, range: PageRange): Promise<void> {
    const found = await this.lake.head(stageKey(from, range));
    if (!found) throw new Error(`${stageKey(from, range)} was never there`);
    const text = this.objects.text(found.key) ?? '';
    await this.lake.putIfAbsent(stageKey(to, range), text, { metadata: found.metadata });
  }

  get #now(): number {
    return startOfTime + this.requests * pace;
  }

  #request(page: number): { records: number[]; total: number } {
    this.#change();
    this.requests++;
    const { pageSize } = this.of;
    return {
      records: this.records.slice(page * pageSize, (page + 1) * pageSize),
      total: this.records.length,
    };
  }

  #change(): void {
    const { perRequest, inserts, where, until } = this.of.churn;
    if (this.requests >= until) return;
    for (let left = perRequest; left > 0; left--) {
      if (left < 1 && this.#random() >= left) return;
      this.changes++;
      const { length } = this.records;
      if (this.#random() < inserts) {
        const at = where === 'end' ? length : Math.floor(this.#random() * (length + 1));
        this.records.splice(at, 0, this.#keyAt(at));
      } else if (length > 0) {
        const at = where === 'end' ? length - 1 : Math.floor(this.#random() * length);
        const [gone = 0] = this.records.splice(at, 1);
        this.lasting.delete(gone);
      }
    }
  }

  /** Of a record that is added before another one: between its neighbours, or larger than all. */
  #keyAt(at: number): number {
    if (!this.of.isSortedByKey) return this.#nextKey++;
    const [before, after] = [this.records[at - 1], this.records[at]];
    if (before === undefined) return (after ?? 0) - 1000;
    return after === undefined ? before + 1000 : (before + after) / 2;
  }

  /** What a lead finds out about a slice whose size nobody tells. */
  #whatFollows(): Sequence[] {
    const { length } = this.#request(0) && this.records;
    const { pageSize, pagesPerRange } = this.of;
    const pages = Math.ceil(length / pageSize);
    if (pages <= leadPages) return [];
    const known = { slice: 'all', parameters: {}, pageSize, slicePages: pages };
    const lastPageRecords = length - (pages - 1) * pageSize;
    return [
      {
        type: 'pages',
        ...known,
        lastPageRecords,
        firstPage: leadPages,
        pages: pages - leadPages,
        pagesPerRange,
      },
    ];
  }

  async #write(
    plan: Omit<Plan, 'sequences'> & { look?: number },
    range: PageRange,
    {
      began,
      read,
      follows,
    }: { began: number; read: { records: number[]; total: number }[]; follows: Sequence[] },
  ): Promise<void> {
    const records = read.flatMap((page) => page.records);
    const totals = read.map(({ total }) => total);
    const mark = (page: { records: number[] } | undefined) => page?.records[0]?.toString();
    const counted = this.of.kind === 'counted';
    const receipt: Receipt = {
      definition: plan.definition,
      attempt: 'one',
      fetchedAt: new Date(began).toISOString(),
      fetchMilliseconds: this.#now - began,
      ...(range.type === 'pages' ? { firstPage: range.firstPage } : { begins: true }),
      pages: read.length,
      requests: read.length,
      bytesReceived: 1,
      received: records.length,
      staged: records.length,
      quarantined: 0,
      filtered: 0,
      ...(new Set(records).size === records.length ? { uniqueKeys: true } : {}),
      keysDigest: records.reduce((digest, key) => digest ^ fingerprint(`${key}`), 0n).toString(16),
      ...(records.length > 0
        ? { firstKey: `[${Math.min(...records)}]`, lastKey: `[${Math.max(...records)}]` }
        : {}),
      firstRecord: mark(read[0]),
      lastRecord: mark(read.at(-1)),
      ...(counted ? { totals: { min: Math.min(...totals), max: Math.max(...totals) } } : {}),
      ...(follows.length > 0 ? { next: { sequences: follows as [Sequence] } } : {}),
    };
    const options = { metadata: toMetadata(receipt) };
    await this.lake.putIfAbsent(stageKey(plan, range), records.join(','), options);
  }
}
