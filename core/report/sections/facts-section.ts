import type { ReportFacts } from '../gather/report-facts';
import { type Html, html } from '../html';
import { readAgain, whyAgain } from '../read-again';
import { inTable } from '../verdict';
import { bytes, count, counted, dollars, duration, figure, percent, utc } from '../words';

type Fact = readonly [label: string, value: string, note?: string | undefined];

/** The run in numbers. */
export function factsSection(facts: ReportFacts): Html {
  return html`<dl class="facts">${factsOf(facts).map(
    ([label, value, note]) =>
      html`<div><dt>${label}</dt><dd>${value}${note !== undefined && html`<small>${note}</small>`}</dd></div>`,
  )}</dl>`;
}

function factsOf(facts: ReportFacts): Fact[] {
  const { outcome, sums } = facts;
  const asked = outcome.state === 'failed' ? undefined : outcome.manifest.counts;
  return [
    records(facts),
    ...table(facts),
    ['Pages', count(sums.pages), pagesNote(facts)],
    ['Began', utc(Date.parse(outcome.plan.plannedAt))],
    took(facts),
    requests(facts),
    ['Bytes in', bytes(asked?.bytesReceived ?? sums.bytesReceived), 'page bodies'],
    ['Bytes out', bytes(sums.bytesStaged), format(outcome.plan.extension)],
    ...cost(facts),
  ].filter((fact): fact is Fact => fact !== undefined);
}

/** A total counts records, which are no rows where explode or transform made several of one. */
function records(facts: ReportFacts): Fact {
  const { outcome, sums } = facts;
  const manifest = outcome.state === 'failed' ? undefined : outcome.manifest;
  const { added = 0, repeated = 0 } = manifest?.counts ?? {};
  const total = manifest?.total ?? outcome.plan.total;
  const ofTotal = total === undefined ? '' : ` of ${count(total)}`;
  const notes = [
    ...(added > 0 ? [`rows, made from ${count(sums.received)}${ofTotal} records`] : []),
    ...(sums.quarantined > 0 ? [`${count(sums.quarantined)} quarantined`] : []),
    ...(sums.filtered > 0 ? [`${count(sums.filtered)} filtered`] : []),
    ...(repeated > 0 ? [`${count(repeated)} left out: seen again later`] : []),
    ...(total === undefined ? ['the source gives no total'] : []),
  ];
  const label = outcome.plan.increment === undefined ? 'Records' : 'Changed records';
  return [label, `${count(inTable(facts))}${added > 0 ? '' : ofTotal}`, notes.join(', ') || undefined];
}

/** What readers see, where that is more than the run has loaded. */
function table({ table, outcome }: ReportFacts): Fact[] {
  const { increment } = outcome.plan;
  if (table === undefined || increment === undefined) return [];
  const note = `in ${counted(table.files, 'file')}, merged with the table of run ${increment.base.runId}`;
  return [['Records of the table', count(table.records), note]];
}

function pagesNote(facts: ReportFacts): string {
  const again = readAgain(facts, 'pages');
  const own = `in ${counted(facts.sums.ranges, 'range')}`;
  return again === 0 ? own : `${own}; and ${count(again)} read again ${whyAgain(facts)}`;
}

function took({ outcome, fetched, verification }: ReportFacts): Fact | undefined {
  const began = Date.parse(outcome.plan.plannedAt);
  const published = outcome.state === 'published' ? outcome.publishedAt : undefined;
  const ended = published ?? verification?.verifiedAt;
  const end = ended === undefined ? fetched?.to : Date.parse(ended);
  if (end === undefined) return undefined;
  const until = published !== undefined ? 'published' : ended !== undefined ? 'verified' : 'the last page';
  const loading =
    fetched && outcome.plan.replayOf === undefined
      ? `, ${duration(fetched.to - fetched.from)} of it loading`
      : '';
  return ['Took', duration(Math.max(0, end - began)), `from the plan until ${until}${loading}`];
}

function requests({ outcome, sums, fetched }: ReportFacts): Fact {
  const { replayOf, requestsPerSecond: limit } = outcome.plan;
  if (replayOf !== undefined)
    return ['Requests', 'none', `the raw pages of run ${replayOf.runId} were shaped anew`];
  // Of looks of which nothing is in the table, only the manifest knows
  const all = outcome.state === 'failed' ? sums.requests : outcome.manifest.counts.requests;
  const others =
    all > sums.requests
      ? `${count(all - sums.requests)} of them for looks at the source; the others at `
      : '';
  const rate = fetched && sums.requests / Math.max(1, (fetched.to - fetched.from) / 1000);
  if (rate === undefined) return ['Requests', count(all)];
  if (limit === undefined) return ['Requests', count(all), `${others}${figure(rate)} a second`];
  const share = `${percent(rate / limit)} of the limit of ${figure(limit)}`;
  return ['Requests', count(all), `${others}${figure(rate)} a second, ${share}`];
}

function format(extension: string): string {
  if (extension === 'parquet') return 'Parquet';
  return extension.startsWith('jsonl') ? 'JSON lines' : 'CSV';
}

function cost({ cost }: ReportFacts): Fact[] {
  return cost === undefined ? [] : [['Cost', dollars(cost.total), 'at list prices, on AWS']];
}
