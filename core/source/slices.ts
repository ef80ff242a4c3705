/** What a dataset is cut into: each slice is an independent sequence of pages. Their values replace `{name}` in the request. */
export type Slices = ValueSlices | WindowSlices | RecordSlices;

/** One slice per value. */
export interface ValueSlices {
  readonly type: 'values';
  /** Name of the parameter. */
  readonly name: string;
  readonly values: readonly (string | number)[];
}

/** One slice per window of time, each from `from` up to, and without, the next one's `from`. */
export interface WindowSlices {
  readonly type: 'windows';
  /** ISO 8601 day or time, UTC. */
  readonly from: string;
  /** ISO 8601 day or time, UTC. @default when the run was planned */
  readonly to?: string | undefined;
  readonly step: Step;
  /** How `{from}` and `{to}` are written. @default 'iso' */
  readonly format: 'iso' | 'date' | 'epoch-seconds' | 'epoch-milliseconds';
  /** Whether the source counts `{to}` as part of the window; then `{to}` is one unit of the format earlier. @default 'exclusive' */
  readonly end: 'exclusive' | 'inclusive';
  /** @default 'from' */
  readonly fromName: string;
  /** @default 'to' */
  readonly toName: string;
}

/** Length of a window: one of these. */
export type Step =
  | { readonly hours: number }
  | { readonly days: number }
  | { readonly months: number }
  | { readonly years: number };

/** One slice per distinct value of a column of another dataset of the same source, as last published. */
export interface RecordSlices {
  readonly type: 'records';
  readonly dataset: string;
  readonly column: string;
  /** Name of the parameter. @default the column's */
  readonly name: string;
}
