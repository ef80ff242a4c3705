import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import { failedMessages } from './batch-response';
import type { EventSourceDefinition } from './event-source-definition';
import { ProcessEndedError } from './function-error';
import { settleWithin } from './settle-within';
import { SourceQueue } from './source-queue';
import { sqsEvent } from './sqs-event';

/** Pause after a receive that failed, so that a broken queue is not asked in a tight loop. */
const retryMilliseconds = 1000;

/** What an event source tells besides invoking its function. */
export interface EventSourceEvents {
  /** A call to the queue failed, after the SDK's own retries; the source goes on. */
  problem: [Error];
}

/**
 * Polls a queue for a function as Lambda's event source mapping does: with the function's own permissions, and never
 * more invocations at once than the mapping allows. At that cap it does not receive, so no message uses up a receive
 * by waiting here (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
 */
export class EventSource extends EventEmitter<EventSourceEvents> {
  readonly #definition: EventSourceDefinition;
  readonly #invoke: (event: unknown) => Promise<unknown>;
  readonly #queue: SourceQueue;
  readonly #invocations = new Set<Promise<void>>();
  /** Deletions and back-offs under way. */
  readonly #settling = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #polling: Promise<void> | undefined;
  #paused = true;
  #slotFreed: (() => void) | undefined;

  constructor(
    definition: EventSourceDefinition,
    endpoint: string,
    invoke: (event: unknown) => Promise<unknown>,
  ) {
    super();
    this.#definition = definition;
    this.#invoke = invoke;
    this.#queue = new SourceQueue(definition, endpoint);
  }

  /**
   * Begins to poll, also after pause(). Rejects with a ConfigurationError where AWS would refuse the mapping: a queue
   * that hides messages for less than the function's timeout, or a function that may not read its attributes.
   */
  async start(): Promise<void> {
    if (!this.#paused) return;
    this.#paused = false;
    try {
      await this.#queue.check();
    } catch (error) {
      this.#paused = true;
      throw error;
    }
    this.#polling = this.#poll();
  }

  /**
   * Stops receiving and waits for the invocations in flight, `graceMilliseconds` at most; what the last receive brought
   * is still invoked. Resolves to the number of invocations that were not awaited to the end.
   */
  async pause(graceMilliseconds: number): Promise<number> {
    this.#paused = true;
    this.#slotFreed?.();
    const started = Date.now();
    await this.#polling;
    this.#polling = undefined;
    const left = Math.max(0, graceMilliseconds - (Date.now() - started));
    await settleWithin([...this.#invocations], left);
    // Also those of invocations that have just ended; a deletion takes milliseconds, or the SDK's bounded retries.
    await settleWithin([...this.#settling], 1000);
    return this.#invocations.size;
  }

  /** Like pause(), but abandons a receive that is waiting: for when the queue goes away too. Cannot be started again. */
  async stop(graceMilliseconds: number): Promise<number> {
    this.#abort.abort();
    const unfinished = await this.pause(graceMilliseconds);
    this.#queue.close();
    return unfinished;
  }

  async #poll(): Promise<void> {
    while (!this.#paused) {
      const free = this.#definition.maximumConcurrency - this.#invocations.size;
      if (free === 0) await this.#slot();
      else for (const batch of this.#batches(await this.#receive(free))) this.#start(batch);
    }
  }

  /** Resolves when an invocation ends, or at pause. */
  #slot(): Promise<void> {
    return new Promise((resolve) => {
      this.#slotFreed = resolve;
    });
  }

  async #receive(free: number): Promise<Message[]> {
    try {
      return await this.#queue.receive(free * this.#definition.batchSize, this.#abort.signal);
    } catch (error) {
      if (this.#abort.signal.aborted) return [];
      this.#report(error);
      await sleep(retryMilliseconds, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      return [];
    }
  }

  #batches(messages: readonly Message[]): Message[][] {
    const { batchSize } = this.#definition;
    const count = Math.ceil(messages.length / batchSize);
    return Array.from({ length: count }, (_, i) => messages.slice(i * batchSize, (i + 1) * batchSize));
  }

  #start(batch: readonly Message[]): void {
    const invocation = this.#process(batch).finally(() => {
      this.#invocations.delete(invocation);
      this.#slotFreed?.();
    });
    this.#invocations.add(invocation);
  }

  /** Invokes the function; a deletion is not waited for, so that the lane can receive at once. */
  async #process(batch: readonly Message[]): Promise<void> {
    const { queueArn, reportBatchItemFailures } = this.#definition;
    let response: unknown;
    try {
      response = await this.#invoke(sqsEvent(batch, queueArn));
    } catch (error) {
      // The host has logged it. Every message comes back when its visibility timeout is over, as on AWS, which is
      // many minutes; whoever waits for a process that ended by itself is sitting here.
      if (error instanceof ProcessEndedError) for (const message of batch) this.#backOff(message);
      return;
    }
    const ids = batch.map(({ MessageId }) => MessageId ?? '');
    const failed = reportBatchItemFailures ? failedMessages(response, ids) : new Set<string>();
    for (const message of batch) {
      if (!failed.has(message.MessageId ?? '')) this.#delete(message);
    }
  }

  #delete(message: Message): void {
    this.#settle(this.#queue.delete(message));
  }

  /** A second longer every time that it has been received. */
  #backOff(message: Message): void {
    this.#settle(this.#queue.backOff(message, Number(message.Attributes?.ApproximateReceiveCount ?? 1)));
  }

  #settle(call: Promise<void>): void {
    const settling = call
      .catch((error) => this.#report(error))
      .finally(() => this.#settling.delete(settling));
    this.#settling.add(settling);
  }

  #report(error: unknown): void {
    this.emit('problem', error instanceof Error ? error : new Error(String(error)));
  }
}
