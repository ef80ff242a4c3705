import { toJsonPath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { keepsDigits } from '../type/keeps-digits';
import type { Field } from './field';

/** Types that a bare number is read for by its digits; a text column that was sent a number shows them all. */
export function digitsKept(
  { column: { columnType }, origin, raw }: Field,
  { transform }: Dataset,
): string | undefined {
  const place = jsonOf(origin, transform !== undefined);
  if (place === undefined) return undefined;
  const kept = keepsDigits(raw, place.json, toJsonPath(place.path));
  switch (columnType.type) {
    case 'decimal':
    case 'hugeint':
      return kept;
    case 'timestamp':
      return columnType.format?.startsWith('epoch-') ? kept : undefined;
    case 'varchar':
      // Longer than what is certain, and beginning with '-' to '9': no other text is looked at
      return `CASE WHEN strlen(${raw}) > 16 AND ${raw} < ':' AND ${raw} >= '-' THEN ${sureNumber(raw)} OR ${kept} ELSE true END`;
    default:
      return undefined;
  }
}

/** A text that begins like a number and is none. */
function sureNumber(text: string): string {
  return `NOT regexp_full_match(${text}, '-?[0-9]+\\.?[0-9]*([eE][+-]?[0-9]+)?')`;
}

function jsonOf(origin: Field['origin'], transformed: boolean) {
  switch (origin.from) {
    case 'record':
      return { json: 'record$', path: origin.path };
    case 'element':
      return { json: 'item$', path: origin.path };
    case 'page':
      // The texts of transformed pages are exact: JavaScript took them from the body itself
      return transformed ? undefined : { json: `page_json$[${origin.index + 1}]`, path: [] };
    default:
      return undefined;
  }
}
