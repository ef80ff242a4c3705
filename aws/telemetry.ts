import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MetricName, Telemetry } from '../core/run/ports';

/** Telemetry of one function, written to its log: JSON lines, and metrics in CloudWatch's embedded metric format. */
export interface FunctionTelemetry extends Telemetry {
  /** From now on, every log line carries these, and every metric the dataset as its dimension. */
  begin(context: TelemetryContext): void;
  /** Writes what has been counted. Call it before an invocation ends. */
  flush(): void;
}

/** What an invocation is about; undefined entries are left out. */
export interface TelemetryContext {
  readonly dataset?: string | undefined;
  readonly runId?: string | undefined;
  readonly [detail: string]: unknown;
}

/** Counts are written this often while an invocation goes on, so that a graph shows when things happened. */
const flushMilliseconds = 1000;

/** Telemetry through Powertools; service and namespace come from Powertools' own environment variables. */
export function powertoolsTelemetry(
  logger: Logger = new Logger(),
  metrics: Metrics = new Metrics(),
): FunctionTelemetry {
  const counts = new Map<MetricName, number>();
  let dataset = 'none';
  let flushedAt = performance.now();

  const flush = () => {
    flushedAt = performance.now();
    if (counts.size === 0) return;
    metrics.addDimension('dataset', dataset);
    for (const [name, value] of counts) metrics.addMetric(name, unitOf(name), value);
    counts.clear();
    metrics.publishStoredMetrics();
  };

  return {
    begin(context) {
      flush();
      dataset = context.dataset ?? 'none';
      logger.resetKeys();
      logger.appendKeys({ ...context });
    },
    count(name, value) {
      if (value > 0) counts.set(name, (counts.get(name) ?? 0) + value);
      if (performance.now() - flushedAt >= flushMilliseconds) flush();
    },
    info: (message, details = {}) => logger.info(message, { details }),
    warn: (message, details = {}) => logger.warn(message, { details }),
    flush,
  };
}

function unitOf(name: MetricName): (typeof MetricUnit)[keyof typeof MetricUnit] {
  return name === 'BytesReceived' ? MetricUnit.Bytes : MetricUnit.Count;
}
