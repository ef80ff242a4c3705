/** The types a column can have; each maps to one Parquet logical type. */
export type ColumnType =
  | { readonly type: 'bigint' }
  | { readonly type: 'integer' }
  | { readonly type: 'double' }
  | { readonly type: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'varchar' }
  | { readonly type: 'date' }
  | { readonly type: 'timestamp' }
  | { readonly type: 'json' };

/** Cleaning that happens before a value is cast. */
export interface ColumnOptions {
  /** Texts that mean "no value". Compared after trimming. @default none ('' is null for every type) */
  readonly nullIf?: readonly string[];
  /** Keep leading and trailing white space, and '' as a text; only sensible for varchar. @default false */
  readonly verbatim?: boolean;
  /** A record without this value is quarantined. @default false, and true for key columns */
  readonly required?: boolean;
  /** Take the value of this parameter of the record's slice, rather than one of the record. @example 'userId' */
  readonly slice?: string;
  /** A DuckDB expression over `value` (the cleaned text), evaluated before the cast. @example 'upper(value)' */
  readonly sql?: string;
}

/** One column of a table: its type, where its value stands in a record, and how it is cleaned. */
export interface Column<T = unknown> {
  readonly columnType: ColumnType;
  /** Path in the record; undefined means the field named like the column. */
  readonly path?: string | undefined;
  readonly options: ColumnOptions;
  /** Never set: carries the value's type for RecordOf. */
  readonly valueType?: T;
}
