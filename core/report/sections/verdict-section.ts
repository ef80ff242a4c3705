import { type Html, type HtmlValue, html } from '../html';
import type { Verdict } from '../verdict';

/** What became of the run, why, and what to do. */
export function verdictSection({ tone, title, sentence, reasons, advice }: Verdict): Html {
  return html`<div class="verdict ${tone}">
<h1>${title}</h1>
<p>${sentence}</p>
${reasons.length > 0 && html`<h3>Why</h3>${list(reasons)}`}
${advice.length > 0 && html`<h3>What to do</h3>${list(advice.map(withCommands))}`}
</div>`;
}

function list(items: readonly HtmlValue[]): Html {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** The sentence, with what can be typed into a terminal set as such. */
function withCommands(sentence: string): HtmlValue {
  return sentence
    .split(/(npx baseload [\w -]+)/)
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}
