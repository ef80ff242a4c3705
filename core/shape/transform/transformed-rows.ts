import type { PagesFile } from '../sql/sql-pages';
import { literal } from '../sql/sql-text';

/**
 * A query with one row per record of a file that transformPages wrote, in order: `ordinal` of the page and `position` of the source's record
 * in it, both from 0, `element` (index among the records made of it, NULL where it is the only one), `record` (JSON) and
 * `page_values` (VARCHAR[], in the order of the columns with the option `page`; JSON as DuckDB writes it, as in pagesQuery). A bare integer keeps all its digits (DuckDB 1.5.5).
 */
export function transformedRows({ path, maximumBodyBytes }: PagesFile): string {
  const columns = `{"values": 'STRUCT(t VARCHAR, j JSON)[]', records: 'STRUCT(p BIGINT, e BIGINT, r JSON)[]'}`;
  const options = `format = 'newline_delimited', records = true, maximum_object_size = ${maximumBodyBytes}, columns = ${columns}`;
  const values = `list_transform("values", lambda value: coalesce(value.t, CAST(value.j AS VARCHAR)))`;
  const pages = `SELECT row_number() OVER () - 1 AS ordinal, ${values} AS page_values, records FROM read_json(${literal(path)}, ${options})`;
  const items = `SELECT ordinal, page_values, unnest(records) AS item FROM (${pages})`;
  return `SELECT ordinal, item.p AS position, item.e AS element, item.r AS record, page_values FROM (${items})`;
}
