import { timeChart } from '../charts/time-chart';
import type { ReportFacts } from '../gather/report-facts';
import { type Html, html } from '../html';
import { counted, duration, figure } from '../words';
import { legendKey } from './legend-key';
import { slowestTable } from './slowest-table';

/** How the source was asked, and how it answered, over time. */
export function sourceSection(facts: ReportFacts): Html {
  const { outcome, time, sums } = facts;
  const { replayOf } = outcome.plan;
  if (replayOf !== undefined) {
    return html`<section><h2>The source</h2><p>Nothing was asked of it: the raw pages of run ${replayOf.runId} were shaped anew.</p></section>`;
  }
  if (time.length === 0 || sums.requests === 0) {
    return html`<section><h2>The source</h2><p>No page came, so there is nothing to show over time.</p></section>`;
  }
  return html`<section>
<h2>The source</h2>
${partly(facts)}
${rateFigure(facts)}
${troubleFigure(facts)}
${latencyFigure(facts)}
${slowestTable(facts)}
</section>`;
}

function partly({ looked }: ReportFacts): Html | undefined {
  return looked === undefined
    ? undefined
    : html`<p>By the first ${counted(looked, 'page range')} of those that were loaded.</p>`;
}

function rateFigure({ time, outcome }: ReportFacts): Html {
  const limit = outcome.plan.requestsPerSecond;
  const chart = timeChart({
    name: 'rate',
    description: 'Requests a second over time',
    bins: time,
    lines: [
      {
        value: ({ requests, from, to }) => rate(requests, from, to, limit),
        color: 'var(--series)',
        isFilled: true,
      },
    ],
    limit,
  });
  return html`<figure>
<figcaption><b>Requests a second</b>${legendKey('var(--series)', `asked, in the mean of ${duration(binWidth(time))}`)}${limit !== undefined && legendKey('var(--limit)', `the limit, ${figure(limit)}`, 'dashed')}<span>UTC</span></figcaption>
${chart}
</figure>`;
}

/** The first and the last bin may be a moment only, and a request is not divisible. */
function rate(requests: number, from: number, to: number, limit = Number.POSITIVE_INFINITY): number {
  const seconds = (to - from) / 1000;
  return seconds >= 0.2 ? requests / seconds : Math.min(limit, requests / seconds);
}

function troubleFigure({ time, sums }: ReportFacts): Html {
  const { throttled, retries } = sums;
  if (throttled + retries === 0) {
    return html`<p>Nothing was throttled, and no request had to be made again.</p>`;
  }
  const chart = timeChart({
    name: 'trouble',
    description: 'Throttled and repeated requests over time',
    bins: time,
    lines: [
      { value: ({ throttled, from, to }) => rate(throttled, from, to), color: 'var(--warn)', isFilled: true },
      { value: ({ retries, from, to }) => rate(retries, from, to), color: 'var(--second)' },
    ],
  });
  return html`<figure>
<figcaption><b>Throttled and repeated requests a second</b>${legendKey('var(--warn)', `${counted(throttled, 'answer')} that asked to wait`)}${legendKey('var(--second)', `${counted(retries, 'request')} made again`)}<span>UTC</span></figcaption>
${chart}
</figure>`;
}

function latencyFigure({ time }: ReportFacts): Html {
  if (time.every(({ latency }) => latency === undefined)) {
    return html`<p>How long answers took was not recorded.</p>`;
  }
  const chart = timeChart({
    name: 'latency',
    description: 'Time to answer over time: median and 95th percentile',
    bins: time,
    lines: [
      { value: ({ latency }) => latency?.high, color: 'var(--second)' },
      { value: ({ latency }) => latency?.median, color: 'var(--series)' },
    ],
    unit: (milliseconds) => duration(milliseconds),
  });
  const longest = Math.max(...time.map(({ latency }) => latency?.longest ?? 0));
  return html`<figure>
<figcaption><b>Time to answer</b>${legendKey('var(--series)', 'median')}${legendKey('var(--second)', '95th percentile')}<span>mean over the ranges under way; the longest took ${duration(longest)}</span></figcaption>
${chart}
</figure>`;
}

function binWidth(time: ReportFacts['time']): number {
  return Math.max(...time.map(({ from, to }) => to - from));
}
