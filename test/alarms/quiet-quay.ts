import { alarmsIn } from '../support/alarms/alarm-definitions';
import type { MetricSample } from '../support/alarms/metric-samples';
import { synthesizeMonitoring } from '../support/alarms/synthesize-monitoring';
import { later } from './observe';
import { openQuayStack, type QuayStack } from './quay-stack';
import quay from './sources/quay';

/** The metrics of local mode carry the environment 'local', so these are its alarms, as they would be where datasets load by themselves. */
export const quayAlarms = alarmsIn(
  synthesizeMonitoring('local', [quay], { changes: { alarmsEnabled: true, schedulesEnabled: true } }),
);

/** A stack whose datasets are published, and what CloudWatch has of forty minutes in which nothing is loaded; they end at time 0. */
export interface QuietQuay {
  readonly stack: QuayStack;
  readonly quiet: MetricSample[];
}

/** Loads every dataset, and lets forty minutes pass. */
export async function openQuietQuay(): Promise<QuietQuay> {
  const stack = await openQuayStack();
  for (const { name } of quay.datasets) await stack.load(name, 'published');
  stack.tape.take();
  await stack.minutes(40);
  return { stack, quiet: later(stack.tape.take(), -stack.tape.minute) };
}
