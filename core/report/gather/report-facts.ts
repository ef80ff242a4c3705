import type { Cost } from '../../forecast/cost';
import type { ManifestObject } from '../../run/verify/manifest';
import type { Verification } from '../../run/verify/verification';
import type { DeadReasons } from './dead-reasons';
import type { QuarantineExample } from './quarantine-examples';
import type { RangeBin } from './range-bins';
import type { RunOutcome } from './run-outcome';
import type { TimeBin } from './time-bins';

/** Everything that a report tells, as plain data of a size that does not depend on the run's. */
export interface ReportFacts {
  readonly outcome: RunOutcome;
  readonly verification: Verification | undefined;
  readonly sums: RunSums;
  /** Milliseconds since the epoch: when the first page was asked for, and the last one came; absent where none was. */
  readonly fetched?: { readonly from: number; readonly to: number };
  readonly time: readonly TimeBin[];
  readonly ranges: readonly RangeBin[];
  /** By the time that fetching took. */
  readonly slowest: readonly ManifestObject[];
  readonly examples: readonly QuarantineExample[];
  readonly dead: DeadReasons;
  /** Absent where the run has no manifest. */
  readonly cost?: Cost;
  /** Of an increment that was merged: rows, and files, of the table that readers see. */
  readonly table?: { readonly records: number; readonly files: number };
  /** Set where the lake holds too many objects for all of them to be looked at: this many were. */
  readonly looked?: number;
  readonly writtenAt: Date;
}

/** What the receipts of a run come to. */
export interface RunSums {
  ranges: number;
  /** Ranges that received no record. */
  empty: number;
  pages: number;
  requests: number;
  throttled: number;
  retries: number;
  received: number;
  staged: number;
  quarantined: number;
  filtered: number;
  bytesReceived: number;
  bytesStaged: number;
  /** Records received by the range with the fewest, and the most. */
  fewest: number;
  most: number;
}
