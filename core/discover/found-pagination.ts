import type { PaginationInput } from '../source/input/pagination-input';
import type { Finding, Look } from './look';

/** How pages are asked for, how that is known, and the pages that were seen on the way. */
export interface FoundPagination {
  readonly pagination: PaginationInput;
  readonly findings: readonly Finding[];
  /** Pages besides the first. */
  readonly looks: readonly Look[];
  /** Query parameters that are the pagination's, so not the request's. */
  readonly parameters: readonly string[];
}

/** A finding that needs no second look. */
export function sure(subject: Finding['subject'], text: string): Finding {
  return { subject, sure: true, text };
}

/** A finding that somebody should check. */
export function unsure(subject: Finding['subject'], text: string): Finding {
  return { subject, sure: false, text };
}
