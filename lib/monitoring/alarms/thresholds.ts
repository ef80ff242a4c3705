import { Duration } from 'aws-cdk-lib';
import type { Source } from '../../../core/source/source';

/** Dead letters of a source from which on somebody must look. */
export const deadLettersFrom = 1;

/** Hours past its deadline above which a dataset is late. */
export const hoursLateAllowed = 0;

/** A worker that ends by itself stays far below: a range of a grid is some 10 s of requests, one of a chain 60 s, and both have 30 s to write. */
export const longWorkerShare = 0.8;

/** A page queue keeps a message for four days; a day before that somebody must know, whatever the deadline is. */
const latestQueueAge = Duration.days(3);

/** How long a page range of a source may wait: until the latest of its datasets' deadlines. */
export function longestWait({ datasets }: Pick<Source, 'datasets'>): Duration {
  const hours = Math.max(...datasets.map(({ deadlineHours }) => deadlineHours));
  return Duration.minutes(Math.min(Math.ceil(60 * hours), latestQueueAge.toMinutes()));
}
