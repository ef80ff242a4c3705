import type { Duration } from 'aws-cdk-lib';
import { Color, type IMetric, MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { usualPeriod } from '../metrics';

/** Lines that can be told apart; where there are more, a graph draws those that rise highest. */
export const mostLines = 10;

/** A line's full tone and a light one. Red and green are not among them: they say bad and good. */
const tones: readonly (readonly [full: string, light: string])[] = [
  ['#1f77b4', '#aec7e8'],
  ['#ff7f0e', '#ffbb78'],
  ['#9467bd', '#c5b0d5'],
  ['#8c564b', '#c49c94'],
  ['#e377c2', '#f7b6d2'],
  ['#17becf', '#9edae5'],
  ['#bcbd22', '#dbdb8d'],
  ['#1b3a6b', '#7c93b8'],
  ['#00897b', '#80cbc4'],
  ['#6d4c00', '#c8a951'],
];

/** What a line is drawn from, and how it is called and coloured. */
export interface Line {
  readonly metric: Metric;
  readonly label: string;
  readonly color: string;
}

/** The colour of the n-th source, or dataset, in every graph; the light one where a second line belongs to it. */
export function colorOf(index: number, tone: 'full' | 'light' = 'full'): string {
  const [full, light] = tones[index % tones.length] ?? [Color.BLUE, Color.BLUE];
  return tone === 'full' ? full : light;
}

/** What is done with a time series, or with each of several, as metric math (CloudWatch User Guide, "Using math expressions with CloudWatch metrics"). */
export type Shaping = (series: string) => string;

/** Drawn as it is. */
export const asIs: Shaping = (series) => series;

/** Of what is only told when it happens: nothing is 0. */
export const filled: Shaping = (series) => `FILL(${series}, 0)`;

/** Of what is told in milliseconds, and only when it happens. */
export const inSeconds: Shaping = (series) => `${filled(series)} / 1000`;

/** The ten of several time series that rise highest. */
export function highest(series: string): string {
  return `SLICE(SORT(${series}, MAX, DESC), 0, ${mostLines})`;
}

/** A line for each; of too many, those that rise highest, in colours that CloudWatch gives. `id` is one word that no other lines of the graph have. */
export function linesOf(id: string, lines: readonly Line[], shaping = asIs): IMetric[] {
  if (lines.length <= mostLines) {
    return lines.map(({ metric, label, color }, index) => {
      if (shaping === asIs) return metric.with({ label, color });
      const usingMetrics = { [`${id}${index}`]: metric };
      return expression(shaping(`${id}${index}`), { usingMetrics, label, color });
    });
  }
  const usingMetrics = numbered(
    id,
    lines.map(({ metric, label }) => metric.with({ label })),
  );
  // Without a label of its own, so that each line has its metric's.
  return [expression(highest(shaping(`METRICS("${id}")`)), { usingMetrics, label: '' })];
}

/** Metrics by ids that METRICS() finds by their beginning. */
export function numbered(id: string, metrics: readonly IMetric[]): Record<string, IMetric> {
  return Object.fromEntries(metrics.map((metric, index) => [`${id}${index}`, metric]));
}

/** A graph's title: what it draws, whether that is all of it, and what is good. */
export function titled(what: string, lines: number, good?: string): string {
  return `${what}${lines > mostLines ? ', top 10' : ''}${good === undefined ? '' : `: ${good}`}`;
}

/** A line at 0, so that a graph of what never happened is not empty. */
export function never(): MathExpression {
  return expression('TIME_SERIES(0)', { label: 'none', color: '#c7c7c7' });
}

/** A line that is reckoned from metrics, of five minutes unless told otherwise. */
export function expression(
  text: string,
  options: {
    readonly label: string;
    readonly color?: string;
    readonly period?: Duration;
    readonly usingMetrics?: Readonly<Record<string, IMetric>>;
  },
): MathExpression {
  return new MathExpression({ expression: text, period: usualPeriod, ...options });
}
