import type { MetricName, Telemetry } from '../../run/ports';

/** Telemetry that also remembers what was counted through it. */
export interface Tally extends Telemetry {
  total(metric: MetricName): number;
}

/** Passes everything on to `telemetry`, and sums the counts of one piece of work. */
export function createTally(telemetry: Telemetry): Tally {
  const totals = new Map<MetricName, number>();
  return {
    count(metric, value) {
      totals.set(metric, (totals.get(metric) ?? 0) + value);
      telemetry.count(metric, value);
    },
    info: (message, details) => telemetry.info(message, details),
    warn: (message, details) => telemetry.warn(message, details),
    total: (metric) => totals.get(metric) ?? 0,
  };
}
