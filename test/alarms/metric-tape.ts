import type { SQSClient } from '@aws-sdk/client-sqs';
import { countMessages, queueUrl } from '../../aws/page-queue';
import type { LocalMode } from '../../local/local-mode';
import type { MetricSample } from '../support/alarms/metric-samples';

const minuteMilliseconds = 60_000;

/**
 * What CloudWatch would have been told of a stack in local mode, in minutes of its own: what happens between two calls of nextMinute() is of one
 * minute, however long it takes here. Values are as measured, durations too. The age of the oldest message is the number of those minutes
 * since it was sent. Lambda is never throttled here, and the Scheduler always finds its function.
 */
export class MetricTape {
  /** Of this minute's number, milliseconds are the time that samples are dated to. */
  minute = 0;
  #samples: MetricSample[] = [];
  /** When each minute began here, milliseconds since the epoch. */
  readonly #began: number[] = [Date.now()];
  readonly #local: LocalMode;
  readonly #sqs: SQSClient;
  readonly #queueNames: readonly string[];

  constructor(local: LocalMode, sqs: SQSClient, queueNames: readonly string[]) {
    this.#local = local;
    this.#sqs = sqs;
    this.#queueNames = queueNames;
    local.on('metrics', ({ namespace, dimensions, values }) => {
      for (const [metric, value] of Object.entries(values))
        this.#add({ namespace, metric, dimensions, value });
    });
    local.on('invocation-ended', ({ functionName, failed, milliseconds }) => {
      this.#ofFunction(functionName, 'Invocations', 1);
      this.#ofFunction(functionName, 'Errors', failed ? 1 : 0);
      this.#ofFunction(functionName, 'Duration', milliseconds);
    });
  }

  nextMinute(): void {
    this.minute += 1;
    this.#began.push(Date.now());
  }

  /** An asynchronous invocation that failed at every attempt. */
  drop(functionName: string): void {
    this.#ofFunction(functionName, 'AsyncEventsDropped', 1);
  }

  /** What SQS tells each minute. */
  async lookAtQueues(): Promise<void> {
    for (const name of this.#queueNames) {
      const { waiting, inFlight } = await countMessages(this.#sqs, await queueUrl(this.#sqs, name));
      this.#ofQueue(name, 'ApproximateNumberOfMessagesVisible', waiting);
      this.#ofQueue(name, 'ApproximateNumberOfMessagesNotVisible', inFlight);
      const sentAt = this.#local.oldestSentAt(name);
      const minutes = sentAt === undefined ? 0 : this.minute - this.#minuteOf(sentAt);
      this.#ofQueue(name, 'ApproximateAgeOfOldestMessage', (minutes * minuteMilliseconds) / 1000);
    }
  }

  #minuteOf(time: number): number {
    const began = this.#began.findLastIndex((start) => start <= time);
    return Math.max(0, began);
  }

  /** Takes what was recorded so far out. */
  take(): MetricSample[] {
    const taken = this.#samples;
    this.#samples = [];
    return taken;
  }

  #ofFunction(name: string, metric: string, value: number): void {
    this.#add({ namespace: 'AWS/Lambda', metric, dimensions: { FunctionName: name }, value });
  }

  #ofQueue(name: string, metric: string, value: number): void {
    this.#add({ namespace: 'AWS/SQS', metric, dimensions: { QueueName: name }, value });
  }

  #add(sample: Omit<MetricSample, 'at'>): void {
    this.#samples.push({ ...sample, at: this.minute * minuteMilliseconds });
  }
}
