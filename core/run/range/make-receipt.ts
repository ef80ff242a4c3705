import { createHash } from 'node:crypto';
import type { FetchedRange } from '../../extract/range/fetched-range';
import type { PageRange } from '../../plan/plan';
import type { ShapedRange } from '../../shape/shape-range';
import type { Dataset } from '../../source/source';
import type { PageMessage } from './page-message';
import type { Receipt } from './receipt';

/** What one attempt at a range did. */
export interface AttemptFacts {
  readonly dataset: Dataset;
  readonly message: PageMessage;
  readonly attempt: string;
  readonly fetched: FetchedRange;
  readonly shaped: ShapedRange;
}

/** Where the attempt wrote what, besides its stage object. */
export type ReceiptLinks = { readonly [Link in 'raw' | 'quarantine' | 'observations']: Receipt[Link] };

/** The receipt of a range, but for what follows. */
export function makeReceipt(
  { dataset, message, attempt, fetched, shaped }: AttemptFacts,
  links: ReceiptLinks,
): Omit<Receipt, 'next'> {
  const { range, definition } = message;
  return {
    definition,
    attempt,
    fetchedAt: fetched.fetchedAt,
    fetchMilliseconds: fetched.milliseconds,
    firstPage: firstPage(range),
    // Pages of a grid are asked for, whether they are still there or not.
    pages: range.type === 'pages' ? range.pages : fetched.origins.length,
    requests: fetched.requests,
    throttled: orAbsent(fetched.throttled),
    retries: orAbsent(fetched.retries),
    latency: fetched.latency && [...fetched.latency],
    bytesReceived: fetched.bytes,
    received: shaped.received,
    added: orAbsent(shaped.added),
    staged: shaped.staged,
    quarantined: shaped.quarantined,
    filtered: shaped.filtered,
    firstKey: shaped.firstKey,
    lastKey: shaped.lastKey,
    uniqueKeys: shaped.uniqueKeys ? true : undefined,
    keysDigest: shaped.keysDigest,
    firstRecord: recordMark(dataset, { fetched, shaped }, 0),
    lastRecord: recordMark(dataset, { fetched, shaped }, lastOrdinal(range, fetched)),
    totals: bothTotals(shaped.totals, fetched.totals),
    planned: plannedTotal(range, fetched),
    begins: begins(range) ? true : undefined,
    expected: fetched.expected,
    ...links,
  };
}

/** Position of the body of the last page; -1 where that page was not there. */
function lastOrdinal(range: PageRange, { origins }: FetchedRange): number {
  const last = origins.length - 1;
  return range.type === 'pages' && origins[last]?.page !== range.firstPage + range.pages - 1 ? -1 : last;
}

/** A receipt has little room, and most counts of what went wrong are 0. */
function orAbsent(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

/** Of a grid, the plan or the lead before it knows the total. */
function begins(range: PageRange): boolean {
  return range.type === 'lead' || (range.type === 'chain' && range.position.page === 0);
}

function firstPage(range: PageRange): number | undefined {
  if (range.type === 'lead') return undefined;
  return range.type === 'chain' ? range.position.page : range.firstPage;
}

/** The first range of a chain is held against what its own first page said. A lead has a total for each of its slices. */
function plannedTotal(range: PageRange, { expected }: FetchedRange): number | undefined {
  if (range.type === 'lead') return undefined;
  return range.type === 'chain' ? (range.position.total ?? expected) : range.total;
}

type Totals = Receipt['totals'];

function bothTotals(a: Totals, b: Totals): Totals {
  if (!a || !b) return a ?? b;
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/**
 * A hash of the record that a page begins with. Where the slice is part of a record's key, the same text in another
 * slice is another record, so the slice is part of the hash.
 */
function recordMark(
  { key, columns }: Dataset,
  { fetched, shaped }: Pick<AttemptFacts, 'fetched' | 'shaped'>,
  ordinal: number,
): string | undefined {
  const first = shaped.firstRecords[ordinal];
  const origin = fetched.origins[ordinal];
  if (first === undefined || origin === undefined) return undefined;
  const sliced = key.some((name) => columns[name]?.options.slice !== undefined);
  const identity = sliced ? `${first} ${JSON.stringify(origin.parameters)}` : first;
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}
