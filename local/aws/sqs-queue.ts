import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/run/ports';
import { ChangeSignal } from './change-signal';
import { type Due, DueHeap } from './due-heap';
import { Fifo } from './fifo';
import type { MessageAttributes } from './message-digest';
import type { KeptMessage, MessageJournal } from './message-journal';
import type { QueueAttributes } from './queue-attributes';
import { invalidParameter, sqsError } from './sqs-error';

/** SQS's limit of messages in flight for a standard queue. */
const maxInFlight = 120_000;

/** A message in a queue. Small, because a plan can have a million of them. */
export interface QueuedMessage extends Due {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes | undefined;
  /** Who sent it. */
  readonly senderId: string;
  /** Milliseconds since the epoch; a dead letter keeps it. */
  readonly sentAt: number;
  firstReceivedAt: number | undefined;
  receiveCount: number;
  state: 'waiting' | 'delayed' | 'inFlight' | 'gone';
  /** ARN of the queue that gave it up. */
  deadLetterSource: string | undefined;
}

/** What a sender says of a message. */
export type NewMessage = Pick<QueuedMessage, 'id' | 'body' | 'attributes' | 'senderId'>;

/** A message as one receive hands it out. */
export interface Delivery {
  readonly message: QueuedMessage;
  readonly receiptHandle: string;
}

/** Where messages go that were received too often. */
export interface Redrive {
  readonly target: SqsQueue;
  readonly maxReceiveCount: number;
}

/** One standard queue, in memory. Every operation takes O(log n) at most. */
export class SqsQueue {
  readonly #waiting = new Fifo<QueuedMessage>();
  #waitingCount = 0;
  /** Delayed messages and those in flight, by the time at which they can be received (again). */
  readonly #hidden = new DueHeap<QueuedMessage>();
  #delayedCount = 0;
  /** Messages that were received at least once, by id: receipt handles lead here. */
  readonly #received = new Map<string, QueuedMessage>();
  readonly #changes: ChangeSignal;
  /** Tells this queue's receipt handles from another's. */
  readonly #mark = randomBytes(6).toString('hex');
  readonly createdAt: number;
  #journal: MessageJournal | undefined;

  constructor(
    readonly name: string,
    readonly arn: string,
    readonly attributes: QueueAttributes,
    readonly redrive: Redrive | undefined,
    private readonly clock: Clock,
  ) {
    this.createdAt = clock.now();
    this.#changes = new ChangeSignal(clock);
  }

  /** Adds a message that can be received after `delaySeconds`; the queue's own delay when undefined. */
  send(message: NewMessage, delaySeconds: number | undefined): void {
    const delay = delaySeconds ?? this.attributes.DelaySeconds;
    this.#add(newMessage(message, this.clock.now()), delay);
  }

