import type { CsvFormat, Dataset, JsonLinesFormat, ParquetFormat } from '../../source/source';
import { bareNumbers, type Marks } from '../sql/marks';
import { identifier, literal } from '../sql/sql-text';
import { csvValue, jsonValue } from './as-text';
import { type TableColumn, tableColumns } from './table';

/**
 * The statement that writes the rows of `query`, which selects exactly the table's columns with their types, to a stage file; it
 * changes as many rows as it wrote. What each type is in JSON lines and CSV is said in as-text.ts.
 *
 * Parquet: DuckDB encodes a column chunk of a row group by a dictionary where at most a fifth of its values are distinct, and writes a bloom filter
 * for each chunk that has a dictionary (write_bloom_filter is on, one false answer in a hundred): so a column of many repeated values can be
 * skipped by value, and one of unique values by its smallest and largest value, which `sorted` makes narrow for the key.
 * Spark 3 refuses dates before 1582 and moments before 1900 in files that it has not written itself, unless
 * spark.sql.parquet.datetimeRebaseModeInRead is 'CORRECTED', as it is by default from Spark 4 on (SPARK-46440).
 *
 * CSV: RFC 4180 with a header line, but for line ends of '\n'; a text is quoted where it is '' or has a comma, a quote or a line break.
 *
 * Where `marks` has a marker for numbers, the rows may hold JSON with numbers that DuckDB would alter as it writes JSON.
 */
export function copyStatement(query: string, file: string, dataset: Dataset, marks: Marks = {}): string {
  const { format } = dataset;
  const rows = format.sorted ? sorted(query, dataset) : query;
  const target = literal(file);
  switch (format.type) {
    case 'parquet':
      return `COPY (${rows}) TO ${target} (${parquetOptions(format)})`;
    case 'jsonl': {
      const values = asText(rows, dataset, jsonValue(marks));
      if (marks.number === undefined)
        return `COPY (${values}) TO ${target} (FORMAT json, ${compression(format)})`;
      const line = bareNumbers('CAST(to_json(line) AS VARCHAR)', marks.number);
      return `COPY (SELECT ${line} FROM (${values}) AS line) TO ${target} (${asItIs}, ${compression(format)})`;
    }
    case 'csv': {
      const value = csvValue(format, marks);
      return `COPY (${asText(rows, dataset, value)}) TO ${target} (FORMAT csv, HEADER true, ${compression(format)})`;
    }
  }
}

/** As FORMAT json writes its lines. */
const asItIs = `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\n'`;

/** By the key as readers see it. */
function sorted(query: string, { key }: Dataset): string {
  return `SELECT * FROM (${query}) ORDER BY ${key.map(identifier).join(', ')}`;
}

function parquetOptions({ compression, rowGroupSize }: ParquetFormat): string {
  return `FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${rowGroupSize}`;
}

function compression({ compression }: JsonLinesFormat | CsvFormat): string {
  return `COMPRESSION ${compression}`;
}

function asText(
  query: string,
  dataset: Dataset,
  value: (type: TableColumn['columnType'], sql: string) => string,
): string {
  const columns = tableColumns(dataset).map(({ name, columnType }) => {
    return `${value(columnType, identifier(name))} AS ${identifier(name)}`;
  });
  return `SELECT ${columns.join(', ')} FROM (${query})`;
}
