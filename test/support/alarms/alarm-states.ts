import type { Alarms, CompositeAlarm, MetricAlarm } from './alarm-definitions';
import { metricMath } from './metric-math';
import type { Samples } from './metric-samples';

export type AlarmState = 'OK' | 'ALARM';

const comparisons: Readonly<Record<MetricAlarm['operator'], (value: number, threshold: number) => boolean>> =
  {
    GreaterThanThreshold: (value, threshold) => value > threshold,
    GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
    LessThanThreshold: (value, threshold) => value < threshold,
    LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
  };

/**
 * The state of every alarm at a time, by name. A metric alarm looks at its last periods, which end at `now` (CloudWatch User Guide, "Alarm
 * evaluation window": a sliding window), and is in ALARM where enough of them breach; a period without data counts as the alarm says. CloudWatch
 * looks a few periods further back where some are missing, so it may leave ALARM a little later than told here. There is no INSUFFICIENT_DATA,
 * since every alarm says what missing data counts as.
 */
export function alarmStates(alarms: Alarms, samples: Samples, now: number): ReadonlyMap<string, AlarmState> {
  const states = new Map<string, AlarmState>();
  for (const alarm of alarms.metric) states.set(alarm.name, stateOf(alarm, samples, now));
  // One that gathers others may name one that does so too.
  let left = [...alarms.composite];
  while (left.length > 0) {
    const ready = left.filter((alarm) => namesIn(alarm).every((name) => states.has(name)));
    if (ready.length === 0) throw new Error(`${left[0]?.name} names an alarm that does not exist`);
    for (const alarm of ready) {
      states.set(alarm.name, namesIn(alarm).some((name) => states.get(name) === 'ALARM') ? 'ALARM' : 'OK');
    }
    left = left.filter((alarm) => !ready.includes(alarm));
  }
  return states;
}

/** The metric alarms that are in ALARM, by name, in order: without those that only gather others. */
export function alarmsRaised(alarms: Alarms, samples: Samples, now: number): string[] {
  const states = alarmStates(alarms, samples, now);
  return alarms.metric
    .map(({ name }) => name)
    .filter((name) => states.get(name) === 'ALARM')
    .sort();
}

/** The names in a composite alarm's rule; throws for a rule that is not `ALARM("…") OR ALARM("…")`. */
export function namesIn({ name, rule }: Pick<CompositeAlarm, 'name' | 'rule'>): string[] {
  return rule.split(' OR ').map((part) => {
    const [, child] = /^ALARM\("([^"]+)"\)$/.exec(part) ?? [];
    if (child === undefined) throw new Error(`${name}: ${part} is not evaluated here`);
    return child;
  });
}

function stateOf(alarm: MetricAlarm, samples: Samples, now: number): AlarmState {
  let breaching = 0;
  for (let period = 0; period < alarm.periods; period += 1) {
    const to = now - 1000 * alarm.period * period;
    const value = valueIn(alarm, samples, to, now);
    const breaches =
      value === undefined
        ? alarm.missing === 'breaching'
        : comparisons[alarm.operator](value, alarm.threshold);
    if (breaches) breaching += 1;
  }
  return breaching >= alarm.breaching ? 'ALARM' : 'OK';
}

function valueIn(
  { series, expression, period }: MetricAlarm,
  samples: Samples,
  to: number,
  now: number,
): number | undefined {
  const values = Object.entries(series).map(([id, query]) => [
    id,
    samples.statistic(query, to - 1000 * period, to, now),
  ]);
  return metricMath(expression, Object.fromEntries(values));
}
