import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FetchedRange, PageOrigin } from '../../../../core/extract/range/fetched-range';
import type { PageRange, Plan } from '../../../../core/plan/plan';
import { manifestKey, stagePrefix } from '../../../../core/run/keys';
import { type FanOutRequest, type FanOutResult, fanOut } from '../../../../core/run/plan/fan-out';
import { readPlan } from '../../../../core/run/plan/read-plan';
import { type Pointer, readPointer } from '../../../../core/run/publish/pointer';
import { type LoadRangeServices, loadRange } from '../../../../core/run/range/load-range';
import { type RunReport, reconcile } from '../../../../core/run/reconcile';
import {
  type Manifest,
  type ManifestObject,
  manifestObjectSchema,
  manifestSchema,
} from '../../../../core/run/verify/manifest';
import type { RangeToShape, ShapedRange } from '../../../../core/shape/shape-range';
import type { Dataset } from '../../../../core/source/source';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import { nobodyListens } from '../../../support/nobody-listens';
import { aSource, someLimits } from '../../../support/source-fixture';
import { aRun, noCuration, recordTelemetry, stillClock } from '../run-fixture';
import { datasetOf, fetchModel, type Kind } from '../run-world-source';

/** What a source that is down says to everything. */
export const sourceIsDown = new Error('the source is down');
/** Records that the grid's source says it holds. */
export const total = 61;

/** Fan-out, workers and reconcile over one lake and one queue in memory, and a source that can be switched off. */
export class ReplayWorld {
  readonly objects = new MemoryObjects();
  readonly messages = new MemoryMessages();
  readonly clock = stillClock();
  readonly telemetry = recordTelemetry();
  readonly lake = memoryLake(this.objects);
  dataset: Dataset;
  /** Whether the source answers. */
  isUp = true;
  /** What shaping does, besides what it always does. */
  onShape: (range: RangeToShape) => void = () => {};
  #attempts = 0;

  private constructor(
    kind: Kind,
    readonly workFolder: string,
  ) {
    this.dataset = datasetOf(kind);
  }

  static async open(kind: Kind): Promise<ReplayWorld> {
    return new ReplayWorld(kind, await mkdtemp(join(tmpdir(), 'replay-')));
  }

  async close(): Promise<void> {
    await rm(this.workFolder, { recursive: true });
  }

