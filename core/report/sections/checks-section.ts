import type { Check, CheckName } from '../../run/verification';
import type { ReportFacts } from '../gather/report-facts';
import { type Html, html } from '../html';

const titles: Readonly<Record<CheckName, string>> = {
  definition: 'One definition',
  ranges: 'Every page range',
  pages: 'Every page',
  'records-accounted': 'Every record accounted for',
  'source-total': 'The source’s own total',
  drift: 'The source stood still',
  'unique-keys': 'No key twice',
  'key-ranges': 'Key ranges',
  'repeated-pages': 'No page twice',
  checksums: 'Checksums',
  quarantine: 'Quarantine',
  'given-up': 'Nothing given up',
};

const marks: Readonly<Record<Check['outcome'], readonly [mark: string, tone: string, meaning: string]>> = {
  passed: ['✓', 'good', 'passed'],
  warned: ['!', 'warned', 'warning'],
  failed: ['✗', 'bad', 'failed'],
  skipped: ['–', 'skipped', 'does not apply'],
};

/** What verification proved. */
export function checksSection({ verification, outcome }: ReportFacts): Html {
  return html`<section>
<h2>Is it all there?</h2>
${verification ? checks(verification.checks) : html`<p>${unverified(outcome.state)}</p>`}
</section>`;
}

function checks(checks: readonly Check[]): Html {
  return html`<ul class="checks">${checks.map(({ name, outcome, sentence }) => {
    const [mark, tone, meaning] = marks[outcome];
    return html`<li class="${tone}"><span class="mark" role="img" aria-label="${meaning}">${mark}</span><span><b>${titles[name]}</b> · ${sentence}</span></li>`;
  })}</ul>`;
}

function unverified(state: ReportFacts['outcome']['state']): string {
  if (state === 'failed') return 'No: pages are missing, so there was nothing to verify.';
  return 'The run’s verification.json is not there; what it came to stands at the top.';
}
