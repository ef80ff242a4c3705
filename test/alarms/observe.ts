import type { Alarms } from '../support/alarms/alarm-definitions';
import { alarmHistory } from '../support/alarms/alarm-history';
import { type MetricSample, Samples } from '../support/alarms/metric-samples';
import type { MetricTape } from './metric-tape';

const minuteMilliseconds = 60_000;

/** What somebody hears of what happened; names are without 'baseload-local-'. */
export interface Told {
  /** Alarms that were raised at any time, without those that gather others. */
  readonly raised: readonly string[];
  /** In the order of time. */
  readonly pages: readonly string[];
}

/** What really happened. */
export interface Happened {
  readonly told: Told;
  readonly minutes: number;
  /** Of all samples of a metric. */
  sum(metric: string): number;
}

/** Has alarms look, minute by minute, at what is recorded while something happens; `before` is what they know of the time that ends then, at 0. */
export async function observe(
  { tape, alarms, before }: { tape: MetricTape; alarms: Alarms; before: readonly MetricSample[] },
  happens: () => Promise<unknown>,
): Promise<Happened> {
  const from = tape.minute;
  tape.take();
  await happens();
  const samples = tape.take();
  const known = new Samples([...later(before, from), ...samples]);

  const history = alarmHistory(alarms, known, from * minuteMilliseconds, tape.minute * minuteMilliseconds);
  const own = new Set(alarms.metric.map(({ name }) => name));
  const raised = history.changes.filter(({ name, state }) => own.has(name) && state === 'ALARM');
  return {
    told: {
      raised: [...new Set(raised.map(({ name }) => short(name)))],
      pages: history.pages.map(({ name, state }) => `${short(name)} ${state}`),
    },
    minutes: tape.minute - from,
    sum: (metric) =>
      samples.filter((one) => one.metric === metric).reduce((total, { value }) => total + value, 0),
  };
}

/** The same samples, so many minutes later. */
export function later(samples: readonly MetricSample[], minutes: number): MetricSample[] {
  return samples.map((sample) => ({ ...sample, at: sample.at + minutes * minuteMilliseconds }));
}

function short(name: string): string {
  return name.replace('baseload-local-', '');
}
