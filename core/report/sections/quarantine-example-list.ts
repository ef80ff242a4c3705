import type { QuarantineExample } from '../gather/quarantine-examples';
import { type Html, html } from '../html';
import { recordPlace } from '../record-place';

/** A few records that did not fit, each with its reason. */
export function quarantineExampleList(
  examples: readonly QuarantineExample[],
  dataset: string,
): Html | undefined {
  if (examples.length === 0) return undefined;
  return html`<h3 class="part">Some of these records</h3>
<ul class="examples">${examples.map((example) => {
    const { column, reason, record } = example;
    return html`<li><b>${column ?? 'the whole record'}</b>: ${reason} <span class="where">${recordPlace(example, dataset)}</span>
${record !== undefined && html`<code class="record" tabindex="0">${record}</code>`}</li>`;
  })}</ul>`;
}
