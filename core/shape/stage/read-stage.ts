import type { Table } from '../../plan/plan';
import { identifier, literal } from '../sql/sql-text';
import { formula } from './as-text';

/** What must be known of a table to read its objects. */
export type ReadTable = Pick<Table, 'extension' | 'columns' | 'neutralised'>;

/**
 * SQL of a relation over stage files, in every format with the table's columns, types and values, exactly. `files` are paths or a glob. The
 * session's time zone must be UTC. Of a pointer that is too old to name columns, those that the files have.
 */
export function readStage(table: ReadTable, files: string | readonly string[]): string {
  const paths = typeof files === 'string' ? literal(files) : `[${files.map(literal).join(', ')}]`;
  switch (table.extension) {
    case 'parquet':
      return `read_parquet(${paths}, hive_partitioning = false)`;
    case 'jsonl.gz':
    case 'jsonl.zst':
      return jsonLines(table, paths);
    case 'csv.gz':
    case 'csv.zst':
      return csv(table, paths);
  }
}

/**
 * Bytes of a line at most: as many as a page's body may have by default, and twice that in CSV, which doubles the quotes of JSON texts. DuckDB
 * takes twice the one and once the other from its memory.
 */
const longest = { jsonLine: 32 * 1024 * 1024, csvLine: 64 * 1024 * 1024 };

function jsonLines({ extension, columns }: ReadTable, paths: string): string {
  const types = columns.map(({ name, type }) => `${literal(name)}: ${literal(type)}`);
  const options = [
    `columns = {${types.join(', ')}}`,
    `format = 'newline_delimited'`,
    `compression = ${compression(extension)}`,
    `maximum_object_size = ${longest.jsonLine}`,
    'hive_partitioning = false',
  ];
  return `read_json(${paths}, ${options.join(', ')})`;
}

/** Everything is said rather than detected, so that no text is taken for a date, a comment or another delimiter. */
function csv({ extension, columns, neutralised }: ReadTable, paths: string): string {
  const types = columns.map(
    ({ name, type }) => `${literal(name)}: ${literal(hasParts(type) ? 'VARCHAR' : type)}`,
  );
  const options = [
    `columns = {${types.join(', ')}}`,
    'auto_detect = false',
    'header = true',
    `delim = ','`,
    `quote = '"'`,
    `escape = '"'`,
    `new_line = '\\n'`,
    // "" is the empty text, and nothing at all is NULL
    'allow_quoted_nulls = false',
    `compression = ${compression(extension)}`,
    `max_line_size = ${longest.csvLine}`,
    `buffer_size = ${longest.csvLine}`,
    'parallel = false',
    'hive_partitioning = false',
  ];
  const values = columns.map(
    ({ name, type }) => `${fromText(identifier(name), type, neutralised)} AS ${identifier(name)}`,
  );
  return `(SELECT ${values.join(', ')} FROM read_csv(${paths}, ${options.join(', ')}))`;
}

/** SQL of a value of a column by the text that stands for it in CSV. */
export function fromText(value: string, type: string, neutralised: true | undefined): string {
  if (hasParts(type)) return `CAST(CAST(${value} AS JSON) AS ${type})`;
  if (type !== 'VARCHAR' || !neutralised) return value;
  return `CASE WHEN starts_with(${value}, '''') AND regexp_matches(${value}, ${formula}) THEN ${value}[2:] ELSE ${value} END`;
}

/** Whether a type is a list, a struct or a map, by DuckDB's name of it. */
function hasParts(type: string): boolean {
  return /^(STRUCT|MAP)\(|\[\]$/.test(type);
}

function compression(extension: Table['extension']): string {
  return extension.endsWith('.gz') ? `'gzip'` : `'zstd'`;
}
