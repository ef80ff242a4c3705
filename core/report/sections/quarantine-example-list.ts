import { pageName } from '../../extract/page/page-name';
import type { QuarantineExample } from '../gather/quarantine-examples';
import { type Html, html } from '../html';

/** A few records that did not fit, each with its reason. */
export function quarantineExampleList(
  examples: readonly QuarantineExample[],
  dataset: string,
): Html | undefined {
  if (examples.length === 0) return undefined;
  return html`<h3 class="part">Some of these records</h3>
<ul class="examples">${examples.map((example) => {
    const { column, reason, position, record } = example;
    return html`<li><b>${column ?? 'the whole record'}</b>: ${reason} <span class="where">${pageName(example, dataset)}, record ${position + 1}</span>
${record !== undefined && html`<code class="record" tabindex="0">${record}</code>`}</li>`;
  })}</ul>`;
}
