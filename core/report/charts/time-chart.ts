import type { TimeBin } from '../gather/time-bins';
import type { Html } from '../html';
import { figure, shortTime } from '../words';
import { amounts, axis, draw, type Room } from './draw';

/** One line over time. */
export interface TimeLine {
  /** Of a bin; undefined where there is none. */
  value(bin: TimeBin): number | undefined;
  readonly color: string;
  readonly isFilled?: boolean;
}

export interface TimeChartProps {
  readonly name: string;
  readonly description: string;
  readonly bins: readonly TimeBin[];
  readonly lines: readonly TimeLine[];
  /** A line to stay below. @default none */
  readonly limit?: number | undefined;
  /** How an amount is written. @default a number */
  readonly unit?: (value: number) => string;
  /** The axis goes at least this far. */
  readonly atLeast?: number;
}

/** Amounts over time, each as a level that holds for as long as its bin does. */
export function timeChart({
  name,
  description,
  bins,
  lines,
  limit,
  unit = figure,
  atLeast = 0,
}: TimeChartProps): Html {
  const from = bins[0]?.from ?? 0;
  const to = bins.at(-1)?.to ?? from + 1;
  const series = lines.map(({ value, color, isFilled }) => ({
    ...level,
    data: bins.flatMap((bin) => [
      [bin.from, value(bin) ?? null],
      [bin.to, value(bin) ?? null],
    ]),
    lineStyle: { color, width: 1.5 },
    ...(isFilled && { areaStyle: { color, opacity: 0.14 } }),
  }));
  const limitLine =
    limit === undefined
      ? []
      : [
          {
            ...level,
            ...dashed,
            data: [
              [from, limit],
              [to, limit],
            ],
          },
        ];
  const highest = Math.max(
    atLeast,
    limit ?? 0,
    ...bins.flatMap((bin) => lines.map(({ value }) => value(bin) ?? 0)),
  );
  return draw({
    name,
    description,
    option: (room) => ({
      grid: { left: 8 + 7 * unit(highest * 1.4).length, right: 16, top: 14, bottom: 26 },
      xAxis: timeAxis(from, to, room),
      yAxis: {
        ...amounts,
        max: highest === 0 ? 1 : undefined,
        axisLabel: { ...axis.axisLabel, formatter: unit },
      },
      series: [...series, ...limitLine],
    }),
  });
}

/** Ends exactly where the run does, with times at both ends and few between. */
function timeAxis(from: number, to: number, { isNarrow }: Room) {
  const parts = isNarrow ? 2 : 4;
  return {
    ...axis,
    type: 'value',
    min: from,
    max: to,
    interval: (to - from) / parts,
    axisLabel: {
      ...axis.axisLabel,
      alignMinLabel: 'left',
      alignMaxLabel: 'right',
      formatter: (time: number) => shortTime(time, to - from),
    },
  };
}

const level = {
  type: 'line',
  silent: true,
  symbol: 'none',
  emphasis: { disabled: true },
  connectNulls: false,
  clip: false,
} as const;

const dashed = { lineStyle: { color: 'var(--limit)', width: 1.25, type: 'dashed' } } as const;
