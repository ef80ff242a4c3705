import type { PageOrigin } from '../../extract/range/fetched-range';
import type { LineageColumn } from '../../source/source';
import { literal } from '../sql/sql-text';
import { sqlType } from '../type/sql-type';
import { lineageType } from './lineage-type';

/** Where the rows of a range come from. */
export interface RowOrigins {
  readonly runId: string;
  /** One per body in the range's file. */
  readonly origins: readonly PageOrigin[];
}

/**
 * SQL of a lineage column's value by the `ordinal` of the row's page: one literal where all pages agree, a sum where pages follow each
 * other as those of a grid do, and a list of literals else, which DuckDB folds into one constant: a row costs the same at any number of pages.
 */
export function lineage(column: LineageColumn, { runId, origins }: RowOrigins): string {
  const type = sqlType(lineageType(column));
  switch (column) {
    case '_run_id':
      return `CAST(${literal(runId)} AS ${type})`;
    case '_slice':
      return byPage(
        origins.map(({ slice }) => literal(slice)),
        type,
      );
    case '_page':
      return pageOf(
        origins.map(({ page }) => page),
        type,
      );
    case '_fetched_at':
      return byPage(
        origins.map(({ fetchedAt }) => literal(fetchedAt)),
        type,
      );
  }
}

function pageOf(pages: readonly number[], type: string): string {
  const [first = 0] = pages;
  if (pages.length > 1 && pages.every((page, ordinal) => page === first + ordinal))
    return `CAST(ordinal + ${first} AS ${type})`;
  return byPage(pages.map(String), type);
}

function byPage(values: readonly string[], type: string): string {
  const [first = 'NULL'] = values;
  if (values.every((value) => value === first)) return `CAST(${first} AS ${type})`;
  return `(CAST([${values.join(', ')}] AS ${type}[]))[ordinal + 1]`;
}
