import type { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { GaugeName, MetricName } from '../../../core/run/ports';
import { metricNamespace } from '../../../lambda/environment';
import { type Statistic, usualPeriod } from '../metrics';

/** What a line of a graph looks for. */
export interface Searched {
  readonly environment: string;
  readonly metric: MetricName | GaugeName;
  readonly statistic: Statistic;
  /** Only datasets of this source. @default all */
  readonly source?: string;
  /** @default 5 minutes */
  readonly period?: Duration;
}

/** A line for each dataset that has the metric, also for those that come later; at most 500 (CloudWatch User Guide, "Search expression syntax"). */
export function eachDataset(searched: Searched): MathExpression {
  return new MathExpression({
    expression: searchFor(searched),
    period: searched.period ?? usualPeriod,
    label: `${labelled('source')}/${labelled('dataset')}`,
  });
}

/** One line: the sum over all datasets, times `factor`. */
export function ofAllDatasets(searched: Searched, label: string, factor = 1): MathExpression {
  const sum = `SUM(${searchFor(searched)})`;
  return new MathExpression({
    expression: factor === 1 ? sum : `${sum} * ${factor}`,
    period: searched.period ?? usualPeriod,
    label,
  });
}

function searchFor({ environment, metric, statistic, source, period = usualPeriod }: Searched): string {
  const only = source === undefined ? '' : ` source="${source}"`;
  const schema = `{"${metricNamespace(environment)}",source,dataset}`;
  return `SEARCH('${schema} MetricName="${metric}"${only}', '${statistic}', ${period.toSeconds()})`;
}

/** In a label: the line's own value of a dimension (CloudWatch User Guide, "Use dynamic labels"). */
function labelled(dimension: 'source' | 'dataset'): string {
  return `\${PROP('Dim.${dimension}')}`;
}
