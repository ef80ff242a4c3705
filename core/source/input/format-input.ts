/** How a table's files are written; a text is the format with all its defaults. @example { type: 'csv', neutralise: true } */
export type FormatInput = 'parquet' | 'jsonl' | 'csv' | ParquetInput | JsonLinesInput | CsvInput;

interface ParquetInput {
  readonly type: 'parquet';
  /** @default 'zstd' */
  readonly compression?: 'zstd' | 'snappy' | 'gzip' | undefined;
  /** Rows of a row group, 2,048 or more. @default 122880 */
  readonly rowGroupSize?: number | undefined;
  /** Rows in the order of the key, which lets readers skip more. @default false */
  readonly sorted?: boolean | undefined;
}

interface JsonLinesInput {
  readonly type: 'jsonl';
  /** @default 'gzip' */
  readonly compression?: 'gzip' | 'zstd' | undefined;
  /** Rows in the order of the key. @default false */
  readonly sorted?: boolean | undefined;
}

interface CsvInput {
  readonly type: 'csv';
  /** @default 'gzip' */
  readonly compression?: 'gzip' | 'zstd' | undefined;
  /** Rows in the order of the key. @default false */
  readonly sorted?: boolean | undefined;
  /** Put a ' before texts that a spreadsheet would take for a formula. @default false */
  readonly neutralise?: boolean | undefined;
}
