import type { Probe } from './probe';

/** How much there is of a dataset: a number that is known, or a span within which it lies. */
export interface Span {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

/** How much a dataset holds, and how that is known. */
export interface ForecastExtent {
  readonly records: Span;
  readonly pages: Span;
  /**
   * 'said': the source says how much there is. 'read': everything was read. 'slices': reckoned from the slices that were looked at. 'unknown': nothing
   * tells, and the numbers are those of a thousand records.
   */
  readonly known: 'said' | 'read' | 'slices' | 'unknown';
}

/** What numbers are given for, where nobody knows how much there is. */
export const recordsWhereUnknown = 1000;

/** How much a dataset holds, as far as a few of its pages tell. */
export function forecastExtent(probe: Probe): ForecastExtent {
  const sized = probe.seen.filter(({ records, pages }) => records !== undefined && pages !== undefined);
  if (sized.length === 0 || sized.length < probe.seen.length) return unknownExtent(probe);
  const records = sized.map((slice) => slice.records ?? 0);
  const pages = sized.map((slice) => Math.max(1, slice.pages ?? 1));
  if (sized.length >= probe.slices.length) {
    const read = sized.every(({ known }) => known === 'read');
    return {
      records: exactly(total(records)),
      pages: exactly(total(pages)),
      known: read ? 'read' : 'said',
    };
  }
  const rest = probe.slices.length - sized.length;
  return { records: spread(records, rest), pages: spread(pages, rest), known: 'slices' };
}

function unknownExtent({ records, pages }: Probe): ForecastExtent {
  const perPage = Math.max(1, records / Math.max(1, pages));
  return {
    records: exactly(recordsWhereUnknown),
    pages: exactly(Math.ceil(recordsWhereUnknown / perPage)),
    known: 'unknown',
  };
}

/** A number that is known. */
export function exactly(value: number): Span {
  return { low: value, likely: value, high: value };
}

/** The slices that were looked at, and as many others as the smallest, the average or the largest of them. */
function spread(seen: readonly number[], others: number): Span {
  const sum = total(seen);
  return {
    low: sum + others * Math.min(...seen),
    likely: Math.round(sum + (others * sum) / seen.length),
    high: sum + others * Math.max(...seen),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
