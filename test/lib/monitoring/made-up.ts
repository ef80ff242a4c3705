import type { MetricSample } from '../../support/alarms/metric-samples';

/** Milliseconds. */
export const minute = 60_000;
export const hour = 60 * minute;

/** What a made-up value is of. */
export type What = readonly [namespace: string, metric: string, dimension: string, name: string];

/** A metric of a function. */
export const lambda = (name: string, metric: string): What => ['AWS/Lambda', metric, 'FunctionName', name];

/** A metric of a queue. */
export const queue = (name: string, metric: string): What => ['AWS/SQS', metric, 'QueueName', name];

/** A value each minute, or as often as said. */
export function each(
  what: What,
  from: number,
  to: number,
  value: (at: number) => number,
  every = minute,
): MetricSample[] {
  const [namespace, metric, dimension, name] = what;
  const samples: MetricSample[] = [];
  for (let at = from; at <= to; at += every) {
    samples.push({ namespace, metric, dimensions: { [dimension]: name }, value: value(at), at });
  }
  return samples;
}
