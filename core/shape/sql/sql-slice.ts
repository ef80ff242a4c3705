import type { PageOrigin } from '../../extract/range/fetched-range';
import { literal } from './sql-text';

/**
 * The SQL text of a slice's parameter, by the `ordinal` of a record's page: one literal where all pages are of one slice, a list
 * of them else. NULL where a slice has no such parameter.
 */
export function sliceValue(parameter: string, origins: readonly PageOrigin[]): string {
  const values = origins.map(({ parameters }) => textOf(parameters[parameter]));
  const [first = 'CAST(NULL AS VARCHAR)'] = values;
  if (values.every((value) => value === first)) return first;
  return `([${values.join(', ')}])[ordinal + 1]`;
}

function textOf(value: string | number | undefined): string {
  return value === undefined ? 'CAST(NULL AS VARCHAR)' : literal(String(value));
}
