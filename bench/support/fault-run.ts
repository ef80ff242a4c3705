import { createHash } from 'node:crypto';
import { s3Lake } from '../../aws/lake';
import { PermanentError, ThrottledError, TransientError } from '../../core/errors';
import type { PageRange } from '../../core/plan/plan';
import { manifestKey, pointerKey, stageKey } from '../../core/run/keys';
import { fanOut } from '../../core/run/plan/fan-out';
import { runIdAt } from '../../core/run/plan/run-id';
import type { Lake, PageQueue, Telemetry } from '../../core/run/ports';
import { handleMessage } from '../../core/run/range/handle-message';
import type { PageMessage } from '../../core/run/range/page-message';
import type { Receipt } from '../../core/run/range/receipt';
import { continueIfThere, writeStage } from '../../core/run/range/write-stage';
import { reconcile } from '../../core/run/reconcile';
import { MemoryObjects } from '../../test/support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../test/support/memory-page-queue';
import { nobodyListens } from '../../test/support/nobody-listens';
import { aDataset, aSource, someLimits } from '../../test/support/source-fixture';
import { faultyS3, type S3Mishap } from './faulty-s3';
import { seeded } from './seeded';
import { Turns } from './turns';

/** What became of one run. */
export interface FaultRun {
  readonly published: boolean;
  /** Records of the source that the published table does not have, and records that it has more than once. */
  readonly missing: number;
  readonly duplicates: number;
  readonly ranges: number;
  /** Of workers while they were at a range, and of fan-outs and reconciles. */
  readonly workerKills: number;
  readonly otherKills: number;
  /** Ranges that were fetched again because the attempt before was killed. */
  readonly refetchedAfterKills: number;
  /** Ranges that were fetched again for any other reason: a failed write, a delivery that came twice. */
  readonly refetchedOtherwise: number;
  readonly turns: number;
  /** Every change of the lake, in order, as one hash: what a seed must repeat. */
  readonly trace: string;
}

/** Pages of ten records, two in a range: a hundred ranges. */
const shape = { ranges: 100, pagesPerRange: 2, pageSize: 10 };
const total = shape.ranges * shape.pagesPerRange * shape.pageSize;
/** Share of calls at which a process dies. Fan-out alone makes two hundred calls. */
const deadliness = { workerKills: 0.03, otherKills: 0.005 };
/** A run that has taken more turns will never end. */
const mostTurns = 200_000;
const due = new Date('2026-01-31T03:00:00.000Z');
const source = aSource({
  limits: someLimits({ lanes: 25 }),
  datasets: [aDataset({ pagination: countedPages() })],
});
const dataset = source.datasets[0] ?? aDataset();
const run = { source: source.name, dataset: dataset.name, runId: runIdAt(due) };
const silent: Telemetry = { count: () => {}, info: () => {}, warn: () => {} };

/** A process that was killed never comes back from where it was. */
const never = new Promise<never>(() => {});

/** Plans, loads and publishes one run of a hundred ranges while everything goes wrong that the seed says. */
export async function faultRun(seed: number): Promise<FaultRun> {
  return new World(seed).run();
}

class World {
  readonly #chance;
  readonly #turns;
  readonly #objects = new MemoryObjects();
  readonly #messages = new MemoryMessages();
  readonly #fetched = new Map<string, 'killed' | 'failed'>();
  readonly #trace = createHash('sha256');
  #now = due.getTime();
  #attempts = 0;
  #counts = { workerKills: 0, otherKills: 0, refetchedAfterKills: 0, refetchedOtherwise: 0 };
  /** While a storm lasts, nearly every answer of S3, or of the source, is a refusal. */
  #storm: 'none' | 's3' | 'source' = 'none';

  constructor(seed: number) {
    this.#chance = seeded(seed);
    this.#turns = new Turns(this.#chance);
    this.#objects.onChange = ({ operation, key, text }) =>
      void this.#trace.update(`${operation} ${key} ${text}\n`);
  }

  async run(): Promise<FaultRun> {
    void this.#schedule();
    for (let lane = 0; lane < 4; lane++) void this.#lane();
    void this.#reconciles();
    void this.#weather();
    await this.#turns.run(mostTurns, () => this.#ended());
    const published = this.#objects.keys(pointerKey(run)).length > 0;
    const records = published ? this.#publishedRecords() : [];
    return {
      published: published && this.#ended(),
      missing: total - new Set(records).size,
      duplicates: records.length - new Set(records).size,
      ranges: shape.ranges,
      ...this.#counts,
      turns: this.#turns.taken,
      trace: this.#trace.digest('hex'),
    };
  }