  /**
   * Receives up to `max` messages, waiting for the first as long as `waitSeconds`. Resolves to none when `signal` aborts.
   * Throws OverLimit when 120,000 are in flight and it may not wait.
   */
  async receive(
    { max, waitSeconds, visibilitySeconds }: { max: number; waitSeconds: number; visibilitySeconds: number },
    signal: AbortSignal,
  ): Promise<Delivery[]> {
    const deadline = this.clock.monotonic() + waitSeconds * 1000;
    while (!signal.aborted) {
      const deliveries = this.#take(max, visibilitySeconds, waitSeconds > 0);
      const now = this.clock.monotonic();
      if (deliveries.length > 0 || now >= deadline) return deliveries;
      const next = Math.min(deadline, this.#hidden.nextDueAt ?? deadline);
      await this.#changes.next(Math.max(1, next - now), signal);
    }
    return [];
  }

  /** Deletes what the handle stands for. As in SQS, a handle that is not the latest deletes nothing, and says nothing. */
  delete(receiptHandle: string): void {
    const { message, isLatest } = this.#resolve(receiptHandle);
    if (message === undefined || !isLatest) return;
    this.#promoteDue();
    if (message.state === 'inFlight') this.#hidden.remove(message);
    else this.#waitingCount -= 1;
    this.#forget(message);
  }

  /** Makes a message in flight visible after `seconds`, 0 to 43,200. Throws when it is gone or visible already. */
  changeVisibility(receiptHandle: string, seconds: number): void {
    const { message, isLatest } = this.#resolve(receiptHandle);
    this.#promoteDue();
    if (message === undefined || !isLatest) {
      throw invalidParameter(
        `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      );
    }
    if (message.state !== 'inFlight') {
      throw sqsError('MessageNotInflight', 'The message referred to is not in flight.');
    }
    this.#hidden.remove(message);
    this.#hide(message, seconds);
    this.#changes.notify();
  }

  /** Exact, where SQS is only approximate. */
  depth(): { waiting: number; inFlight: number; delayed: number } {
    this.#promoteDue();
    this.#firstVisible();
    return {
      waiting: this.#waitingCount,
      inFlight: this.#hidden.size - this.#delayedCount,
      delayed: this.#delayedCount,
    };
  }

  /**
   * When the oldest message was sent, in milliseconds since the epoch, as ApproximateAgeOfOldestMessage counts: those in flight and delayed too,
   * and none that was received more than three times (SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"). Undefined where there is none.
   */
  oldestSentAt(): number | undefined {
    this.#promoteDue();
    const held = [
      ...this.#waiting.items().filter((message) => !this.#isSpent(message)),
      ...this.#hidden.items,
    ];
    return held.reduce<number | undefined>(
      (oldest, { sentAt, receiveCount }) =>
        receiveCount > 3 || (oldest !== undefined && oldest <= sentAt) ? oldest : sentAt,
      undefined,
    );
  }

  /**
   * Moves the message that has been visible for longest to another queue, where it is a new one: not received yet, with an id and an age of
   * its own. False when none is visible.
   */
  moveFirst(targetOf: (message: QueuedMessage) => SqsQueue, newId: string): boolean {
    this.#promoteDue();
    const message = this.#firstVisible();
    if (message === undefined) return false;
    const { body, attributes, senderId } = message;
    targetOf(message).send({ id: newId, body, attributes, senderId }, undefined);
    this.#waiting.shift();
    this.#dropWaiting(message);
    return true;
  }

  /** Keeps the messages in a journal from now on, and takes up those that are in it. */
  keepIn(journal: MessageJournal): void {
    for (const kept of journal.read()) this.#show(toQueued(kept));
    this.#journal = journal;
  }

  /** Lets go of the journal's file; the queue is not to be used any more. */
  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  /** Takes over a dead letter: it keeps its id, its age and its receive count. */
  #bury(message: QueuedMessage, source: string): void {
    this.#add({ ...message, state: 'waiting', deadLetterSource: source }, 0);
  }

  #add(message: QueuedMessage, delaySeconds: number): void {
    this.#journal?.added(message);
    if (delaySeconds > 0) {
      message.state = 'delayed';
      this.#delayedCount += 1;
      this.#hide(message, delaySeconds);
    } else {
      this.#show(message);
    }
    this.#changes.notify();
  }

  #take(max: number, visibilitySeconds: number, mayWait: boolean): Delivery[] {
    this.#promoteDue();
    const deliveries: Delivery[] = [];
    while (deliveries.length < max) {
      if (this.#hidden.size - this.#delayedCount >= maxInFlight) {
        if (deliveries.length > 0 || mayWait) break;
        throw sqsError('OverLimit', `${maxInFlight} messages of ${this.name} are in flight already.`);
      }
      const message = this.#waiting.shift();
      if (message === undefined) break;
      if (this.#isSpent(message)) this.#dropWaiting(message);
      else if (this.redrive && message.receiveCount >= this.redrive.maxReceiveCount) {
        this.#giveUp(message, this.redrive.target);
      } else deliveries.push(this.#deliver(message, visibilitySeconds));
    }
    return deliveries;
  }

  /** There before it is gone here, so that a DLQ that cannot be written loses nothing. */
  #giveUp(message: QueuedMessage, target: SqsQueue): void {
    try {
      target.#bury(message, this.arn);
    } catch (error) {
      this.#waiting.push(message);
      throw error;
    }
    this.#dropWaiting(message);
  }

  #deliver(message: QueuedMessage, visibilitySeconds: number): Delivery {
    this.#waitingCount -= 1;
    message.state = 'inFlight';
    message.receiveCount += 1;
    message.firstReceivedAt ??= this.clock.now();
    this.#received.set(message.id, message);
    this.#hide(message, visibilitySeconds);
    const handle = `${this.#mark}:${message.receiveCount}:${message.id}`;
    return { message, receiptHandle: Buffer.from(handle).toString('base64url') };
  }

  #promoteDue(): void {
    const now = this.clock.monotonic();
    for (let due = this.#hidden.takeDue(now); due; due = this.#hidden.takeDue(now)) {
      if (due.state === 'delayed') this.#delayedCount -= 1;
      this.#show(due);
    }
  }

  #show(message: QueuedMessage): void {
    message.state = 'waiting';
    this.#waiting.push(message);
    this.#waitingCount += 1;
  }

  #hide(message: QueuedMessage, seconds: number): void {
    message.dueAt = this.clock.monotonic() + seconds * 1000;
    this.#hidden.add(message);
  }

  /** The message that has been visible for longest; what is spent before it is dropped. */
  #firstVisible(): QueuedMessage | undefined {
    for (let first = this.#waiting.peek(); first; first = this.#waiting.peek()) {
      if (!this.#isSpent(first)) return first;
      this.#waiting.shift();
      this.#dropWaiting(first);
    }
    return undefined;
  }

  /** Deleted while it waited, or older than the queue keeps messages. */
  #isSpent(message: QueuedMessage): boolean {
    return (
      message.state === 'gone' ||
      this.clock.now() - message.sentAt >= this.attributes.MessageRetentionPeriod * 1000
    );
  }

