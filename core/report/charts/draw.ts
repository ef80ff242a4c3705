import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { Html, html } from '../html';

// What the charts are made of, and no more: the bundle of a function holds it.
use([BarChart, LineChart, GridComponent, SVGRenderer]);

/** How much room a drawing has; a phone's is narrower and has fewer marks. */
export interface Room {
  readonly width: number;
  readonly height: number;
  readonly isNarrow: boolean;
}

const rooms: readonly (Room & { readonly name: string })[] = [
  { name: 'wide', width: 880, height: 220, isNarrow: false },
  { name: 'narrow', width: 328, height: 190, isNarrow: true },
];

export interface ChartProps {
  /** Unique in the page, a-z only. */
  readonly name: string;
  /** What it shows, for those who cannot see it. */
  readonly description: string;
  /** Colours are CSS: 'var(--ink)'. */
  option(room: Room): EChartsCoreOption;
}

/** A chart as SVG, drawn for a screen and for a phone, of which the page shows one. It needs no script, and takes its colours from the page. */
export function draw({ name, description, option }: ChartProps): Html {
  return html`${rooms.map((room) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: room.width, height: room.height });
    try {
      chart.setOption({ ...common, ...option(room) });
      const svg = new Html(tidied(chart.renderToSVGString(), `${name}-${room.name}`));
      return html`<div class="${room.name}" role="img" aria-label="${description}">${svg}</div>`;
    } finally {
      chart.dispose();
    }
  })}`;
}

/** What all charts share: nothing moves, and nothing answers a pointer. */
const common = {
  animation: false,
  useUTC: true,
  textStyle: { fontFamily: 'inherit', fontSize: 12, color: 'var(--muted)' },
};

/** The axes' ink. */
export const axis = {
  axisLine: { show: true, lineStyle: { color: 'var(--line)' } },
  axisTick: { show: false },
  splitLine: { show: false },
  axisLabel: { color: 'var(--muted)', fontSize: 12, fontFamily: 'inherit', hideOverlap: true },
} as const;

/** An axis of amounts: a few faint lines, and no more. */
export const amounts = {
  ...axis,
  type: 'value',
  min: 0,
  splitNumber: 3,
  axisLine: { show: false },
  splitLine: { show: true, lineStyle: { color: 'var(--faint)' } },
} as const;

/** The drawing without what only a script would use, and with ids that are the same each time and in no other drawing of the page. */
function tidied(svg: string, name: string): string {
  return svg
    .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_[a-z_]+|pointer-events|class|baseProfile|version|xmlns:xlink)="[^"]*"/g, '')
    .replace(/<svg width="\d+" height="\d+"/, '<svg')
    .replace(/\bzr\d+-/g, `${name}-`)
    .replace(/font: normal normal 12px inherit/g, 'font-size:12px')
    .replace(/font-family:inherit;?/g, '')
    .replace(/\n\s*/g, '');
}
