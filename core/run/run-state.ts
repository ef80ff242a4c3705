import type { RangeName } from '../plan/plan';
import type { DeadRange } from './dead/dead-range';
import type { RunName } from './keys';
import type { FailureReason } from './ports';

/** Why ranges do not come: those that failed alike. */
export interface BlockedReason extends Pick<DeadRange, 'reason' | 'error' | 'failure' | 'status'> {
  /** How many ranges. */
  readonly ranges: number;
  readonly example: RangeName;
}

/** Open, and its next step cannot be done: a document that is damaged, a call that is refused. */
export interface Stuck extends Pick<FailureReason, 'reason' | 'failure'> {
  readonly state: 'stuck';
}

/** Where a run stands, derived from what exists. */
export type RunState =
  /** Claimed, and not planned yet. */
  | { readonly state: 'planning' }
  | {
      readonly state: 'loading';
      /** Which look at the source the ranges are of; absent for the run's own pages. */
      readonly look?: number | undefined;
      /** Ranges known so far. */
      readonly ranges: number;
      readonly missing: number;
      readonly enqueued: number;
    }
  /** Ranges are missing, and nothing brings them: redrive them, give them up, or start the run over. */
  | {
      readonly state: 'blocked';
      readonly look?: number | undefined;
      readonly ranges: number;
      readonly missing: number;
      /** Messages in the source's DLQ, of whichever dataset. */
      readonly dead: number;
      /** The most frequent first. */
      readonly reasons: readonly BlockedReason[];
      /** ISO 8601: when the last of the ranges failed; absent where no worker said so. */
      readonly failedAt?: string | undefined;
      /** How often it was redriven since others were told of it; absent for never. */
      readonly redriven?: number | undefined;
    }
  | {
      readonly state: 'published';
      readonly records: number;
      /** In what the run falls short; absent for nothing. */
      readonly warnings?: readonly string[];
    }
  /** Complete, while readers see a later run, or were brought back from this one by an operator: they go on seeing what they see. */
  | { readonly state: 'superseded'; readonly records: number; readonly by: string }
  /** A complete subset: verified, never published. */
  | { readonly state: 'verified'; readonly records: number }
  /** Complete in ranges and not in records: not published. */
  | { readonly state: 'refused'; readonly problems: readonly string[] }
  /** Too old to go on. */
  | { readonly state: 'failed'; readonly reason: string };

/** What one pass of reconcile says of an open run; the id is undefined where its claim cannot be read. */
export type RunReport =
  | (RunState & RunName)
  | (Stuck & Omit<RunName, 'runId'> & { readonly runId: string | undefined });
