import type { Dataset, Schedule } from './source';

/** When a dataset is declared to be loaded by itself: all of it, then what changed. */
export function schedulesOf({
  schedule,
  incremental,
}: Pick<Dataset, 'schedule' | 'incremental'>): readonly Schedule[] {
  return [schedule, incremental?.schedule].filter((one) => one !== undefined);
}
