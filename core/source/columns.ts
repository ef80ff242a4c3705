import type { Column, ColumnOptions, ColumnType } from './column';

/** Options of a column that every record must have. */
export type RequiredOptions = ColumnOptions & { readonly required: true };

/** A column that every record must have; RecordOf leaves null out of its type. */
export type RequiredColumn<T> = Column<T> & { readonly options: { readonly required: true } };

/** Makes columns of one type; T is what a value is in JavaScript. */
export interface ColumnBuilder<T> {
  /** A column that every record must have, from the value at `path`. */
  (path: string, options: RequiredOptions): RequiredColumn<T>;
  /** A column that every record must have, from the field of the same name. */
  (options: RequiredOptions): RequiredColumn<T>;
  /** A column from the value at `path`, such as `location.coordinates[1]`. */
  (path: string, options?: ColumnOptions): Column<T>;
  /** A column from the field of the same name. */
  (options?: ColumnOptions): Column<T>;
}

/** A whole number of 64 bits. @example id: bigint() */
export const bigint = columnsOf<bigint>({ type: 'bigint' });

/** A whole number of 32 bits. @example floors: integer('building.floors') */
export const integer = columnsOf<number>({ type: 'integer' });

/** A floating-point number of 64 bits. @example latitude: double('location.coordinates[1]') */
export const double = columnsOf<number>({ type: 'double' });

/** True or false. @example active: boolean({ nullIf: ['n/a'] }) */
export const boolean = columnsOf<boolean>({ type: 'boolean' });

/** Text, trimmed, with '' as null unless `verbatim`. @example country: varchar('country.code', { sql: 'upper(value)' }) */
export const varchar = columnsOf<string>({ type: 'varchar' });

/** A calendar day; in JavaScript, its midnight in UTC. @example born: date() */
export const date = columnsOf<Date>({ type: 'date' });

/** A moment, in UTC. @example updatedAt: timestamp('modified') */
export const timestamp = columnsOf<Date>({ type: 'timestamp' });

/** Any JSON value, kept as JSON text. @example tags: json() */
export const json = columnsOf<unknown>({ type: 'json' });

/**
 * An exact decimal number: `precision` digits in all (1 to 38), `scale` of them behind the point.
 * In JavaScript it is a text, since a number would round it.
 * @example price: decimal(12, 2, 'price.amount')
 */
export function decimal(
  precision: number,
  scale: number,
  path: string,
  options: RequiredOptions,
): RequiredColumn<string>;
export function decimal(precision: number, scale: number, options: RequiredOptions): RequiredColumn<string>;
export function decimal(
  precision: number,
  scale: number,
  path: string,
  options?: ColumnOptions,
): Column<string>;
export function decimal(precision: number, scale: number, options?: ColumnOptions): Column<string>;
export function decimal(
  precision: number,
  scale: number,
  pathOrOptions?: string | ColumnOptions,
  options?: ColumnOptions,
): Column<string> {
  return column({ type: 'decimal', precision, scale }, pathOrOptions, options);
}

function columnsOf<T>(columnType: ColumnType): ColumnBuilder<T> {
  // The overloads pair RequiredOptions with RequiredColumn; one implementation cannot say so.
  const build = (pathOrOptions?: string | ColumnOptions, options?: ColumnOptions) =>
    column<T>(columnType, pathOrOptions, options);
  return build as ColumnBuilder<T>;
}

/** Accepts anything without complaint: defineSource reports what is wrong together with all other problems. */
function column<T>(
  columnType: ColumnType,
  pathOrOptions: string | ColumnOptions | undefined,
  options: ColumnOptions | undefined,
): Column<T> {
  if (typeof pathOrOptions === 'object' && options === undefined)
    return { columnType, options: pathOrOptions };
  const path = pathOrOptions as string | undefined;
  return path === undefined
    ? { columnType, options: options ?? {} }
    : { columnType, path, options: options ?? {} };
}
