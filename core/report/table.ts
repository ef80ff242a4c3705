import { type Html, type HtmlValue, html } from './html';

/** 'number' stands to the right; 'long' is text of any length, which takes the room that is left. */
type ColumnKind = 'number' | 'long' | 'short';

export interface Column<Row> {
  readonly title: string;
  /** @default 'short' */
  readonly kind?: ColumnKind;
  value(row: Row): HtmlValue;
}

/** A table that becomes a list on a phone, each value with its title before it. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  return html`<div class="table"><table class="stacked">
<thead><tr>${columns.map(({ title, kind = 'short' }) => html`<th scope="col" class="${kind}">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column) => cell(column, row))}</tr>\n`)}</tbody>
</table></div>`;
}

function cell<Row>({ title, kind = 'short', value }: Column<Row>, row: Row): Html {
  return html`<td data-label="${title}" class="${kind}">${value(row)}</td>`;
}
