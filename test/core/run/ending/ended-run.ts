import { plannedRanges } from '../../../../core/plan/grid';
import type { PageRange, Plan } from '../../../../core/plan/plan';
import { claimDataset, readClaim } from '../../../../core/run/claim';
import { planKey } from '../../../../core/run/keys';
import type { Lake } from '../../../../core/run/ports';
import { readPointer } from '../../../../core/run/publish/pointer';
import type { Receipt } from '../../../../core/run/range/receipt';
import { type RunReport, reconcile } from '../../../../core/run/reconcile';
import { heardEvents } from '../../../support/heard-events';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import {
  aPlan,
  aRun,
  noCuration,
  recordTelemetry,
  startOfTime,
  stillClock,
  writeRange,
} from '../run-fixture';

const hour = 3_600_000;

/** A lake with a run that is claimed and planned, and reconcile over it. */
export class EndedRun {
  readonly objects = new MemoryObjects();
  readonly lake = memoryLake(this.objects);
  readonly messages = new MemoryMessages();
  readonly telemetry = recordTelemetry();
  readonly clock = stillClock();
  readonly listener = heardEvents();

  private constructor(readonly plan: Plan) {}

  /** Loaded but for `missing`; `change` is what the receipts of all other ranges say. */
  static async prepare(
    plan: Plan,
    missing: readonly number[] = [],
    change: (range: PageRange) => Partial<Receipt> = () => ({}),
  ): Promise<EndedRun> {
    const run = new EndedRun(plan);
    await run.claim();
    await run.lake.put(planKey(plan), JSON.stringify(plan));
    for (const range of plannedRanges(plan)) {
      if (!missing.includes(range.index)) await writeRange(run.lake, plan, range, change(range));
    }
    return run;
  }

  /** One of which nothing came for so long that the next pass gives it up. */
  static async old(missing: readonly number[]): Promise<EndedRun> {
    const run = await EndedRun.prepare(aPlan(), missing);
    run.clock.advance(hour);
    await run.tick(); // notes how much is there
    run.messages.waiting = [];
    run.clock.advance(24 * hour + 1);
    return run;
  }

  /** Claims the dataset for the run. */
  async claim(): Promise<void> {
    await claimDataset(this.lake, aRun, new Date(startOfTime));
  }

  /** A worker loads a range. */
  async load(index: number, lake: Lake = this.lake): Promise<void> {
    const range = [...plannedRanges(this.plan)].find((one) => one.index === index);
    if (range) await writeRange(lake, this.plan, range);
  }

  /** A pass of reconcile, over a lake and with time of its own. */
  tick(own: { readonly lake?: Lake; readonly timeLeft?: () => number } = {}): Promise<RunReport[]> {
    const { lake, telemetry, clock, listener, messages } = this;
    return reconcile({
      ...{ ...listener, lake, telemetry, clock, ...own },
      pageQueue: async () => memoryPageQueue(messages),
      findRepeatedKeys: async () => undefined,
      curation: noCuration,
    });
  }

  async published(): Promise<string | undefined> {
    return (await readPointer(this.lake, aRun))?.runId;
  }

  async isOpen(): Promise<boolean> {
    return (await readClaim(this.lake, aRun)) !== undefined;
  }

  get tagged(): string[] {
    return [...this.objects.tags.keys()].sort();
  }
}
