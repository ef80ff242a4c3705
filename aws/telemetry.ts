import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Gauges, Telemetry } from '../core/run/ports';
import { type Dimensions, metricLines } from './metric-lines';

/** Telemetry of one function, written to its log: JSON lines, and metrics in CloudWatch's embedded metric format. */
export interface FunctionTelemetry extends Telemetry, Gauges {
  /** From now on, every log line carries these, and what is counted is of this source and dataset unless another is named. */
  begin(context: TelemetryContext): void;
  /** Writes what has been counted and stated. Call it before an invocation ends. */
  flush(): void;
}

/** What an invocation is about; undefined entries are left out. */
export interface TelemetryContext {
  readonly source?: string | undefined;
  readonly dataset?: string | undefined;
  readonly runId?: string | undefined;
  readonly [detail: string]: unknown;
}

type Details = Readonly<Record<string, unknown>>;

/** Counts are written this often while an invocation goes on, so that a graph shows when things happened. */
const flushMilliseconds = 1000;

/** By these, lines of all functions are found together. */
const names = ['source', 'dataset', 'runId'] as const;

/** Telemetry through Powertools; service and namespace come from Powertools' own environment variables. */
export function powertoolsTelemetry(
  logger: Logger = new Logger(),
  metrics: Metrics = new Metrics(),
): FunctionTelemetry {
  const lines = metricLines(metrics);
  let context: TelemetryContext = {};
  let flushedAt = performance.now();

  const flush = () => {
    flushedAt = performance.now();
    lines.write();
  };
  const own = (): Dimensions => ({ source: context.source ?? 'none', dataset: context.dataset ?? 'none' });
  const say = (level: 'info' | 'warn', message: string, details: Details = {}) =>
    logger[level](message, withNames(details, context));

  return {
    begin(about) {
      flush();
      context = about;
      logger.resetKeys();
      logger.appendKeys({ ...about });
    },
    count(name, value, of = own()) {
      if (value > 0) lines.add(name, value, of);
      if (performance.now() - flushedAt >= flushMilliseconds) flush();
    },
    gauge(name, value, of) {
      if (Number.isFinite(value)) lines.set(name, value, of);
      else say('warn', `${name} is not a number, and is not stated`, { ...of, value: String(value) });
    },
    info: (message, details) => say('info', message, details),
    warn: (message, details) => say('warn', message, details),
    flush,
  };
}

/** Names that the invocation has not got stand beside the message; all other details, and what contradicts it, stay among themselves. */
function withNames(details: Details, context: TelemetryContext): Details {
  const rest: Record<string, unknown> = { ...details };
  const lifted: Record<string, unknown> = {};
  for (const name of names) {
    if (rest[name] === undefined || (context[name] ?? rest[name]) !== rest[name]) continue;
    lifted[name] = rest[name];
    delete rest[name];
  }
  return { ...lifted, details: rest };
}
