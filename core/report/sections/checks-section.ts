import type { Check, CheckName } from '../../run/verify/verification';
import type { ReportFacts } from '../gather/report-facts';
import { hasChanged } from '../has-changed';
import { type Html, html } from '../html';
import { readAgain, whyAgain } from '../read-again';
import { count } from '../words';

const titles: Readonly<Record<CheckName, string>> = {
  definition: 'One definition',
  ranges: 'Every page range',
  pages: 'Every page',
  'records-accounted': 'Every record accounted for',
  'source-total': 'The source’s own total',
  drift: 'A source that stands still',
  'unique-keys': 'No key twice',
  'key-ranges': 'Key ranges',
  'repeated-pages': 'No page twice',
  checksums: 'Checksums',
  quarantine: 'Quarantine',
  'given-up': 'Given up',
  shrink: 'As much as before',
  base: 'The table it is merged into',
};

const marks: Readonly<Record<Check['outcome'], readonly [mark: string, tone: string, meaning: string]>> = {
  passed: ['✓', 'good', 'passed'],
  warned: ['!', 'warned', 'warning'],
  failed: ['✗', 'bad', 'failed'],
  skipped: ['–', 'skipped', 'does not apply'],
};

/** What verification proved. */
export function checksSection(facts: ReportFacts): Html {
  const { verification, outcome } = facts;
  return html`<section>
<h2>Is it all there?</h2>
${verification ? checks(verification.checks, facts) : html`<p>${unverified(outcome.state)}</p>`}
</section>`;
}

function checks(checks: readonly Check[], facts: ReportFacts): Html {
  return html`<ul class="checks">${checks.map((check) => {
    const { name, outcome, sentence } = check;
    const [mark, tone, meaning] = marks[outcome];
    return html`<li class="${tone}"><span class="mark" role="img" aria-label="${meaning}">${mark}</span><span><b>${titleOf(check, facts)}</b> · ${sentence}${partsOf(name, facts)}</span></li>`;
  })}</ul>`;
}

function titleOf({ name, outcome }: Check, facts: ReportFacts): string {
  return name === 'drift' ? driftTitle(outcome, facts) : titles[name];
}

/** Of a run that was not looked at again, nobody can say that the source stood still. */
function driftTitle(result: Check['outcome'], { outcome }: ReportFacts): string {
  const drift = outcome.state === 'failed' ? undefined : outcome.manifest.drift;
  if (result === 'skipped') return titles.drift;
  if (result !== 'passed') return 'The source changed';
  if (drift === undefined) return 'No change was noticed';
  return hasChanged(drift) ? 'The source came to rest' : 'The source stood still';
}

/** Which of the ranges or pages that were counted are the run's own, and which were read again. */
function partsOf(name: CheckName, facts: ReportFacts): string {
  if (name !== 'ranges' && name !== 'pages') return '';
  const again = readAgain(facts, name);
  if (again === 0) return '';
  return `: ${count(facts.sums[name])} that the table is made of, and ${count(again)} read again ${whyAgain(facts)}`;
}

function unverified(state: ReportFacts['outcome']['state']): string {
  if (state === 'failed') return 'No: pages are missing, so there was nothing to verify.';
  return 'The run’s verification.json is not there; what it came to stands at the top.';
}