  /** Published, and nothing of it left open. */
  #ended(): boolean {
    return this.#objects.keys(pointerKey(run)).length > 0 && this.#objects.keys('runs/open/').length === 0;
  }

  /** What readers of the pointer find: the records in the objects below its location. */
  #publishedRecords(): string[] {
    const { location }: { location: string } = JSON.parse(this.#objects.text(pointerKey(run)) ?? '');
    if (this.#objects.text(manifestKey(run)) === undefined) throw new Error('published without a manifest');
    return this.#objects.keys(location).flatMap((key) => (this.#objects.text(key) ?? '').split('\n'));
  }

  /** EventBridge Scheduler: it invokes fan-out, and again when that fails or its process dies. */
  async #schedule(): Promise<void> {
    for (;;) {
      const process = this.#process('otherKills');
      const { lake, pageQueue } = process;
      const services = {
        ...{ source, lake, pageQueue, telemetry: silent, clock: this.#clock },
        discover: async () => {
          await process.turn();
          return { total, pages: total / shape.pageSize, pageSize: shape.pageSize };
        },
        readParents: () => Promise.reject(new Error('nothing is cut by the records of another')),
        prepare: async () => {},
      };
      const invoked = fanOut({ dataset: dataset.name, runId: run.runId }, services).then(
        () => 'done' as const,
        () => 'failed' as const,
      );
      if ((await Promise.race([invoked, process.killed])) === 'done') return;
      await this.#turns.turn();
      if (this.#ended()) return;
    }
  }

  /** A lane of the event source mapping: one message after the other, in no order, by a new process when one has died. */
  async #lane(): Promise<void> {
    for (;;) {
      await this.#turns.turn();
      const received = this.#messages.receive(this.#chance.below(1000));
      if (!received) continue;
      const process = this.#process('workerKills');
      const delivery = { ...received, attempt: `d${this.#attempts++}` };
      const handled = handleMessage(delivery, {
        lake: process.lake,
        clock: this.#clock,
        pageQueue: process.pageQueue,
        telemetry: silent,
        maxReceiveCount: this.#messages.maxReceiveCount,
        random: () => this.#chance.next(),
        load: (message) => this.#load(message, delivery.attempt, process),
      }).catch(() => 'retry' as const);
      const outcome = await Promise.race([handled, process.killed]);
      await this.#turns.turn();
      const acknowledgementLost = this.#chance.happens(0.03);
      if (outcome === 'acknowledge' && !acknowledgementLost)
        this.#messages.acknowledge(received.receiptHandle);
    }
  }

  /** What a worker does with a range, its records' shaping left out. */
  async #load(message: PageMessage, attempt: string, process: Process): Promise<'loaded' | 'skipped'> {
    const services = { lake: process.lake, pageQueue: process.pageQueue, telemetry: silent };
    if (await continueIfThere(message, services)) return 'skipped';
    const key = stageKey(message, message.range);
    const before = this.#fetched.get(key);
    if (before === 'killed') this.#counts.refetchedAfterKills++;
    if (before === 'failed') this.#counts.refetchedOtherwise++;
    this.#fetched.set(key, 'failed');
    process.at = key;
    const records = await this.#fetch(message.range, process);
    const receipt = receiptOf(message, attempt, records.length);
    const written = await writeStage(
      { message, attempt, body: records.join('\n'), receipt, next: [] },
      services,
    );
    process.at = undefined;
    return written === 'created' ? 'loaded' : 'skipped';
  }

  async #fetch(range: PageRange, { turn }: Process): Promise<string[]> {
    if (range.type !== 'pages') throw new Error('a counted dataset has ranges of pages only');
    await turn();
    if (this.#storm === 'source' && this.#chance.happens(0.9)) throw new ThrottledError('HTTP 429', 60);
    if (this.#chance.happens(0.03)) throw new TransientError('connection reset');
    if (this.#chance.happens(0.003)) throw new PermanentError('HTTP 403');
    await turn();
    const first = range.firstPage * shape.pageSize;
    return Array.from({ length: range.pages * shape.pageSize }, (_, i) => `${first + i}`);
  }

  /** Reconcile each minute; now and then the next minute begins before the last has ended. */
  async #reconciles(): Promise<void> {
    for (;;) {
      await this.#turns.turn();
      if (!this.#chance.happens(0.02)) continue;
      const process = this.#process('otherKills');
      const services = {
        ...{ ...nobodyListens, lake: process.lake, telemetry: silent, clock: this.#clock },
        pageQueue: async () => process.pageQueue,
        findRepeatedKeys: async () => undefined,
        // Nothing repeats, so there is nothing to merge.
        curation: { merge: nothingToMerge },
      };
      const reconciled = reconcile(services).catch(() => []);
      if (!this.#chance.happens(0.3)) await Promise.race([reconciled, process.killed]);
    }
  }

  /** Time, storms, and what SQS does by itself. */
  async #weather(): Promise<void> {
    for (;;) {
      await this.#turns.turn();
      this.#now += 1000;
      if (this.#chance.happens(0.002)) this.#storm = this.#chance.happens(0.5) ? 's3' : 'source';
      if (this.#chance.happens(0.01)) this.#storm = 'none';
      if (this.#chance.happens(0.01)) this.#messages.expire();
      if (this.#chance.happens(0.03)) this.#messages.arrive();
      if (this.#chance.happens(0.02)) this.#messages.duplicate(this.#chance.below(1000));
      if (this.#chance.happens(0.003)) this.#messages.redrive();
    }
  }

  readonly #clock = {
    now: () => this.#now,
    monotonic: () => this.#now,
    sleep: () => this.#turns.turn(),
  };

  /** A process of its own, that ends where chance says so: from then on it is not heard of again. */
  #process(kills: 'workerKills' | 'otherKills'): Process {
    let dead = false;
    let announce: (how: 'killed') => void = () => {};
    const killed = new Promise<'killed'>((resolve) => {
      announce = resolve;
    });
    const turn = async () => {
      if (dead) await never;
      await this.#turns.turn();
      if (dead) await never;
    };
    const process: Process = {
      turn,
      killed,
      at: undefined,
      ...this.#clients(turn, () => kill(), deadliness[kills]),
    };
    const kill = () => {
      dead = true;
      if (kills === 'otherKills' || process.at !== undefined) this.#counts[kills]++;
      if (process.at !== undefined) this.#fetched.set(process.at, 'killed');
      announce('killed');
    };
    return process;
  }

  #clients(
    turn: () => Promise<void>,
    kill: () => void,
    deadly: number,
  ): { readonly lake: Lake; readonly pageQueue: PageQueue } {
    const s3 = faultyS3({ objects: this.#objects, turn, kill, mishap: () => this.#s3Mishap(deadly) });
    const fault = () => {
      if (this.#chance.happens(deadly)) kill();
      if (!this.#chance.happens(0.02)) return undefined;
      return this.#chance.happens(0.5) ? ('before' as const) : ('after' as const);
    };
    return { lake: s3Lake(s3, 'lake'), pageQueue: memoryPageQueue(this.#messages, { turn, fault }) };
  }

  #s3Mishap(deadly: number): S3Mishap {
    if (this.#chance.happens(deadly)) return this.#chance.happens(0.5) ? 'killed before' : 'killed after';
    if (this.#storm === 's3' && this.#chance.happens(0.8))
      return this.#chance.happens(0.7) ? 'unavailable' : 'lost';
    if (!this.#chance.happens(0.06)) return 'none';
    return (['unavailable', 'conflict', 'lost'] as const)[this.#chance.below(3)] ?? 'none';
  }
}

interface Process {
  turn(): Promise<void>;
  readonly killed: Promise<'killed'>;
  readonly lake: Lake;
  readonly pageQueue: PageQueue;
  /** The range that is being loaded, from the moment the source is asked. */
  at: string | undefined;
}

function nothingToMerge(): never {
  throw new Error('nothing is to be curated');
}

function countedPages(): ReturnType<typeof aDataset>['pagination'] {
  const { pagination } = aDataset();
  return pagination.type === 'page-number' ? { ...pagination, pageSize: shape.pageSize } : pagination;
}

function receiptOf({ definition, range }: PageMessage, attempt: string, records: number): Receipt {
  if (range.type !== 'pages') throw new Error('a counted dataset has ranges of pages only');
  const { firstPage, pages } = range;
  const first = firstPage * shape.pageSize;
  return {
    ...{ definition, attempt, fetchedAt: due.toISOString(), fetchMilliseconds: 100, firstPage, pages },
    ...{ requests: pages, bytesReceived: 100 * pages },
    ...{ received: records, staged: records, quarantined: 0, filtered: 0 },
    ...{
      firstKey: JSON.stringify([first]),
      lastKey: JSON.stringify([first + records - 1]),
      uniqueKeys: true,
    },
    totals: { min: total, max: total },
    planned: total,
  };
}
