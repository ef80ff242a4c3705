import type { MoveTasks } from './move-tasks';
import type { SqsQueue } from './sqs-queue';

/** The queues of the local AWS, and the address they are called at. */
export interface Queues {
  readonly url: string;
  readonly byName: ReadonlyMap<string, SqsQueue>;
  readonly moves: MoveTasks;
  /** A new message id, unique among all queues. */
  nextMessageId(): string;
}