  #dropWaiting(message: QueuedMessage): void {
    if (message.state === 'waiting') this.#waitingCount -= 1;
    this.#forget(message);
  }

  #forget(message: QueuedMessage): void {
    if (message.state === 'gone') return;
    this.#journal?.removed(message.id);
    message.state = 'gone';
    this.#received.delete(message.id);
  }

  #resolve(receiptHandle: string): { message: QueuedMessage | undefined; isLatest: boolean } {
    const [mark, count, id = ''] = Buffer.from(receiptHandle, 'base64url').toString('utf8').split(':');
    if (mark !== this.#mark) {
      throw sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${receiptHandle}" is not valid.`);
    }
    const message = this.#received.get(id);
    return { message, isLatest: message !== undefined && String(message.receiveCount) === count };
  }
}

/** Names every field rather than spreading: of a million page messages each took 580 bytes this way, 970 that way. */
function newMessage({ id, body, attributes, senderId }: NewMessage, sentAt: number): QueuedMessage {
  return {
    id,
    body,
    attributes,
    senderId,
    sentAt,
    firstReceivedAt: undefined,
    receiveCount: 0,
    state: 'waiting',
    deadLetterSource: undefined,
    dueAt: 0,
    heapIndex: 0,
  };
}

/** A message of an earlier process: whoever held it is gone, so it is visible. */
function toQueued(kept: KeptMessage): QueuedMessage {
  return {
    ...newMessage({ ...kept, attributes: kept.attributes }, kept.sentAt),
    firstReceivedAt: kept.firstReceivedAt,
    receiveCount: kept.receiveCount,
    deadLetterSource: kept.deadLetterSource,
  };
}
