import type { FailureReason, PageQueue } from '../../core/run/ports';
import type { PageMessage } from '../../core/run/range/page-message';

/** A message where it stands. */
export interface QueuedMessage {
  readonly message: PageMessage;
  readonly receiveCount: number;
}

/** What a receive gives: a message and the handle that acknowledges this delivery of it. */
export interface ReceivedMessage extends QueuedMessage {
  readonly receiptHandle: string;
}

/** A message in the DLQ and why it is there; undefined when the queue's own redrive policy put it there. */
export interface DeadMessage {
  readonly message: PageMessage;
  readonly reason: FailureReason | undefined;
}

export interface MemoryPageQueueOptions {
  /** Awaited before and after every call, and before every message that is sent. */
  readonly turn?: () => Promise<void>;
  /** Asked once per call, and once per message that is sent. 'before': it fails; 'after': it takes effect and fails. */
  readonly fault?: () => 'before' | 'after' | undefined;
}

/** The messages of a page queue and its DLQ, shared by any number of clients. */
export class MemoryMessages {
  waiting: QueuedMessage[] = [];
  delayed: (QueuedMessage & { readonly seconds: number })[] = [];
  dead: DeadMessage[] = [];
  readonly inFlight = new Map<string, QueuedMessage>();
  /** Every back-off that was asked for, in seconds. */
  readonly backOffs: number[] = [];
  #handles = 0;

  constructor(readonly maxReceiveCount = 5) {}

  /** Receives the waiting message at a position of anybody's choice: SQS promises no order. */
  receive(position = 0): ReceivedMessage | undefined {
    if (this.waiting.length === 0) return undefined;
    const [queued] = this.waiting.splice(position % this.waiting.length, 1);
    if (!queued) return undefined;
    if (queued.receiveCount >= this.maxReceiveCount) {
      this.dead.push({ message: queued.message, reason: undefined });
      return this.receive(position);
    }
    const received = { message: queued.message, receiveCount: queued.receiveCount + 1 };
    const receiptHandle = `handle-${this.#handles++}`;
    this.inFlight.set(receiptHandle, received);
    return { ...received, receiptHandle };
  }

  acknowledge(receiptHandle: string): void {
    this.inFlight.delete(receiptHandle);
  }

  /** Whatever is in flight comes back: its visibility timeout or back-off is over. */
  expire(): void {
    this.waiting.push(...this.inFlight.values());
    this.inFlight.clear();
  }

  /** Whatever is delayed becomes visible. */
  arrive(): void {
    this.waiting.push(...this.delayed.map(({ message, receiveCount }) => ({ message, receiveCount })));
    this.delayed = [];
  }

  /** SQS delivers at least once: now and then a message is there twice. */
  duplicate(position: number): void {
    const queued = this.waiting[position % Math.max(1, this.waiting.length)];
    if (queued) this.waiting.push({ ...queued });
  }

  /** Moves the DLQ's messages back, as new ones. */
  redrive(): void {
    this.waiting.push(...this.dead.map(({ message }) => ({ message, receiveCount: 0 })));
    this.dead = [];
  }

  get size(): number {
    return this.waiting.length + this.inFlight.size + this.delayed.length;
  }
}

/** A client of a page queue in memory. Sends message by message, so that a failure leaves some of them sent. */
export function memoryPageQueue(messages: MemoryMessages, options: MemoryPageQueueOptions = {}): PageQueue {
  const { turn = async () => {}, fault = () => undefined } = options;

  const call = async <T>(what: string, effect: () => T): Promise<T> => {
    await turn();
    const spoiled = fault();
    if (spoiled === 'before') throw new Error(`${what} was made to fail before it took effect`);
    const answer = effect();
    await turn();
    if (spoiled === 'after') throw new Error(`${what} was made to fail after it took effect`);
    return answer;
  };

  return {
    async send(batch) {
      let sent = 0;
      for (const message of batch) {
        await call('send', () => messages.waiting.push({ message, receiveCount: 0 }));
        sent++;
      }
      return sent;
    },
    park: (message, seconds) =>
      call('park', () => void messages.delayed.push({ message, receiveCount: 0, seconds })),
    deadLetter: (message, reason) => call('deadLetter', () => void messages.dead.push({ message, reason })),
    backOff: (receiptHandle, seconds) =>
      call('backOff', () => {
        if (!messages.inFlight.has(receiptHandle)) throw new Error(`${receiptHandle} is not in flight`);
        messages.backOffs.push(seconds);
      }),
    depth: () =>
      call('depth', () => ({
        waiting: messages.waiting.length,
        inFlight: messages.inFlight.size,
        delayed: messages.delayed.length,
        dead: messages.dead.length,
      })),
  };
}
