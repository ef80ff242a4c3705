import type { Mask } from '../../source/column';
import { literal } from './sql-text';

/** The DuckDB variable that holds a salt; its value is bound, and so stands in no SQL text and no error. */
export function saltVariable(secret: string): string {
  return `salt ${secret}`;
}

/** SQL of what readers see instead of a text; NULL for NULL. mask-text.ts says the same in JavaScript. */
export function maskSql(mask: Mask, text: string): string {
  if (mask === 'drop') return 'CAST(NULL AS VARCHAR)';
  if (mask.type === 'sha256')
    return `sha256(getvariable(${literal(saltVariable(mask.salt.secret))}) || ${text})`;
  const { keepFirst = 0, keepLast = 0 } = mask;
  const hidden = `repeat('*', length(${text}) - ${keepFirst + keepLast})`;
  const partial = [
    ...(keepFirst > 0 ? [`left(${text}, ${keepFirst})`] : []),
    hidden,
    ...(keepLast > 0 ? [`right(${text}, ${keepLast})`] : []),
  ];
  return `CASE WHEN length(${text}) > ${keepFirst + keepLast} THEN ${partial.join(' || ')} ELSE repeat('*', length(${text})) END`;
}
