import type { FailureReason } from '../ports';
import type { PageMessage } from '../range/page-message';

/** A message of a DLQ, and why it is there. */
export interface DeadLetter extends FailureReason {
  /** The queue's own id of the message. */
  readonly id: string;
  /** What the worker was to load; undefined where the body is none of ours. */
  readonly message: PageMessage | undefined;
  /** When it was sent, in milliseconds since the epoch: to the DLQ by a worker, to the page queue where the queue itself gave it up. */
  readonly sentAt: number;
}

/** Whether a letter is of a run. */
export function isOfRun(
  { message }: DeadLetter,
  run: Pick<PageMessage, 'source' | 'dataset' | 'runId'>,
): boolean {
  return (
    message !== undefined &&
    message.source === run.source &&
    message.dataset === run.dataset &&
    message.runId === run.runId
  );
}

/** Why a message is in the DLQ that the queue itself put there: whoever received it never said. */
export const unexplained: FailureReason = {
  failure: 'unknown',
  error: 'unknown',
  reason: 'the function ended before it could say why',
};
