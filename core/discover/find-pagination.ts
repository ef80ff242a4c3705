import type { PaginationInput } from '../source/input/pagination-input';
import type { Path } from '../source/path';
import { type Clues, cluesOf, echoed, saysComplete, sizeInUrl } from './clues';
import { findCursor, findKeyset, findNextLink, unconfirmedLink } from './find-chain';
import { findCountable } from './find-countable';
import { hasExtent } from './find-extent';
import { halve } from './find-page-size';
import { type FoundPagination, sure } from './found-pagination';
import { wholeNumber } from './json-tree';
import type { Inquiry, Look } from './look';
import { hintedPositions, type Position, positionInLink } from './positions';
import { withoutPages } from './without-pages';

/** What is tried where a page says nothing of others. */
const guesses: readonly Position[] = [
  { type: 'page-number', name: 'page', isGuess: true },
  { type: 'offset', name: 'offset', first: 0, isGuess: true },
  { type: 'offset', name: 'skip', first: 0, isGuess: true },
];

/**
 * Finds out how the pages of a list are asked for: first by what the first page says, then by what is usual. Nothing counts as known
 * before another page came that holds other records of the same shape.
 */
export function* findPagination(look: Look, path: Path): Inquiry<FoundPagination> {
  const clues = cluesOf(look, path);
  if (!saysComplete(clues)) return (yield* findByPages(clues)) ?? (yield* withoutPages(clues));
  const half = yield* halve(clues);
  if (half !== undefined) {
    const found = yield* findByPages(cluesOf(half.look, path));
    if (found !== undefined) return withOwnSize(found, clues, half.name);
  }
  const [hinted] = hintedPositions(clues);
  const unconfirmed = hinted && (yield* findCountable(clues, hinted));
  return unconfirmed ?? unconfirmedLink(clues) ?? (yield* withoutPages(clues));
}

function* findByPages(clues: Clues): Inquiry<FoundPagination | undefined> {
  const linked = hasExtent(clues) ? positionInLink(clues) : undefined;
  const byLinkedPosition = linked && (yield* findCountable(clues, linked));
  if (byLinkedPosition) return byLinkedPosition;
  const byLink = yield* findNextLink(clues);
  if (byLink) return byLink;
  const hinted = hintedPositions(clues);
  for (const position of hinted) {
    const found = yield* findCountable(clues, position);
    if (found) return found;
  }
  const byCursor = (yield* findCursor(clues)) ?? (yield* findKeyset(clues));
  if (byCursor) return byCursor;
  for (const position of odata(clues).filter(({ name }) => !hinted.some((one) => one.name === name))) {
    const found = yield* findCountable(clues, position);
    if (found) return found;
  }
  return undefined;
}

/** OData counts by $skip (OData 4.01, part 2, section 5.1.6). */
function odata(clues: Clues): readonly Position[] {
  const isOData = clues.facts.some(({ name }) => name.startsWith('@odata.'));
  return isOData ? [{ type: 'offset', name: '$skip', first: 0, isGuess: true }] : guesses;
}

/** Paging was tried with half pages; the file asks for whole ones. */
function withOwnSize(found: FoundPagination, clues: Clues, name: string): FoundPagination {
  const echo = wholeNumber(echoed(clues, 'size')?.value);
  const pageSize = sizeInUrl(clues)?.value ?? echo ?? clues.records.length;
  const { pagination } = found;
  const findings = found.findings.filter(({ subject }) => subject !== 'page size');
  const given = `${name}=${Math.ceil(clues.records.length / 2)} gives as many records`;
  return {
    ...found,
    pagination: sized(pagination, pageSize),
    findings: [...findings, sure('page size', given)],
  };
}

function sized(pagination: PaginationInput, pageSize: number): PaginationInput {
  return 'pageSize' in pagination && pagination.pageSize !== undefined
    ? { ...pagination, pageSize }
    : pagination;
}
