import type { SeriesQuery } from './alarm-definitions';

/** One value that something has told CloudWatch. */
export interface MetricSample {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** What it is dated to, milliseconds since the epoch. */
  readonly at: number;
  /** When CloudWatch has it: Lambda dates a value to the start of an invocation and tells it at the end. @default at */
  readonly toldAt?: number;
}

/** Samples by what they are of, in the order of time, so that a month of them is looked up quickly. */
export class Samples {
  readonly #series = new Map<string, MetricSample[]>();

  constructor(samples: Iterable<MetricSample>) {
    for (const sample of samples) {
      const key = keyOf(sample);
      const series = this.#series.get(key);
      if (series) series.push(sample);
      else this.#series.set(key, [sample]);
    }
    for (const series of this.#series.values()) series.sort((a, b) => a.at - b.at);
  }

  /** The statistic of a period that ends at `to`, with what is known at `now`; undefined where nothing is. */
  statistic(query: SeriesQuery, from: number, to: number, now: number): number | undefined {
    const series = this.#series.get(keyOf(query)) ?? [];
    const values: number[] = [];
    for (let index = firstAfter(series, from); index < series.length; index += 1) {
      const sample = series[index];
      if (sample === undefined || sample.at > to) break;
      if ((sample.toldAt ?? sample.at) <= now) values.push(sample.value);
    }
    return values.length === 0 ? undefined : statistics[query.statistic](values);
  }
}

const statistics: Readonly<Record<SeriesQuery['statistic'], (values: readonly number[]) => number>> = {
  Sum: sum,
  SampleCount: (values) => values.length,
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => values.reduce((a, b) => Math.max(a, b)),
  Minimum: (values) => values.reduce((a, b) => Math.min(a, b)),
  // The nearest rank; CloudWatch's own is approximate
  p99: (values) => [...values].sort((a, b) => a - b)[Math.ceil(0.99 * values.length) - 1] ?? Number.NaN,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function keyOf({ namespace, metric, dimensions }: Omit<SeriesQuery, 'statistic'>): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, metric, sorted]);
}

/** Index of the first sample later than `time`. */
function firstAfter(series: readonly MetricSample[], time: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series[middle]?.at ?? 0) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
