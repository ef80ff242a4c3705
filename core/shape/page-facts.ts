import { toTotal } from '../extract/page/total';
import type { PageLayout } from './sql/sql-pages';

/** What one page says about itself, as DuckDB read it. */
export interface PageFacts {
  /** From 0. */
  readonly ordinal: number;
  /** Undefined where the page has no array of records. */
  readonly records: number | undefined;
  readonly total: string | undefined;
  /** Hash of the first record's text; undefined where there is no record. */
  readonly firstRecord: string | undefined;
}

/** What the pages of a range say together. */
export interface RangeFacts {
  readonly recordsPerPage: number[];
  /** One per page, so that pages that begin alike can be told. */
  readonly firstRecords: (string | undefined)[];
  /** Undefined where no total is read from bodies, or there is no page. */
  readonly totals: { readonly min: number; readonly max: number } | undefined;
}

/** Undefined where a page is missing, has no records array or no usable total: inspectPages finds out which, and why. */
export function rangeFacts(
  facts: readonly PageFacts[],
  pages: number,
  layout: PageLayout,
): RangeFacts | undefined {
  const recordsPerPage: number[] = [];
  const firstRecords: (string | undefined)[] = [];
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { ordinal, records, total: text, firstRecord } of facts) {
    if (records === undefined || ordinal !== recordsPerPage.length) return undefined;
    recordsPerPage.push(records);
    firstRecords.push(firstRecord);
    if (layout.total === undefined) continue;
    // DuckDB writes the JSON number 1e3 as 1000.0
    const total = toTotal(text?.replace(/\.0$/, ''));
    if (total === undefined) return undefined;
    min = Math.min(min, total);
    max = Math.max(max, total);
  }
  if (recordsPerPage.length !== pages) return undefined;
  const hasTotals = layout.total !== undefined && pages > 0;
  return { recordsPerPage, firstRecords, totals: hasTotals ? { min, max } : undefined };
}