  async fanOut(request: Partial<FanOutRequest> = {}): Promise<FanOutResult> {
    const { lake, telemetry, clock } = this;
    const pageQueue = memoryPageQueue(this.messages);
    const discover = async () => this.#ask({ total, pages: Math.ceil(total / 10), pageSize: 10 });
    const readParents = () => Promise.reject(new Error('nobody needs a parent'));
    const prepare = async () => this.#ask(undefined);
    const services = { lake, telemetry, clock, pageQueue, discover, readParents, prepare };
    return fanOut({ dataset: 'cities', ...request }, { source: this.#source, ...services });
  }

  /** Handles every message, and those that follow. */
  async work(): Promise<void> {
    for (;;) {
      const received = this.messages.receive();
      if (!received) return;
      await loadRange(received.message, `a${this.#attempts++}`, this.services());
      this.messages.acknowledge(received.receiptHandle);
    }
  }

  services(): LoadRangeServices {
    const { lake, telemetry, workFolder } = this;
    return {
      source: this.#source,
      lake,
      telemetry,
      workFolder,
      pageQueue: memoryPageQueue(this.messages),
      shaper: { shape: (range) => this.#shape(range) },
      fetch: ({ range, file }) => this.#fetch(range, file),
    };
  }

  reconcile(): Promise<RunReport[]> {
    const { lake, telemetry, clock } = this;
    const pageQueue = async () => memoryPageQueue(this.messages);
    const findRepeatedKeys = async () => undefined;
    const services = { ...nobodyListens, lake, telemetry, clock };
    return reconcile({ ...services, pageQueue, findRepeatedKeys, curation: noCuration });
  }

  /** A whole run, from fan-out to its end; resolves to its id. Time passes, so that the next one has another. */
  async run(request: Partial<FanOutRequest> = {}): Promise<string> {
    this.clock.advance(60_000);
    const { runId } = await this.fanOut(request);
    await this.work();
    await this.reconcile();
    return runId;
  }

  async plan(runId: string): Promise<Plan> {
    const plan = await readPlan(this.lake, { ...aRun, runId });
    if (!plan) throw new Error(`there is no plan of ${runId}`);
    return plan;
  }

  manifest(runId: string): Manifest {
    return manifestSchema.parse(JSON.parse(this.objects.text(manifestKey({ ...aRun, runId })) ?? ''));
  }

  /** The objects that a run's manifest names, in its order. */
  manifested(runId: string): ManifestObject[] {
    const lines = this.manifest(runId).parts.flatMap(({ key }) => this.lines(key));
    return lines.map((line) => manifestObjectSchema.parse(JSON.parse(line)));
  }

  /** Of a document of JSON lines. */
  lines(key: string): string[] {
    return (this.objects.text(key) ?? '').trimEnd().split('\n');
  }

  pointer(): Promise<Pointer | undefined> {
    return readPointer(this.lake, aRun);
  }

  /** The texts of a run's stage objects, by range: what was shaped. */
  staged(runId: string): Record<string, string | undefined> {
    const prefix = stagePrefix({ ...aRun, runId });
    const keys = this.objects.keys(prefix);
    return Object.fromEntries(keys.map((key) => [key.slice(prefix.length), this.objects.text(key)]));
  }

  get #source() {
    return aSource({ limits: someLimits({ lanes: 1 }), datasets: [this.dataset] });
  }

  #ask<T>(answer: T): T {
    if (!this.isUp) throw sourceIsDown;
    return answer;
  }

  async #fetch(range: PageRange, file: string): Promise<FetchedRange> {
    const { pages, next, facts } = this.#ask(fetchModel(range, this.#attempts));
    const bodies = pages.map((page) => JSON.stringify({ page, data: recordsOf(page, range) }));
    await writeFile(file, bodies.map((body) => `${body}\n`).join(''));
    const fetchedAt = new Date(this.clock.now()).toISOString();
    return {
      origins: pages.map((name) => {
        const [slice = '', page] = name.split(' ');
        return { slice, page: Number(page), parameters: { of: slice }, fetchedAt };
      }),
      requests: pages.length,
      throttled: 0,
      retries: 0,
      bytes: bodies.join('').length,
      fetchedAt,
      milliseconds: 120,
      ...(facts.expected === undefined ? {} : { expected: facts.expected }),
      next,
    };
  }

  /** Stages every body behind the name of its page. */
  async #shape(range: RangeToShape): Promise<ShapedRange> {
    this.onShape(range);
    const lines = (await readFile(range.pagesFile, 'utf8')).split('\n').slice(0, -1);
    const staged = lines.map((line, at) => `${nameOf(range.origins[at])} ${line}`);
    await writeFile(range.stageFile, staged.join('\n'));
    const recordsPerPage = lines.map((line): number => JSON.parse(line).data.length);
    const received = recordsPerPage.reduce((sum, records) => sum + records, 0);
    return {
      received,
      added: 0,
      staged: received,
      quarantined: 0,
      filtered: 0,
      recordsPerPage,
      firstRecords: lines,
      stageBytes: 1,
      uniqueKeys: false,
      observations: { quarantined: [], nulled: [], filtered: [], unknownFields: [], missingFields: [] },
    };
  }
}

/** Everything that is known of a page. */
function nameOf({ slice, page, parameters, fetchedAt }: Partial<PageOrigin> = {}): string {
  return JSON.stringify([slice, page, parameters, fetchedAt]);
}

/** Ten records, but for the last page of the grid. */
function recordsOf(page: string, range: PageRange): object[] {
  const isLast = range.type === 'pages' && range.slice === 'all' && page === 'all 6';
  return Array.from({ length: isLast ? total % 10 : 10 }, (_, at) => ({ id: `${page} ${at}` }));
}
