import type { GivenUp } from '../../run/dead/given-up';
import type { Drift } from '../../run/drift/drift';
import type { DeadReasons } from '../gather/dead-reasons';
import type { ReportFacts } from '../gather/report-facts';
import { hasChanged } from '../has-changed';
import { type Html, html } from '../html';
import { rangeTag } from '../range-label';
import { table } from '../table';
import { count, counted, utc } from '../words';

/** Rows shown of a table. */
const mostRows = 20;

/** Whether the source changed while it was read, and how; nothing where it was not looked at again. */
export function driftSection({ outcome }: ReportFacts): Html | undefined {
  const drift = outcome.state === 'failed' ? undefined : outcome.manifest.drift;
  if (drift === undefined) return undefined;
  return html`<section>
<h2>Did the source change while it was read?</h2>
<p>${hasChanged(drift) ? 'Yes' : 'No'}: ${drift.sentence}</p>
${hasChanged(drift) && html`<dl class="facts">${driftFacts(drift).map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`}
</section>`;
}

function driftFacts(drift: Drift): (readonly [string, string])[] {
  const { looks, moved, grown, totals, outcome } = drift;
  const outcomes = {
    settled: 'it came to rest',
    covered: 'never still, without a gap',
    open: 'never still, and records may be missing',
  } as const;
  return [
    ['In the end', outcomes[outcome]],
    ['Looks after loading', count(looks)],
    ['Ranges fetched again', count(moved)],
    ['Pages that were added', count(grown)],
    ...(totals ? [['Records by the source', `${count(totals[0])} → ${count(totals[1])}`] as const] : []),
  ];
}

/** The holes that an operator accepted. */
export function givenUpSection({ outcome }: ReportFacts): Html | undefined {
  const givenUp = outcome.state === 'failed' ? [] : outcome.manifest.givenUp;
  if (givenUp.length === 0) return undefined;
  return html`<section>
<h2>Given up</h2>
<p>${counted(givenUp.length, 'page range')} ${givenUp.length === 1 ? 'is' : 'are'} not in the table, by an operator’s decision.</p>
${table<GivenUp>(
  [
    { title: 'Range', value: (range) => rangeTag(range) },
    { title: 'Why', kind: 'long', value: ({ reason }) => reason },
    { title: 'By', value: ({ by }) => by },
    { title: 'When', value: ({ at }) => utc(Date.parse(at)) },
  ],
  givenUp.slice(0, mostRows),
)}${givenUp.length > mostRows && html`<p>and ${counted(givenUp.length - mostRows, 'other')}, in the manifest</p>`}
</section>`;
}

/** What went to the dead-letter queue, and why. */
export function deadSection({ dead, outcome }: ReportFacts): Html | undefined {
  if (dead.ranges === 0) return undefined;
  return html`<section>
<h2>Dead-letter queue</h2>
<p>${deadSentence(dead)}</p>
${table(
  [
    { title: 'Ranges', kind: 'number', value: ({ ranges }) => count(ranges) },
    { title: 'Still missing', kind: 'number', value: ({ missing }) => count(missing) },
    {
      title: 'Error',
      value: ({ error, status }) => html`<code>${error}</code>${status !== undefined && ` ${status}`}`,
    },
    { title: 'What was said', kind: 'long', value: ({ reason }) => reason },
    { title: 'Such as', value: ({ example }) => html`${rangeTag(example)}, ${utc(Date.parse(example.at))}` },
  ],
  dead.reasons,
)}
${dead.reasons.some(({ reason }) => reason.includes('#')) && html`<p>In what was said, # stands for what differs.</p>`}
${outcome.state === 'failed' && html`<p>To load what is missing, start over; messages of this run that are still in the dead-letter queue do no harm.</p>`}
</section>`;
}

function deadSentence({ ranges, read, reasons }: DeadReasons): string {
  const missing = reasons.reduce((sum, reason) => sum + reason.missing, 0);
  const went = `The messages of ${counted(ranges, 'page range')} went to the dead-letter queue at some time`;
  const some = read < ranges ? ` (the first ${count(read)} are counted here)` : '';
  return missing === 0
    ? `${went}${some}. All of them came later.`
    : `${went}${some}; ${counted(missing, 'range')} never came.`;
}
