import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../core/run/ports';
import { invalidParameter, sqsError } from './sqs-error';
import type { QueuedMessage, SqsQueue } from './sqs-queue';

/** A task that moves a DLQ's messages. */
export interface MoveTask {
  readonly id: string;
  readonly source: SqsQueue;
  /** Undefined: each back to the queue that it came from. */
  readonly destination: SqsQueue | undefined;
  /** Messages per second. */
  readonly rate: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failure: string | undefined;
}

/** Tasks of a queue that SQS remembers. */
const remembered = 10;
/** Messages moved at a stretch, so that nobody else waits long. */
const atOnce = 500;

/** A message that nobody received from another queue has none to go back to. */
class UnknownSourceError extends Error {}

/** The move tasks of all queues, under way and done. A task moves as many messages as were visible when it began, and ends early when none is. */
export class MoveTasks {
  readonly #tasks = new Map<SqsQueue, MoveTask[]>();
  readonly #stopped = new AbortController();

  constructor(
    private readonly parts: {
      readonly clock: Clock;
      nextMessageId(): string;
      queueByArn(arn: string): SqsQueue | undefined;
    },
  ) {}

  /** Starts a task. Throws InvalidParameterValue while another one of the same source is under way. */
  start(source: SqsQueue, { destination, rate }: Pick<MoveTask, 'destination' | 'rate'>): MoveTask {
    const earlier = this.#tasks.get(source) ?? [];
    if (earlier.some(({ status }) => status === 'RUNNING')) {
      throw invalidParameter(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    const task: MoveTask = {
      id: randomUUID(),
      source,
      destination,
      rate,
      startedAt: this.parts.clock.now(),
      toMove: source.depth().waiting,
      moved: 0,
      status: 'RUNNING',
      failure: undefined,
    };
    this.#tasks.set(source, [task, ...earlier].slice(0, remembered));
    void this.#run(task);
    return task;
  }

  /** The most recent tasks of a source, the newest first. */
  list(source: SqsQueue): readonly MoveTask[] {
    return this.#tasks.get(source) ?? [];
  }

  /** Ends a task where it is. Throws where there is none of that id under way. */
  cancel(source: SqsQueue, id: string): MoveTask {
    const task = this.list(source).find((one) => one.id === id);
    if (!task) throw sqsError('ResourceNotFoundException', 'Task does not exist.', 404);
    if (task.status !== 'RUNNING') throw invalidParameter('Only active tasks can be cancelled.');
    task.status = 'CANCELLED';
    return task;
  }

  /** Ends all tasks: the server closes. */
  stop(): void {
    this.#stopped.abort();
  }

  async #run(task: MoveTask): Promise<void> {
    const { clock } = this.parts;
    const started = clock.monotonic();
    await turn(); // whoever started it is told so first
    try {
      while (task.status === 'RUNNING' && !this.#stopped.signal.aborted) {
        const seconds = (clock.monotonic() - started) / 1000;
        const due = task.rate === undefined ? task.toMove : Math.floor(seconds * task.rate) + 1;
        if (!this.#moveUpTo(task, Math.min(due, task.toMove, task.moved + atOnce))) task.status = 'COMPLETED';
        else if (task.rate === undefined) await turn();
        else await clock.sleep(1000 / task.rate, this.#stopped.signal);
      }
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      task.status = 'FAILED';
      task.failure = error instanceof UnknownSourceError ? error.message : `The local AWS failed: ${error}`;
    }
  }

  /** False when there is nothing left to move. */
  #moveUpTo(task: MoveTask, moved: number): boolean {
    while (task.moved < moved) {
      const target = (message: QueuedMessage) => task.destination ?? this.#origin(message);
      if (!task.source.moveFirst(target, this.parts.nextMessageId())) return false;
      task.moved += 1;
    }
    return task.moved < task.toMove;
  }

  #origin({ deadLetterSource }: QueuedMessage): SqsQueue {
    const origin = deadLetterSource === undefined ? undefined : this.parts.queueByArn(deadLetterSource);
    if (origin) return origin;
    throw new UnknownSourceError('CouldNotDetermineMessageSource');
  }
}
