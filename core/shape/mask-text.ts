import { createHash } from 'node:crypto';
import type { Mask } from '../source/column';

/**
 * What readers see instead of a text; undefined for nothing at all. `salts` are values by the names of their secrets. Of a text that has no
 * more characters than a partial mask keeps, none is kept: it would be shown as a whole. Throws a TypeError where a salt is missing.
 */
export function maskText(mask: Mask, text: string, salts: ReadonlyMap<string, string>): string | undefined {
  if (mask === 'drop') return undefined;
  if (mask.type === 'sha256') {
    const salt = salts.get(mask.salt.secret);
    if (salt === undefined) throw new TypeError(`the salt '${mask.salt.secret}' has not been read`);
    return createHash('sha256').update(`${salt}${text}`, 'utf8').digest('hex');
  }
  const { keepFirst = 0, keepLast = 0 } = mask;
  const characters = [...text];
  const hidden = characters.length - keepFirst - keepLast;
  if (hidden <= 0) return '*'.repeat(characters.length);
  const first = characters.slice(0, keepFirst).join('');
  return `${first}${'*'.repeat(hidden)}${characters.slice(keepFirst + hidden).join('')}`;
}
