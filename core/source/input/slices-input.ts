import type { RecordSlices, Step, ValueSlices, WindowSlices } from '../slices';

/** What a dataset is cut into before it is paginated, as it is written in a source file. */
export type SlicesInput = ValueSlices | WindowSlicesInput | RecordSlicesInput;

/**
 * One slice per window of time, without gap or overlap.
 * @example { type: 'windows', from: '2020-01-01', step: { months: 1 }, format: 'date', end: 'inclusive' }
 */
export interface WindowSlicesInput {
  readonly type: 'windows';
  /** ISO 8601 day or time, UTC. @example '2020-01-01' */
  readonly from: string;
  /** ISO 8601 day or time, UTC; not part of the last window. @default when the run is planned */
  readonly to?: string | undefined;
  /** Length of a window. @example { days: 7 } */
  readonly step: Step;
  /** How `{from}` and `{to}` are written. @default 'iso' */
  readonly format?: WindowSlices['format'] | undefined;
  /** Whether the source counts `{to}` as part of the window. @default 'exclusive' */
  readonly end?: WindowSlices['end'] | undefined;
  /** Name of the parameter that holds a window's beginning. @default 'from' */
  readonly fromName?: string | undefined;
  /** Name of the parameter that holds a window's end. @default 'to' */
  readonly toName?: string | undefined;
}

/**
 * One slice per distinct value of a column of another dataset of the same source, as last published.
 * @example { type: 'records', dataset: 'users', column: 'id', name: 'userId' }
 */
export interface RecordSlicesInput extends Omit<RecordSlices, 'name'> {
  /** Name of the parameter. @default the column's */
  readonly name?: string | undefined;
}
