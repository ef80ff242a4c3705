import type { Column, ColumnType } from '../../source/column';

/** What a column type is called where tables are read. */
interface TypeNames<T> {
  /**
   * Physical and logical type of a Parquet column as DuckDB writes it (LogicalTypes.md of apache/parquet-format). Where the older converted
   * type says the same, DuckDB (1.5.5) writes that one alone: UTF8 for STRING, INT_32 for INT(32, true).
   */
  readonly parquet: Name<T>;
  /** In the Glue catalog, as in Hive's DDL ("Data types in Amazon Athena", AWS). */
  readonly glue: Name<T>;
  /** In a query of Athena, engine version 3 ("Data types in Amazon Athena", AWS, whose DDL takes Glue's names). */
  readonly athena: Name<T>;
  /** In a Spark data frame (ParquetSchemaConverter of apache/spark). */
  readonly spark: Name<T>;
  /** In a record that RecordOf describes, null aside. */
  readonly javascript: Name<T>;
}

type Name<T> = string | ((type: T) => string);
type Reader = keyof TypeNames<unknown>;
type Table = { readonly [K in ColumnType['type']]: TypeNames<Extract<ColumnType, { type: K }>> };

const text = {
  parquet: 'BYTE_ARRAY STRING',
  glue: 'string',
  athena: 'varchar',
  spark: 'string',
  javascript: 'string',
};

/**
 * Every column type and its names. A hugeint is a decimal, and uuid and time are texts, for the reasons that sqlType gives. A timestamp is a
 * moment in UTC: Spark shows it in the session's time zone, and Athena in UTC, in milliseconds.
 */
export const columnTypes: Table = {
  boolean: {
    parquet: 'BOOLEAN',
    glue: 'boolean',
    athena: 'boolean',
    spark: 'boolean',
    javascript: 'boolean',
  },
  integer: {
    parquet: 'INT32 INT(32, true)',
    glue: 'int',
    athena: 'integer',
    spark: 'int',
    javascript: 'number',
  },
  bigint: {
    parquet: 'INT64 INT(64, true)',
    glue: 'bigint',
    athena: 'bigint',
    spark: 'bigint',
    javascript: 'bigint',
  },
  hugeint: { ...decimalNames(() => [38, 0]), javascript: 'bigint' },
  double: { parquet: 'DOUBLE', glue: 'double', athena: 'double', spark: 'double', javascript: 'number' },
  decimal: decimalNames(({ precision, scale }) => [precision, scale]),
  varchar: text,
  uuid: text,
  date: { parquet: 'INT32 DATE', glue: 'date', athena: 'date', spark: 'date', javascript: 'Date' },
  time: text,
  timestamp: {
    parquet: 'INT64 TIMESTAMP(MICROS, UTC)',
    glue: 'timestamp',
    athena: 'timestamp(3)',
    spark: 'timestamp',
    javascript: 'Date',
  },
  json: { ...text, parquet: 'BYTE_ARRAY JSON', javascript: 'unknown' },
  list: {
    parquet: ({ of }) => `LIST(${nameOf('parquet', of)})`,
    glue: ({ of }) => `array<${nameOf('glue', of)}>`,
    athena: ({ of }) => `array(${nameOf('athena', of)})`,
    spark: ({ of }) => `array<${nameOf('spark', of)}>`,
    javascript: ({ of }) => `readonly (${nameOf('javascript', of)} | null)[]`,
  },
  struct: {
    parquet: ({ fields }) => `GROUP(${members('parquet', fields, ' ')})`,
    glue: ({ fields }) => `struct<${members('glue', fields, ':', ',')}>`,
    athena: ({ fields }) => `row(${members('athena', fields, ' ')})`,
    spark: ({ fields }) => `struct<${members('spark', fields, ':', ',')}>`,
    javascript: ({ fields }) => `{ ${members('javascript', fields, ': ', '; ', ' | null')} }`,
  },
  map: {
    parquet: ({ of }) => `MAP(BYTE_ARRAY STRING, ${nameOf('parquet', of)})`,
    glue: ({ of }) => `map<string,${nameOf('glue', of)}>`,
    athena: ({ of }) => `map(varchar, ${nameOf('athena', of)})`,
    spark: ({ of }) => `map<string,${nameOf('spark', of)}>`,
    javascript: ({ of }) => `ReadonlyMap<string, ${nameOf('javascript', of)} | null>`,
  },
};

/** A column's type in the Glue catalog: `array<decimal(12,2)>`. */
export function glueType(type: ColumnType): string {
  return name('glue', type);
}

/** A column's type in a query of Athena: `row(a bigint, b varchar)`. */
export function athenaType(type: ColumnType): string {
  return name('athena', type);
}

/** A column's type in Spark, as simpleString writes it: `struct<a:bigint,b:string>`. */
export function sparkType(type: ColumnType): string {
  return name('spark', type);
}

/** A column's physical and logical type in Parquet: `INT64 DECIMAL(12, 2)`. */
export function parquetType(type: ColumnType): string {
  return name('parquet', type);
}

/** A value's type in TypeScript, null aside: `readonly (string | null)[]`. */
export function javascriptType(type: ColumnType): string {
  return name('javascript', type);
}

function name(reader: Reader, type: ColumnType): string {
  // The entry is the one for this very type, which the compiler cannot follow from the key
  const entry = columnTypes[type.type][reader] as Name<ColumnType>;
  return typeof entry === 'string' ? entry : entry(type);
}

function nameOf(reader: Reader, { columnType }: Column): string {
  return name(reader, columnType);
}

function members(
  reader: Reader,
  fields: Readonly<Record<string, Column>>,
  between: string,
  separator = ', ',
  suffix = '',
): string {
  return Object.entries(fields)
    .map(([field, column]) => `${field}${between}${nameOf(reader, column)}${suffix}`)
    .join(separator);
}

function decimalNames<T>(digitsOf: (type: T) => readonly [precision: number, scale: number]): TypeNames<T> {
  const named = (type: T) => `decimal(${digitsOf(type).join(',')})`;
  return {
    parquet: (type) => {
      const [precision, scale] = digitsOf(type);
      return `${physicalDecimal(precision)} DECIMAL(${precision}, ${scale})`;
    },
    glue: named,
    athena: named,
    spark: named,
    javascript: 'string',
  };
}

/** LogicalTypes.md: INT32 carries 9 digits, INT64 18. DuckDB writes more as an integer of 16 bytes. */
function physicalDecimal(precision: number): string {
  if (precision <= 9) return 'INT32';
  return precision <= 18 ? 'INT64' : 'FIXED_LEN_BYTE_ARRAY(16)';
}
