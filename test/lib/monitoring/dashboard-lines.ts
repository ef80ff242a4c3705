import { z } from 'zod';
import type { MetricSample } from '../../support/alarms/metric-samples';
import type { Widget } from './dashboard-body';
import { evaluate, type Series } from './dashboard-math';

/** A line as a graph draws it. */
export interface DrawnLine {
  readonly label: string;
  readonly color?: string | undefined;
  readonly right: boolean;
  readonly values: ReadonlyMap<number, number>;
}

/** What a dashboard is looked at with. */
export interface Look {
  readonly samples: readonly MetricSample[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

const statistics: Readonly<Record<string, (values: number[]) => number>> = {
  Sum: (values) => values.reduce((a, b) => a + b, 0),
  Maximum: (values) => Math.max(...values),
  p99: (values) => values.toSorted((a, b) => a - b)[Math.ceil(0.99 * values.length) - 1] ?? Number.NaN,
};

const drawing = z.looseObject({
  period: z.number().default(300),
  setPeriodToTimeRange: z.boolean().default(false),
  metrics: z.array(z.array(z.unknown())),
});
const options = z.looseObject({
  id: z.string().optional(),
  expression: z.string().optional(),
  label: z.string().optional(),
  color: z.string().optional(),
  stat: z.string().default('Average'),
  period: z.number().optional(),
  visible: z.boolean().default(true),
  yAxis: z.string().optional(),
});

/** The lines of a graph, or the numbers of a widget of numbers as lines of one point: each metric has its own period, expressions and searches that of the graph. */
export function linesDrawn(widget: Widget, look: Look): DrawnLine[] {
  const { period, setPeriodToTimeRange, metrics } = drawing.parse(widget.properties);
  const range = setPeriodToTimeRange ? (look.to - look.from) / 1000 : undefined;
  const entries = metrics.map((entry) => ({
    words: entry.filter((part) => typeof part === 'string'),
    ...options.parse(entry.find((part) => typeof part === 'object') ?? {}),
  }));
  const byId = new Map<string, Series>();
  const own = new Map<object, Series>();
  for (const entry of entries) {
    const [namespace = '', metric = '', ...rest] = entry.words;
    if (metric === '') continue;
    const dimensions: Record<string, string> = {};
    for (let at = 0; at < rest.length; at += 2) dimensions[rest[at] ?? ''] = rest[at + 1] ?? '';
    const isIt = (sample: MetricSample) =>
      sample.namespace === namespace && sample.metric === metric && sameAs(sample.dimensions, dimensions);
    const values = inPeriods(look, isIt, entry.stat, range ?? entry.period ?? period);
    const series = { values, dimensions, label: entry.label ?? metric };
    own.set(entry, series);
    if (entry.id !== undefined) byId.set(entry.id, series);
  }
  return entries.flatMap((entry): DrawnLine[] => {
    if (!entry.visible) return [];
    const shape = { color: entry.color, right: entry.yAxis === 'right' };
    const metric = own.get(entry);
    if (metric) return [{ ...shape, label: metric.label ?? '', values: metric.values }];
    const seconds = range ?? entry.period ?? period;
    const drawn = evaluate(entry.expression ?? '', {
      times: timesOf(look, seconds),
      metrics: byId,
      search: (query, statistic) => searched(look, query, statistic, seconds),
    });
    return drawn.map((series) => ({ ...shape, label: labelOf(entry.label, series), values: series.values }));
  });
}

/** Dynamic labels take what the series has; without a label of its own, an expression's lines have their metrics'. */
function labelOf(label: string | undefined, { dimensions, label: own }: Series): string {
  return label === undefined
    ? (own ?? '')
    : label.replace(/\$\{PROP\('Dim\.(\w+)'\)\}/g, (_, name: string) => dimensions?.[name] ?? '?');
}

const query = /^\{"([^"]+)",([\w,]+)\} MetricName="(\w+)"(?: (\w+)="([^"]+)")?$/;

function searched(look: Look, text: string, statistic: string, seconds: number): Series[] {
  const [, namespace, names = '', metric, filter, wanted] = query.exec(text) ?? [];
  if (metric === undefined) throw new Error(`${text} is not understood`);
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const sample of look.samples) {
    if (sample.namespace !== namespace || sample.metric !== metric) continue;
    if (Object.keys(sample.dimensions).sort().join() !== names.split(',').sort().join()) continue;
    if (filter !== undefined && sample.dimensions[filter] !== wanted) continue;
    found.set(JSON.stringify(Object.entries(sample.dimensions).sort()), sample.dimensions);
  }
  return [...found.values()].map((dimensions) => {
    const isIt = (sample: MetricSample) =>
      sample.namespace === namespace && sample.metric === metric && sameAs(sample.dimensions, dimensions);
    return { values: inPeriods(look, isIt, statistic, seconds), dimensions, label: metric };
  });
}

function timesOf({ from, to }: Look, seconds: number): number[] {
  return Array.from(
    { length: Math.ceil((to - from) / (1000 * seconds)) },
    (_, index) => from + 1000 * seconds * index,
  );
}

function inPeriods(
  { samples, from, to }: Look,
  isIt: (sample: MetricSample) => boolean,
  statistic: string,
  seconds: number,
): Map<number, number> {
  const put = statistics[statistic];
  if (put === undefined) throw new Error(`${statistic} is not a statistic that is known here`);
  const periods = new Map<number, number[]>();
  for (const sample of samples) {
    if (sample.at < from || sample.at >= to || !isIt(sample)) continue;
    const time = from + 1000 * seconds * Math.floor((sample.at - from) / (1000 * seconds));
    const values = periods.get(time);
    if (values) values.push(sample.value);
    else periods.set(time, [sample.value]);
  }
  return new Map([...periods].sort(([a], [b]) => a - b).map(([time, values]) => [time, put(values)]));
}

function sameAs(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
