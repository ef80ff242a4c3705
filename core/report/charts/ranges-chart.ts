import type { RangeBin } from '../gather/range-bins';
import type { Html } from '../html';
import { count, figure } from '../words';
import { amounts, axis, draw } from './draw';

/** On a phone, each two or three bars become one. */
const barsOnPhone = 48;

/** Records of each range, or of some ranges in the mean, by what became of them; a dot stands below where a range is empty. */
export function rangesChart(bins: readonly RangeBin[], description: string): Html {
  return draw({
    name: 'ranges',
    description,
    option: ({ isNarrow }) => {
      const bars = isNarrow ? merged(bins, barsOnPhone) : bins;
      const highest = Math.max(
        1,
        ...bars.map((bar) => (bar.staged + bar.quarantined + bar.filtered) / bar.ranges),
      );
      return {
        grid: { left: 8 + 7 * figure(Math.round(highest * 1.4)).length, right: 16, top: 14, bottom: 26 },
        xAxis: {
          ...axis,
          type: 'category',
          data: bars.map(({ first }) => count(first + 1)),
          axisLabel: {
            ...axis.axisLabel,
            interval: Math.max(0, Math.ceil(bars.length / (isNarrow ? 4 : 8)) - 1),
          },
        },
        yAxis: { ...amounts, axisLabel: { ...axis.axisLabel, formatter: figure } },
        series: [
          stacked(bars, ({ staged }) => staged, 'var(--series)'),
          stacked(bars, ({ filtered }) => filtered, 'var(--quiet)'),
          stacked(bars, ({ quarantined }) => quarantined, 'var(--warn)'),
          emptyDots(bars),
        ],
      };
    },
  });
}

function stacked(bars: readonly RangeBin[], value: (bar: RangeBin) => number, color: string) {
  return {
    type: 'bar',
    stack: 'records',
    silent: true,
    emphasis: { disabled: true },
    barCategoryGap: bars.length > 60 ? '12%' : '20%',
    barMaxWidth: 48,
    itemStyle: { color },
    data: bars.map((bar) => value(bar) / bar.ranges),
  };
}

function emptyDots(bars: readonly RangeBin[]) {
  return {
    type: 'line',
    silent: true,
    emphasis: { disabled: true },
    clip: false,
    symbol: 'circle',
    symbolSize: 5,
    showAllSymbol: true,
    lineStyle: { width: 0 },
    itemStyle: { color: 'var(--bad)' },
    data: bars.map(({ empty }) => (empty > 0 ? 0 : null)),
  };
}

function merged(bins: readonly RangeBin[], most: number): RangeBin[] {
  const each = Math.ceil(bins.length / most);
  const bars: RangeBin[] = [];
  for (let at = 0; at < bins.length; at += each) bars.push(together(bins.slice(at, at + each)));
  return bars;
}

function together(bins: readonly RangeBin[]): RangeBin {
  const sum = (of: (bin: RangeBin) => number) => bins.reduce((total, bin) => total + of(bin), 0);
  return {
    first: bins[0]?.first ?? 0,
    ranges: sum(({ ranges }) => ranges),
    staged: sum(({ staged }) => staged),
    quarantined: sum(({ quarantined }) => quarantined),
    filtered: sum(({ filtered }) => filtered),
    empty: sum(({ empty }) => empty),
  };
}
