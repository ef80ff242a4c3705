import { type Clues, echoed } from './clues';
import { wholeNumber } from './json-tree';
import { changedParameters } from './next-links';
import { hasRole, parametersOf } from './parameter-names';

/** A parameter that may say which page is wanted. */
export interface Position {
  readonly type: 'page-number' | 'offset';
  readonly name: string;
  /** What the first page or record is called; undefined where it must be found out. */
  readonly first?: number | undefined;
  /** Nothing suggests it: then it counts for nothing unless it is tried. */
  readonly isGuess?: boolean;
}

/** The position that the link to the next page counts by. */
export function positionInLink(clues: Clues): Position | undefined {
  const { next, look, records } = clues;
  if (next === undefined) return undefined;
  for (const { name, value } of changedParameters(look.url, next.url)) {
    const number = wholeNumber(value);
    if (number === undefined) continue;
    const own = wholeNumber(look.url.searchParams.get(name) ?? undefined);
    if (hasRole(name, 'page') && (own === undefined ? number <= 2 && number >= 1 : number === own + 1))
      return { type: 'page-number', name, first: own === undefined ? number - 1 : Math.min(own, 1) };
    const begin = own ?? number - records.length;
    if (hasRole(name, 'offset') && number === begin + records.length && (own !== undefined || begin <= 1))
      return { type: 'offset', name, first: Math.min(begin, 1) };
  }
  return undefined;
}

/** Positions that the URL holds, or that the page repeats of its request. */
export function hintedPositions(clues: Clues): readonly Position[] {
  const positions: Position[] = [];
  const page = echoed(clues, 'page');
  const number = wholeNumber(page?.value);
  // Page 1 may be the second one; any other is one in the middle, of which nearly all sources count from 1.
  for (const { name, value } of parametersOf(clues.look.url, 'page'))
    positions.push({
      type: 'page-number',
      name,
      first: value === '1' ? undefined : Math.min(Number(value), 1),
    });
  for (const { name } of parametersOf(clues.look.url, 'offset'))
    positions.push({ type: 'offset', name, first: /index/i.test(name) ? 1 : 0 });
  if (page !== undefined && number !== undefined && number <= 1)
    positions.push({ type: 'page-number', name: pageParameterFor(page.name), first: number });
  const offset = echoed(clues, 'offset');
  const begin = wholeNumber(offset?.value);
  if (offset !== undefined && begin !== undefined && begin <= 1)
    positions.push({ type: 'offset', name: offset.name, first: begin });
  const known = new Set<string>();
  return positions.filter(({ name }) => !known.has(name) && known.add(name));
}

/** Spring's `number` and Laravel's `current_page` are asked for as `page`. */
function pageParameterFor(name: string): string {
  return /^(number|current_?page|pg)$/i.test(name) ? 'page' : name;
}
