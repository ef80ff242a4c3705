import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RunName } from '../core/run/keys';
import type { GaugeName, MetricName } from '../core/run/ports';

/** Whom a value is of: the two dimensions that every metric has, and no others. */
export type Dimensions = Omit<RunName, 'runId' | 'look'>;

/** Values that wait to be written. */
export interface MetricLines {
  add(name: MetricName, value: number, of: Dimensions): void;
  /** Takes the place of what was set before and not written yet. */
  set(name: GaugeName, value: number, of: Dimensions): void;
  /** Writes one line in CloudWatch's embedded metric format for each dataset that something waits of. */
  write(): void;
}

/** Metrics by source and dataset; Powertools' own dimension, `service`, is taken away for good. */
export function metricLines(metrics: Metrics): MetricLines {
  const waiting = new Map<string, { of: Dimensions; values: Map<MetricName | GaugeName, number> }>();
  metrics.clearDefaultDimensions();

  const valuesOf = ({ source, dataset }: Dimensions) => {
    const key = `${source}/${dataset}`;
    const known = waiting.get(key) ?? { of: { source, dataset }, values: new Map() };
    waiting.set(key, known);
    return known.values;
  };

  return {
    add(name, value, of) {
      const values = valuesOf(of);
      values.set(name, (values.get(name) ?? 0) + value);
    },
    set: (name, value, of) => void valuesOf(of).set(name, value),
    write() {
      for (const { of, values } of waiting.values()) {
        metrics.addDimension('source', of.source).addDimension('dataset', of.dataset);
        for (const [name, value] of values) metrics.addMetric(name, unitOf(name), value);
        metrics.publishStoredMetrics();
      }
      waiting.clear();
    },
  };
}

/** CloudWatch has no unit for hours, and none for shares of 1. */
function unitOf(name: MetricName | GaugeName): (typeof MetricUnit)[keyof typeof MetricUnit] {
  switch (name) {
    case 'BytesReceived':
      return MetricUnit.Bytes;
    case 'QuarantinedRatio':
    case 'HoursSinceBaseline':
    case 'HoursLate':
      return MetricUnit.NoUnit;
    default:
      return MetricUnit.Count;
  }
}
