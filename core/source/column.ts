import type { SecretRef } from './secret-ref';

/** The types a column can have; column-types.ts says what each is in Parquet, Glue, Athena and Spark. */
export type ColumnType = ScalarType | JsonType | ListType | StructType | MapType;

/** Types that are read from one JSON text, number or boolean. */
export type ScalarType =
  | { readonly type: 'boolean' }
  | { readonly type: 'integer' }
  | { readonly type: 'bigint' }
  | { readonly type: 'hugeint' }
  | { readonly type: 'double' }
  | { readonly type: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly type: 'varchar' }
  | { readonly type: 'uuid' }
  | { readonly type: 'date'; readonly format?: string | undefined }
  | { readonly type: 'time'; readonly format?: string | undefined }
  | { readonly type: 'timestamp'; readonly format?: TimestampFormat | undefined };

/** Any JSON value, as its text. */
export interface JsonType {
  readonly type: 'json';
}

/** A JSON array whose elements all have one type; a null among them stays. */
export interface ListType {
  readonly type: 'list';
  /** Type only: an element has no path and no options but a time's format. */
  readonly of: Column;
}

/** A JSON object with known fields; what else it holds is left out. */
export interface StructType {
  readonly type: 'struct';
  /** A field may have a path in the object, and no options but a time's format. */
  readonly fields: Readonly<Record<string, Column>>;
}

/** A JSON object whose keys are data; the keys are texts. */
export interface MapType {
  readonly type: 'map';
  readonly of: Column;
}

/** ISO 8601 with or without an offset (without: UTC), a number since 1970, or a strptime format such as '%d.%m.%Y %H:%M'. */
export type TimestampFormat = 'iso' | 'epoch-seconds' | 'epoch-millis' | 'epoch-micros' | (string & {});

/**
 * Where a value comes from, how it is cleaned, and what it must be. In this order: extract, trim, nfc, collapse, case,
 * replace, nullIf, values, sql, default, cast, checks, mask.
 */
export interface ColumnOptions {
  // At most one of these four says that the value is not one of the record.
  /** Take the value of this parameter of the record's slice. @example 'userId' */
  readonly slice?: string;
  /** Take the value at this path of the page's body, the same for all its records. @example 'meta.generatedAt' */
  readonly page?: string;
  /** Take the record's place in the exploded array, from 0. */
  readonly elementIndex?: true;
  /** A DuckDB expression over the other columns, by name, before they are masked; they may not be derived themselves. @example "price * quantity" */
  readonly derived?: string;

  /** Keep white space at both ends, and '' as a text; for varchar. @default false */
  readonly verbatim?: boolean;
  /** Bring the text into Unicode's normalisation form C. @default false */
  readonly nfc?: boolean;
  /** Make every run of white space within the text one space. @default false */
  readonly collapse?: boolean;
  /** @default as it is */
  readonly case?: 'lower' | 'upper';
  /** Replace every match of a regular expression (RE2), one after the other; `with` may use \1 to \9. */
  readonly replace?: Replacement | readonly Replacement[];
  /** Texts that mean "no value". @default none ('' is null for every type, unless verbatim) */
  readonly nullIf?: readonly string[];
  /** Texts that stand for others; what is not among them stays. @example { Y: 'true', N: 'false' } */
  readonly values?: Readonly<Record<string, string>>;
  /** A DuckDB expression over `value` (the cleaned text), evaluated before the cast. @example 'upper(value)' */
  readonly sql?: string;
  /** Stands where there is no value. @default null */
  readonly default?: string | number | boolean;

  /** A record without this value is unfit. @default false, and true for key columns */
  readonly required?: boolean;
  /** The smallest value that fits; a text for what a number cannot say exactly, and for dates and times. */
  readonly min?: number | string;
  /** The largest value that fits. */
  readonly max?: number | string;
  /** A regular expression (RE2) that the whole text must match, after cleaning. */
  readonly pattern?: string;
  /** The only texts that fit, after cleaning. */
  readonly enum?: readonly string[];
  /** What becomes of a record whose value does not fit. @default the dataset's */
  readonly onUnfit?: UnfitPolicy;

  /** What readers see instead of the value. @default the value itself */
  readonly mask?: Mask;
}

export interface Replacement {
  /** @example '[^0-9]' */
  readonly pattern: string;
  /** @default '' */
  readonly with?: string;
}

/** 'quarantine' the record, 'null' the value and keep the record, or 'fail' the range so that the run is not published. */
export type UnfitPolicy = 'quarantine' | 'null' | 'fail';

/**
 * 'drop': the column is not in the table, though filter, derived and checks see it. 'sha256': 64 hexadecimal digits of a
 * SHA-256 over the secret salt and the text. 'partial': all but some characters at one end become '*'.
 */
export type Mask =
  | 'drop'
  | { readonly type: 'sha256'; readonly salt: SecretRef }
  | { readonly type: 'partial'; readonly keepFirst?: number; readonly keepLast?: number };

/** One column of a table: its type, where its value stands in a record, and how it is cleaned. */
export interface Column<T = unknown> {
  readonly columnType: ColumnType;
  /**
   * Path in the record; undefined means the field named like the column, '' the record itself. In an exploded dataset a path
   * that begins with the exploded one and `[]` leads into the element: 'items[].sku', 'tags[]'.
   */
  readonly path?: string | undefined;
  readonly options: ColumnOptions;
  /** Never set: carries the value's type for RecordOf. */
  readonly valueType?: T;
}
