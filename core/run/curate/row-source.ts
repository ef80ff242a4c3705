import type { Table } from '../../plan/plan';
import { identifier, literal } from '../../shape/sql/sql-text';
import { fromText, readStage } from '../../shape/stage/read-stage';
import type { ParquetWriting } from './curation-engine';

/** How rows of a format are carried from the objects to the merged files without being altered. */
export interface RowSource {
  /** SQL of a relation over files with the rows as they are carried: typed in Parquet, as texts else. */
  read(files: readonly string[]): string;
  /** The columns of that relation. */
  readonly columns: readonly string[];
  /** SQL of the key's columns over it, with their types. */
  readonly key: readonly string[];
  /** How COPY writes the relation again, with no more than so many rows in a row group. */
  copyOptions(mostRows: number): string;
  /** SQL of the relation without rows. */
  readonly nothing: string;
}

/** Bytes of a line at most, as in read-stage.ts. */
const longestLine = 64 * 1024 * 1024;

/**
 * Parquet is carried with its types. JSON lines are carried as lines and CSV as the texts of its fields, since to read and write them with their
 * types would need the dataset's definition, and their texts are exact already: what is written is what was read, byte by byte.
 */
export function rowSource(table: Table, parquet: ParquetWriting): RowSource {
  switch (table.extension) {
    case 'parquet':
      return parquetRows(table, parquet);
    case 'jsonl.gz':
    case 'jsonl.zst':
      return lines(table);
    case 'csv.gz':
    case 'csv.zst':
      return fields(table);
  }
}

function parquetRows(table: Table, { compression, rowGroupSize }: ParquetWriting): RowSource {
  const columns = table.columns.map(({ name }) => identifier(name));
  const typed = table.columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`);
  return {
    read: (files) => readStage(table, files),
    columns,
    key: table.key.map(identifier),
    copyOptions: (mostRows) =>
      `FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${Math.min(rowGroupSize, mostRows)}`,
    nothing: `SELECT ${typed.join(', ')} WHERE false`,
  };
}

/** A line has no control characters, as JSON escapes them: none of those that CSV could have is found in it. */
function lines(table: Table): RowSource {
  const types = typesOf(table);
  const asTheyAre = [`columns = {'line': 'VARCHAR'}`, 'header = false', `delim = '\x01'`, `quote = ''`];
  return {
    read: (files) => readTexts(table, files, [...asTheyAre, `escape = ''`]),
    columns: ['line'],
    key: table.key.map((name) => {
      const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return `CAST(json_extract_string(line, ${literal(pointer)}) AS ${types.get(name)})`;
    }),
    copyOptions: () => `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\n', ${compressed(table)}`,
    nothing: `SELECT '' AS line WHERE false`,
  };
}

function fields(table: Table): RowSource {
  const types = typesOf(table);
  const texts = table.columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`);
  const options = [
    `columns = {${texts.join(', ')}}`,
    'header = true',
    `delim = ','`,
    `quote = '"'`,
    `escape = '"'`,
    // "" is the empty text, and nothing at all is NULL
    'allow_quoted_nulls = false',
  ];
  const columns = table.columns.map(({ name }) => identifier(name));
  return {
    read: (files) => readTexts(table, files, options),
    columns,
    key: table.key.map((name) => {
      const type = types.get(name) ?? 'VARCHAR';
      return `CAST(${fromText(identifier(name), type, table.neutralised)} AS ${type})`;
    }),
    copyOptions: () => `FORMAT csv, HEADER true, ${compressed(table)}`,
    nothing: `SELECT ${columns.map((name) => `'' AS ${name}`).join(', ')} WHERE false`,
  };
}

function readTexts({ extension }: Table, files: readonly string[], options: readonly string[]): string {
  const every = [
    ...options,
    'auto_detect = false',
    `new_line = '\\n'`,
    `compression = ${extension.endsWith('.gz') ? `'gzip'` : `'zstd'`}`,
    `max_line_size = ${longestLine}`,
    `buffer_size = ${longestLine}`,
    'parallel = false',
    'hive_partitioning = false',
  ];
  return `read_csv([${files.map(literal).join(', ')}], ${every.join(', ')})`;
}

function compressed({ extension }: Table): string {
  return `COMPRESSION ${extension.endsWith('.gz') ? 'gzip' : 'zstd'}`;
}

function typesOf({ columns }: Table): ReadonlyMap<string, string> {
  return new Map(columns.map(({ name, type }) => [name, type]));
}
