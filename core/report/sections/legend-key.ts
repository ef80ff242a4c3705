import { type Html, html } from '../html';

/** A mark of a chart's colour and what it stands for. */
export function legendKey(color: string, text: string, kind: 'line' | 'dashed' | 'dot' = 'line'): Html {
  return html`<span class="key ${kind}" style="--c: ${color}">${text}</span>`;
}
