import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { GaugeName, MetricName } from '../../core/run/ports';
import { metricNamespace } from '../../lambda/environment';

/** How the values of a metric are put together. */
export type Statistic = 'Sum' | 'Maximum' | 'Average' | 'p99';

/** Minutes that most alarms and graphs look at together: what AWS reports each minute, often enough for a load of hours. */
export const usualPeriod = Duration.minutes(5);

/** What SQS says of a queue, each minute while the queue is active (SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"). */
export type QueueMetric =
  | 'ApproximateNumberOfMessagesVisible'
  | 'ApproximateNumberOfMessagesNotVisible'
  | 'ApproximateAgeOfOldestMessage'
  | 'NumberOfMessagesSent'
  | 'NumberOfMessagesReceived'
  | 'NumberOfMessagesDeleted'
  | 'NumberOfEmptyReceives';

/** What Lambda says of a function; a value is dated to the start of its invocation (Lambda Developer Guide, "Types of metrics for Lambda functions"). */
export type FunctionMetric =
  | 'Invocations'
  | 'Errors'
  | 'Throttles'
  | 'Duration'
  | 'ConcurrentExecutions'
  | 'AsyncEventsDropped';

/** A metric of a queue. */
export function ofQueue(
  queueName: string,
  metricName: QueueMetric,
  statistic: Statistic,
  period = usualPeriod,
): Metric {
  return new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: queueName },
    statistic,
    period,
  });
}

/** A metric of a function, by its physical name. */
export function ofFunction(
  functionName: string,
  metricName: FunctionMetric,
  statistic: Statistic,
  period = usualPeriod,
): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName },
    statistic,
    period,
  });
}

/** A metric that the functions write, of one dataset. */
export function ofDataset(
  { environment, source, dataset }: Readonly<Record<'environment' | 'source' | 'dataset', string>>,
  metricName: MetricName | GaugeName,
  statistic: Statistic,
  period = usualPeriod,
): Metric {
  return new Metric({
    namespace: metricNamespace(environment),
    metricName,
    dimensionsMap: { source, dataset },
    statistic,
    period,
  });
}
