import type { Table } from '../../plan/plan';

/** How SQL engines on the Glue catalog read the files of a table: class names of Hive, which Athena and Spark know. */
export interface TableFormat {
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
  /** Of the table, beside those that say what is in it. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether columns have their types; else all of them are texts. */
  readonly typed: boolean;
}

const lines = {
  inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
};

const parquet: TableFormat = {
  inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  serdeParameters: { 'serialization.format': '1' },
  parameters: { classification: 'parquet' },
  typed: true,
};

/**
 * The OpenX SerDe and not Hive's: Hive's reads neither an object into a text column, as a json column is one, nor a time with 'Z'; OpenX's does
 * both, and takes decimals from JSON texts without loss (OpenXJsonDeserializer and JsonDeserializer of trinodb/trino, on which Athena's
 * engine version 3 is built; not tried on Athena itself). Keys are compared in lower case, as the catalog has all names.
 */
const jsonLines: TableFormat = {
  ...lines,
  serde: 'org.openx.data.jsonserde.JsonSerDe',
  serdeParameters: { 'case.insensitive': 'TRUE', 'serialization.format': '1' },
  parameters: { classification: 'json' },
  typed: true,
};

/**
 * Every column is a text: the SerDe fails on a number that is not there, and knows no decimal, date or ISO 8601 time at all ("Open CSV SerDe for
 * processing CSV", Athena). Its escape character is one that no text has: left alone it would be the backslash, which it then
 * takes out of every text (CsvDeserializer of trinodb/trino, like Hive's own).
 */
const csv: TableFormat = {
  ...lines,
  serde: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
  serdeParameters: { separatorChar: ',', quoteChar: '"', escapeChar: '\u0001' },
  parameters: { classification: 'csv', 'skip.header.line.count': '1' },
  typed: false,
};

/**
 * Texts are read compressed by gzip and by zstd alike, told by how their names end ("Use Hive table compression", Athena engine version 3: ZSTD
 * of text files, yes).
 */
export const tableFormats: Readonly<Record<Table['extension'], TableFormat>> = {
  parquet,
  'jsonl.gz': jsonLines,
  'jsonl.zst': jsonLines,
  'csv.gz': csv,
  'csv.zst': csv,
};
