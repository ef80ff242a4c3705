import { formatPath, type Path } from '../source/path';
import { envelopeOf, type Fact } from './envelope';
import { type Json, wholeNumber } from './json-tree';
import { type Look, recordsOf } from './look';
import { type PageLink, pageLink } from './next-links';
import { hasRole, parametersOf } from './parameter-names';
import { type Total, totalsOn } from './totals';

/** All that a first page says about paging. */
export interface Clues {
  readonly look: Look;
  readonly path: Path;
  readonly records: readonly Json[];
  readonly facts: readonly Fact[];
  readonly totals: readonly Total[];
  readonly next: PageLink | undefined;
  readonly last: PageLink | undefined;
  /** A flag that is true while pages follow: its path, and what it says here. */
  readonly flag: { readonly path: string; readonly value: boolean } | undefined;
}

const flagNames = [
  'hasmore',
  'hasnext',
  'hasnextpage',
  'more',
  'moreitems',
  'moreavailable',
  'hasmoreitems',
  'morerecords',
];

/** Reads what a page says about paging. */
export function cluesOf(look: Look, path: Path): Clues {
  const facts = envelopeOf(look.body, path);
  const flag = facts.find(({ plain, value }) => flagNames.includes(plain) && typeof value === 'boolean');
  return {
    look,
    path,
    records: recordsOf(look, path) ?? [],
    facts,
    totals: totalsOn(look, facts),
    next: pageLink('next', look, facts),
    last: pageLink('last', look, facts),
    flag: flag && { path: formatPath(flag.path), value: flag.value === true },
  };
}

/** How many records the page itself says there are, where that is not less than it holds. */
export function saidTotal({ totals, records }: Clues): number | undefined {
  return totals.find(({ counts, value }) => counts === 'records' && value >= records.length)?.value;
}

/** Whether nothing suggests that there is more than this page: a total that is no larger, a flag that is false. */
export function saysComplete(clues: Clues): boolean {
  if (clues.next !== undefined || clues.flag?.value) return false;
  const total = saidTotal(clues);
  const pages = clues.totals.find(({ counts }) => counts === 'pages');
  return (
    total === clues.records.length ||
    clues.flag?.value === false ||
    (total === undefined && pages?.value === 1)
  );
}

/** A whole number that a body repeats of its request, by the parameter's role: `page: 1`, `startAt: 0`, `per_page: 50`. */
export function echoed(clues: Clues, role: 'page' | 'offset' | 'size'): Fact | undefined {
  return clues.facts.find(({ name, plain, value }) => {
    const number = wholeNumber(value);
    if (number === undefined || value === null) return false;
    // Spring calls the page's number so.
    if (role === 'page' && plain === 'number') return clues.facts.some((one) => one.plain === 'totalpages');
    if (!hasRole(name, role)) return false;
    // A `count` or `size` that differs from what came, and is a total elsewhere, is no page size.
    return (
      role !== 'size' ||
      (number >= clues.records.length && number > 0 && plain !== 'count' && plain !== 'pagecount')
    );
  });
}

/** The page size that the URL asks for. */
export function sizeInUrl({ look }: Clues): { readonly name: string; readonly value: number } | undefined {
  const [found] = parametersOf(look.url, 'size');
  return found && Number(found.value) > 0 ? { name: found.name, value: Number(found.value) } : undefined;
}
