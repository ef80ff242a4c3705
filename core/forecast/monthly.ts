import { schedulesOf } from '../source/schedules-of';
import type { Dataset, Schedule } from '../source/source';
import type { Cost } from './cost';
import { hoursPerMonth, prices } from './prices';

const daysPerMonth = hoursPerMonth / 24;

/** What a run leaves in the lake. */
export interface RunStored {
  /** Of its table's objects. */
  readonly tableBytes: number;
  readonly rawBytes: number;
  readonly rawObjects: number;
}

/** How long an environment keeps what runs leave. */
export interface Keeping {
  readonly rawDays: number;
  /** Whether page bodies go to Intelligent-Tiering at once. */
  readonly tiered: boolean;
}

/** What a month of a dataset costs once it has been loaded for as long as anything of it is kept. */
export interface DatasetMonth {
  readonly runs: number;
  /** Of all its runs. */
  readonly loads: number;
  /** Of a public source nothing; of a private one, for what comes through the NAT gateway. */
  readonly network: number;
  /** Tables that readers see or that a rollback goes back to; what `baseload prune` has not taken away comes on top. */
  readonly tables: number;
  readonly raw: number;
  readonly total: number;
}

/** How often a dataset is loaded in a month where its schedules are on; all of it, and what changed. */
export function runsPerMonth(dataset: Pick<Dataset, 'schedule' | 'incremental'>): number {
  return schedulesOf(dataset).reduce((sum, schedule) => sum + daysOf(schedule), 0);
}

function daysOf({ weekDays = [] }: Schedule): number {
  return weekDays.length === 0 ? daysPerMonth : (daysPerMonth * new Set(weekDays).size) / 7;
}

/** Objects that are smaller stay where they are, and are not monitored (Amazon S3 User Guide, "How S3 Intelligent-Tiering works"). */
export const smallestTieredBytes = 128 * 1024;

/** What a month costs of a dataset whose runs are all like one; of none in a month, what the one that there is costs to keep. */
export function monthOf(
  {
    cost,
    stored,
    bytesReceived,
  }: { readonly cost: Cost; readonly stored: RunStored; readonly bytesReceived: number },
  {
    runs,
    keepRuns,
    isPrivate,
    keeping,
  }: {
    readonly runs: number;
    readonly keepRuns: number;
    readonly isPrivate: boolean;
    readonly keeping: Keeping;
  },
): DatasetMonth {
  const copies = runs === 0 ? 1 : keepRuns + 1;
  const parts = {
    loads: runs * cost.total,
    network: isPrivate ? (runs * bytesReceived * prices.natGigabyte.dollars) / 1e9 : 0,
    tables: (copies * stored.tableBytes * prices.s3GigabyteMonth.dollars) / 1e9,
    raw: rawMonth(stored, runs, keeping),
  };
  return { runs, ...parts, total: Object.values(parts).reduce((sum, dollars) => sum + dollars, 0) };
}

/** Page bodies of the runs of so many days; nobody reads them unless a run is replayed, so they get cheaper with age where they are tiered. */
function rawMonth({ rawBytes, rawObjects }: RunStored, runs: number, { rawDays, tiered }: Keeping): number {
  const gigabytes = rawBytes / 1e9;
  const { s3GigabyteMonth, s3InfrequentGigabyteMonth, s3ArchiveGigabyteMonth } = prices;
  if (runs === 0) return gigabytes * s3GigabyteMonth.dollars;
  const months = (from: number, to: number) => Math.max(0, Math.min(rawDays, to) - from) / daysPerMonth;
  const isTiered = tiered && rawBytes / Math.max(1, rawObjects) >= smallestTieredBytes;
  if (!isTiered) return runs * gigabytes * months(0, rawDays) * s3GigabyteMonth.dollars;
  const aged =
    months(0, 30) * s3GigabyteMonth.dollars +
    months(30, 90) * s3InfrequentGigabyteMonth.dollars +
    months(90, rawDays) * s3ArchiveGigabyteMonth.dollars;
  const watched = prices.s3Transition.dollars + months(0, rawDays) * prices.s3MonitoredObject.dollars;
  return runs * (gigabytes * aged + rawObjects * watched);
}
