import { literal } from '../sql/sql-text';
import { amidWhite, isBlank } from './cleaned';

/**
 * SQL that is true for a text that is NULL, passes one of the conditions, or is nothing but white space, and false for any other; the
 * conditions may be NULL. As a CASE, since DuckDB (1.5.5) evaluates all of AND, OR and coalesce for every value unless it stands in WHEN.
 */
export function either(text: string, ...conditions: readonly string[]): string {
  const [usual, ...others] = conditions;
  const rest = [...others, isBlank(text)].map((condition) => `WHEN ${condition} THEN true`);
  return `CASE WHEN ${text} IS NULL OR (${usual}) THEN true ${rest.join(' ')} ELSE false END`;
}

/** Whether a text matches a regular expression (RE2) as a whole, white space at both ends aside. */
export function matches(text: string, pattern: string): string {
  return `regexp_full_match(${text}, ${literal(amidWhite(pattern))})`;
}
