import { PermanentError, ThrottledError, TransientError } from '../../../core/errors';
import { type Plan, planSchema } from '../../../core/plan/plan';
import { endingSchema } from '../../../core/run/ending/ending';
import {
  endingKey,
  manifestKey,
  openRuns,
  planKey,
  pointerKey,
  type RunName,
  stageKey,
  stagePrefix,
  watermarkKey,
} from '../../../core/run/keys';
import { fanOut } from '../../../core/run/plan/fan-out';
import { runIdAt } from '../../../core/run/plan/run-id';
import type { Lake, PageQueue } from '../../../core/run/ports';
import { pointerSchema } from '../../../core/run/publish/pointer';
import { watermarkSchema } from '../../../core/run/publish/watermark';
import { handleMessage } from '../../../core/run/range/handle-message';
import { readNext, receiptOf as readReceipt } from '../../../core/run/range/next-sequences';
import type { PageMessage } from '../../../core/run/range/page-message';
import { continueIfThere, writeStage } from '../../../core/run/range/write-stage';
import { reconcile } from '../../../core/run/reconcile';
import {
  type Manifest,
  type ManifestObject,
  manifestObjectSchema,
  manifestSchema,
} from '../../../core/run/verify/manifest';
import { type LakeChange, MemoryObjects, memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { nobodyListens } from '../../support/nobody-listens';
import { aSource, someLimits } from '../../support/source-fixture';
import { aRun, noCuration, receiptOf, recordTelemetry, stillClock } from './run-fixture';
import { datasetOf, type Fetched, fetchModel, type Kind, pagesIn } from './run-world-source';

/** What a process may meet at a call: nothing, a failure that it sees, or its own end. */
export type Mishap = 'none' | 'before' | 'after' | 'conflict' | 'killed before' | 'killed after';

/** What a source answers to a worker or to fan-out. */
export type SourceMood = 'well' | 'transient' | 'throttled' | 'permanent';

/** What chance decides. */
export interface Chance {
  /** Lets other processes go first. */
  turn(): Promise<void>;
  mishap(): Mishap;
  mood(): SourceMood;
}

/** How a delivery is taken, and whether its acknowledgement gets through. */
export interface Take {
  readonly position: number;
  readonly acknowledgementLost: boolean;
}

/** What the queue does by itself. */
export type QueueEvent = 'expire' | 'arrive' | 'duplicate' | 'redrive' | 'lose' | 'half an hour';

/** Everything goes well, and nobody waits for anybody. */
export const calm: Chance = { turn: async () => {}, mishap: () => 'none', mood: () => 'well' };

/** The end of a process: it never comes back from here. */
const never = new Promise<never>(() => {});

/** Fan-outs, workers and reconciles over one lake and one queue in memory, and an eye on what must never happen. */
export class RunWorld {
  readonly objects = new MemoryObjects();
  readonly messages = new MemoryMessages();
  readonly clock = stillClock();
  readonly telemetry = recordTelemetry();
  /** What happened that must never happen. */
  readonly violations: string[] = [];
  /** The attempts that were told that they had written a range. */
  readonly writers = new Map<string, string[]>();
  /** Which run is replayed by the one that is due at a time; all others ask the source. */
  readonly replays = new Map<number, RunName>();
  /** How often the source was asked for a range. */
  fetches = 0;
  readonly #source;
  #attempts = 0;
  #deliveries = 0;
  #discoveries = 0;

  constructor(kind: Kind = 'grid') {
    this.#source = aSource({ limits: someLimits({ lanes: 1 }), datasets: [datasetOf(kind)] });
    this.objects.onChange = (change) => {
      this.violations.push(...this.#violationsOf(change));
    };
  }

  /** Invokes fan-out for the run that is due at a time; resolves to how it ended. */
  async fanOut(due: Date, chance: Chance): Promise<'enqueued' | 'skipped' | 'over' | 'failed'> {
    const process = this.#process(chance);
    const replayOf = this.replays.get(due.getTime())?.runId;
    const request = { dataset: 'cities', scheduledTime: due.toISOString(), replayOf };
    const discover = async () => {
      await process.turn();
      fail(chance.mood());
      const total = 61 + 25 * this.#discoveries++; // the source grows
      return { total, pages: Math.ceil(total / 10), pageSize: 10 };
    };
    const readParents = () => Promise.reject(new Error('nothing is cut by the records of another'));
    const { lake, pageQueue } = process;
    const { telemetry, clock } = this;
    const source = this.#source;
    const services = {
      source,
      lake,
      pageQueue,
      telemetry,
      clock,
      discover,
      readParents,
      prepare: async () => {},
    };
    return fanOut(request, services).then(
      ({ status }) => status,
      () => 'failed' as const,
    );
  }

  /** Receives one message and handles it. */
  async work({ position, acknowledgementLost }: Take, chance: Chance): Promise<void> {
    const process = this.#process(chance);
    await process.turn();
    const received = this.messages.receive(position);
    if (!received) return;
    const delivery = { ...received, attempt: `delivery-${this.#deliveries++}` };
    const outcome = await handleMessage(delivery, {
      lake: process.lake,
      clock: this.clock,
      pageQueue: process.pageQueue,
      telemetry: this.telemetry,
      maxReceiveCount: this.messages.maxReceiveCount,
      random: () => 0.5,
      load: (message) => this.#load(message, process, chance),
    }).catch(() => 'retry');
    await process.turn();
    if (outcome === 'acknowledge' && !acknowledgementLost) this.messages.acknowledge(received.receiptHandle);
  }

  async reconcile(chance: Chance): Promise<void> {
    const { lake, pageQueue } = this.#process(chance);
    const { telemetry, clock } = this;
    const findRepeatedKeys = async () => undefined;
    const services = { lake, pageQueue: async () => pageQueue, telemetry, clock, findRepeatedKeys };
    await reconcile({ ...nobodyListens, ...services, curation: noCuration }).catch(() => {});
  }

  happen(event: QueueEvent): void {
    if (event === 'half an hour') this.clock.advance(1_800_000);
    else if (event === 'duplicate') this.messages.duplicate(0);
    else if (event === 'lose')
      this.messages.waiting = []; // somebody purged the queue
    else this.messages[event]();
  }

  /** A run's plan, if it has one. */
  plan(run: RunName): Plan | undefined {
    const text = this.objects.text(planKey(run));
    return text === undefined ? undefined : planSchema.parse(JSON.parse(text));
  }

  get openRuns(): string[] {
    return this.objects.keys(openRuns);
  }

  /** The run that readers see. */
  get published(): string | undefined {
    return runOfPointer(this.objects.text(pointerKey(aRun)));
  }

  /** The pages that a run's objects hold, in no order. */
  pagesOf(run: RunName): string[] {
    return this.objects.keys(stagePrefix(run)).flatMap((key) => pagesIn(this.objects.text(key) ?? ''));
  }

  /** The entries of a manifest's parts. */
  manifestObjects({ parts }: Pick<Manifest, 'parts'>): ManifestObject[] {
    const lines = parts.flatMap(({ key }) => (this.objects.text(key) ?? '').trimEnd().split('\n'));
    return lines.map((line) => manifestObjectSchema.parse(JSON.parse(line)));
  }

  /** What a worker does with a range, with the source's pages and their shaping left out. */
  async #load(
    message: PageMessage,
    { lake, pageQueue }: { lake: Lake; pageQueue: PageQueue },
    chance: Chance,
  ): Promise<'loaded' | 'skipped'> {
    const services = { lake, pageQueue, telemetry: this.telemetry };
    const number = this.#attempts++;
    const attempt = `attempt-${number}`;
    if (await continueIfThere(message, services)) return 'skipped';
    const plan = this.plan(message);
    if (!plan) throw new Error(`${message.runId} was enqueued before it was planned`);
    const key = stageKey(message, message.range);
    const { pages, next, facts } = message.replayOf
      ? await this.#replayed(message, message.replayOf, lake)
      : this.#fetched(message, number, chance);
    const receipt = receiptOf(plan, message.range, { raw: `raw of ${key}`, ...facts, attempt });
    const body = `${pages.join(',')} by ${attempt}`;
    if ((await writeStage({ message, attempt, body, receipt, next }, services)) === 'exists')
      return 'skipped';
    this.writers.set(key, [...(this.writers.get(key) ?? []), attempt]);
    return 'loaded';
  }

  #fetched({ range }: PageMessage, number: number, chance: Chance): Fetched {
    this.fetches++;
    fail(chance.mood());
    return fetchModel(range, number);
  }

  /** What an earlier run found, as its object tells. */
  async #replayed(
    message: PageMessage,
    replayOf: NonNullable<PageMessage['replayOf']>,
    lake: Lake,
  ): Promise<Fetched> {
    const key = stageKey({ ...message, ...replayOf }, message.range);
    const head = await lake.head(key);
    if (!head) throw new Error(`${key} is replayed and was never there`);
    const { definition, ...facts } = readReceipt(head);
    return { pages: pagesIn(this.objects.text(key) ?? ''), next: await readNext(facts, lake), facts };
  }

  /** A process of its own, that ends where chance says so: from then on it is not heard of again. */
  #process(chance: Chance): { turn(): Promise<void>; lake: Lake; pageQueue: PageQueue } {
    let killed = false;
    const turn = async () => {
      if (killed) await never;
      await chance.turn();
      if (killed) await never;
    };
    const fault = () => {
      const mishap = chance.mishap();
      if (mishap === 'none') return undefined;
      if (mishap !== 'killed before' && mishap !== 'killed after') return mishap;
      killed = true;
      return mishap === 'killed before' ? 'before' : 'after';
    };
    const queueFault = () => {
      const mishap = fault();
      return mishap === 'conflict' ? undefined : mishap;
    };
    return {
      turn,
      lake: memoryLake(this.objects, { turn, fault }),
      pageQueue: memoryPageQueue(this.messages, { turn, fault: queueFault }),
    };
  }

  /** What is left to expire was never published, and never will be. */
  *#publishedYetUnpublished(run: RunName): Generator<string> {
    const ending = this.objects.text(endingKey(run));
    if (ending === undefined) yield `${run.runId} was published before that was decided`;
    else if (endingSchema.parse(JSON.parse(ending)).ending !== 'published') {
      yield `${run.runId} was published after it had ended otherwise`;
    }
    if (this.objects.keys(stagePrefix(run)).some((key) => this.objects.tags.has(key))) {
      yield `${run.runId} is left to expire, and was published`;
    }
  }

  *#violationsOf({ key, before, text, operation }: LakeChange): Generator<string> {
    const isClaim = key.startsWith(openRuns);
    const mayMove =
      isClaim || key === pointerKey(aRun) || key === watermarkKey(aRun) || key.endsWith('/progress.json');
    if (!mayMove && (before !== undefined || text === undefined)) {
      yield `${key} was changed by ${operation} after it was written`;
    }
    if (key === watermarkKey(aRun)) yield* this.#watermarkViolations(text);
    if (key !== pointerKey(aRun) || text === undefined) return;
    const { runId } = pointerSchema.parse(JSON.parse(text));
    const previous = runOfPointer(before);
    if (previous !== undefined && previous >= runId) yield `the pointer moved from ${previous} to ${runId}`;
    yield* this.#publishedYetUnpublished({ ...aRun, runId });
    yield* this.#incompleteness({ ...aRun, runId });
  }

  /** The watermark follows the pointer, never goes ahead of it. */
  *#watermarkViolations(text: string | undefined): Generator<string> {
    const runId = text === undefined ? undefined : watermarkSchema.parse(JSON.parse(text)).runId;
    if (runId === undefined || runId > (this.published ?? '')) {
      yield `the watermark says ${runId} while ${this.published} is published`;
    }
  }

  *#incompleteness(run: RunName): Generator<string> {
    const plan = this.plan(run);
    if (!plan) yield `${run.runId} was published without a plan`;
    const pages = this.pagesOf(run);
    if (new Set(pages).size !== pages.length) yield `${run.runId} was published with a page twice`;
    const manifest = this.objects.text(manifestKey(run));
    if (manifest === undefined) yield `${run.runId} was published without a manifest`;
    else {
      const { counts, total } = manifestSchema.parse(JSON.parse(manifest));
      if (total === undefined || counts.received !== total) yield `${run.runId} was published short`;
    }
  }
}

/** The run that is due at a time. */
export function runDue(due: Date): RunName {
  return { ...aRun, runId: runIdAt(due) };
}

function runOfPointer(text: string | undefined): string | undefined {
  return text === undefined ? undefined : pointerSchema.parse(JSON.parse(text)).runId;
}

function fail(mood: SourceMood): void {
  if (mood === 'transient') throw new TransientError('connection reset');
  if (mood === 'throttled') throw new ThrottledError('HTTP 429', 60);
  if (mood === 'permanent') throw new PermanentError('HTTP 403');
}
