import { manifestKey, planKey, verificationKey } from '../run/keys';
import type { ReportFacts } from './gather/report-facts';
import { Html, html } from './html';
import { lakeLink } from './range-label';
import { checksSection } from './sections/checks-section';
import { costSection } from './sections/cost-section';
import { factsSection } from './sections/facts-section';
import { deadSection, driftSection, givenUpSection } from './sections/holes-section';
import { noticedSection } from './sections/noticed-section';
import { recordsSection } from './sections/records-section';
import { sourceSection } from './sections/source-section';
import { verdictSection } from './sections/verdict-section';
import { style } from './style';
import { documentTitle, verdictOf } from './verdict';
import { utc } from './words';

/** Nothing is loaded and nothing runs, whatever may have got into the page. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The report as one HTML document that needs nothing else. */
export function reportPage(facts: ReportFacts): string {
  const verdict = verdictOf(facts);
  const { source, dataset, runId } = facts.outcome.plan;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${documentTitle(facts, verdict)}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<main>
<p class="eyebrow">${source} / ${dataset} · run ${runId}</p>
${verdictSection(verdict)}
${factsSection(facts)}
${checksSection(facts)}
${driftSection(facts)}
${givenUpSection(facts)}
${deadSection(facts)}
${recordsSection(facts)}
${noticedSection(facts)}
${sourceSection(facts)}
${costSection(facts)}
${footer(facts)}
</main>
</body>
</html>
`.text;
}

function footer({ outcome, verification, writtenAt }: ReportFacts): Html {
  const { plan } = outcome;
  const documents = [
    { name: 'plan.json', key: planKey(plan) },
    ...(outcome.state === 'failed' ? [] : [{ name: 'manifest.json', key: manifestKey(plan) }]),
    ...(verification ? [{ name: 'verification.json', key: verificationKey(plan) }] : []),
  ];
  return html`<footer>
<ul>${documents.map(({ name, key }) => html`<li><a href="${lakeLink(key)}">${name}</a></li>`)}</ul>
<p>Watermark ${utc(Date.parse(plan.watermark))}, taken before the first page was asked for. Report written ${utc(writtenAt.getTime())}.</p>
</footer>`;
}
