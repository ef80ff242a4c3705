import { rangesChart } from '../charts/ranges-chart';
import type { ReportFacts } from '../gather/report-facts';
import { type Html, html } from '../html';
import { count, counted } from '../words';
import { legendKey } from './legend-key';

/** Where in the run its records are. */
export function recordsSection({ ranges, sums, outcome }: ReportFacts): Html {
  if (sums.ranges === 0) {
    return html`<section><h2>Records</h2><p>No page range was loaded.</p></section>`;
  }
  if (sums.received === 0) {
    return html`<section><h2>Records</h2><p>There are none: ${counted(sums.pages, 'page')} came, and each of them was empty.</p></section>`;
  }
  const each = ranges[0]?.ranges ?? 1;
  const bars = each === 1 ? 'each bar is a range' : `each bar is the mean of ${counted(each, 'range')}`;
  return html`<section>
<h2>Records</h2>
<p>${sentence(sums, outcome.state === 'failed' ? undefined : outcome.manifest.counts.added)}</p>
<figure>
<figcaption><b>Records of each range</b>${legendKey('var(--series)', 'in the table')}${sums.filtered > 0 && legendKey('var(--quiet)', 'filtered')}${sums.quarantined > 0 && legendKey('var(--warn)', 'quarantined')}${sums.empty > 0 && legendKey('var(--bad)', 'an empty range', 'dot')}<span>${bars}, in the order of the pages</span></figcaption>
${rangesChart(ranges, 'Records of each page range')}
</figure>
</section>`;
}

function sentence(sums: ReportFacts['sums'], added = 0): string {
  const { ranges, fewest, most, empty, received, staged, quarantined, filtered } = sums;
  const made = added > 0 ? `, and ${counted(added, 'row')} made beyond them` : '';
  const accounts = `${counted(received, 'record')} received${made}: ${count(staged)} in the table, ${count(quarantined)} quarantined, ${count(filtered)} filtered.`;
  const spread =
    ranges === 1
      ? 'All in one range.'
      : `${counted(ranges, 'range')} of ${fewest === most ? count(most) : `${count(fewest)} to ${count(most)}`} records${empty > 0 ? `, ${count(empty)} of them empty` : ''}.`;
  return `${accounts} ${spread}`;
}
