import type { Duration } from 'aws-cdk-lib';
import type { IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { GaugeName, MetricName } from '../../../core/run/ports';
import { metricNamespace } from '../../../lambda/environment';
import { ofDataset, type Statistic } from '../metrics';
import { asIs, colorOf, expression, filled, highest, type Line, linesOf, mostLines } from './lines';
import type { Shown } from './row';

/** What a line of a graph looks for. */
export interface Searched {
  readonly environment: string;
  readonly metric: MetricName | GaugeName;
  readonly statistic: Statistic;
  /** Only datasets of this source. @default all */
  readonly source?: string;
}

/** How many datasets a dashboard shows. */
export function datasetCount({ sources }: Shown): number {
  return sources.reduce((count, { source }) => count + source.datasets.length, 0);
}

/** A line for each dataset; of too many, those that rise highest. A dataset has one colour in all graphs, where it has a line of its own. */
export function eachDataset(
  shown: Shown,
  metric: MetricName | GaugeName,
  statistic: Statistic,
  shaping = asIs,
): IMetric[] {
  const environment = shown.environment.name;
  if (datasetCount(shown) > mostLines) {
    const label = `${labelled('source')}/${labelled('dataset')}`;
    return [expression(highest(shaping(searchFor({ environment, metric, statistic }))), { label })];
  }
  // A source's first dataset has its source's colour, and no other has any source's.
  let next = shown.sources.length;
  const lines = shown.sources.flatMap(({ source }, sourceIndex) =>
    source.datasets.map(({ name: dataset }, index): Line => {
      const color = colorOf(index === 0 ? sourceIndex : next++);
      const of = { environment, source: source.name, dataset };
      return { metric: ofDataset(of, metric, statistic), label: `${source.name}/${dataset}`, color };
    }),
  );
  return linesOf(`${metric.charAt(0).toLowerCase()}${metric.slice(1)}`, lines, shaping);
}

/** The sum over all datasets, as metric math. */
export function sumOf(searched: Searched): string {
  return `SUM(${searchFor(searched)})`;
}

/** One line: how much it was in all, 0 where nothing was told. The graph has the same period. */
export function ofAllDatasets(
  searched: Searched,
  line: { readonly label: string; readonly color: string; readonly period?: Duration },
): MathExpression {
  return expression(filled(sumOf(searched)), line);
}

/** Without a period: it is the graph's (CloudWatch User Guide, "CloudWatch search expression syntax"). */
function searchFor({ environment, metric, statistic, source }: Searched): string {
  const only = source === undefined ? '' : ` source="${source}"`;
  const schema = `{"${metricNamespace(environment)}",source,dataset}`;
  return `SEARCH('${schema} MetricName="${metric}"${only}', '${statistic}')`;
}

/** In a label: the line's own value of a dimension (CloudWatch User Guide, "Use dynamic labels"). */
function labelled(dimension: 'source' | 'dataset'): string {
  return `\${PROP('Dim.${dimension}')}`;
}
