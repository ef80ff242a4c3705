import type { Receipt } from '../../run/range/receipt';
import type { ManifestObject } from '../../run/verify/manifest';
import type { ReportFacts } from '../gather/report-facts';
import { type Html, html } from '../html';
import { objectLink } from '../range-label';
import { type Column, table } from '../table';
import { count, duration } from '../words';

/** The ranges that took the longest. */
export function slowestTable({ slowest, sums, outcome }: ReportFacts): Html | undefined {
  if (slowest.length < 2) return undefined;
  const columns: readonly (Column<ManifestObject> | false)[] = [
    { title: 'Range', value: (object) => objectLink(outcome.plan, object) },
    number('Pages', ({ pages }) => count(pages)),
    number('Took', ({ fetchMilliseconds }) => duration(fetchMilliseconds)),
    number('Median answer', ({ latency }) => milliseconds(latency?.[0])),
    number('95th percentile', ({ latency }) => milliseconds(latency?.[1])),
    number('Longest', ({ latency }) => milliseconds(latency?.[2])),
    sums.throttled > 0 && number('Throttled', ({ throttled = 0 }) => count(throttled)),
    sums.retries > 0 && number('Made again', ({ retries = 0 }) => count(retries)),
  ];
  return html`<h3 class="part">Slowest ranges</h3>
${table(
  columns.filter((column) => column !== false),
  slowest,
)}`;
}

function number(title: string, value: (receipt: Receipt) => string): Column<ManifestObject> {
  return { title, kind: 'number', value: ({ receipt }) => value(receipt) };
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '–' : duration(value);
}
