import type { Column, ColumnOptions, TimestampFormat } from './column';
import {
  column,
  columnsOf,
  type DroppedColumn,
  type DroppedOptions,
  type NestedOptions,
  nestedOf,
  type RequiredColumn,
  type RequiredOptions,
  timesOf,
} from './column-builder';

/** A whole number of 64 bits. @example id: bigint() */
export const bigint = columnsOf<bigint>({ type: 'bigint' });

/** A whole number of 32 bits. @example floors: integer('building.floors') */
export const integer = columnsOf<number>({ type: 'integer' });

/** A whole number of up to 38 digits. @example supply: hugeint('token.totalSupply') */
export const hugeint = columnsOf<bigint>({ type: 'hugeint' });

/** A floating-point number of 64 bits. @example latitude: double('location.coordinates[1]') */
export const double = columnsOf<number>({ type: 'double' });

/** True or false. @example active: boolean({ nullIf: ['n/a'] }) */
export const boolean = columnsOf<boolean>({ type: 'boolean' });

/** Text, trimmed, with '' as null unless `verbatim`. @example country: varchar('country.code', { case: 'upper' }) */
export const varchar = columnsOf<string>({ type: 'varchar' });

/** A UUID, kept as text in its canonical form. @example orderId: uuid('order.uuid') */
export const uuid = columnsOf<string>({ type: 'uuid' });

/** A calendar day; in JavaScript, its midnight in UTC. @example born: date({ format: '%d.%m.%Y' }) */
export const date = timesOf<string>('date')<Date>();

/** A time of day, kept as text: `hh:mm:ss`, and up to six digits of a second. @example opens: time('hours.from') */
export const time = timesOf<string>('time')<string>();

/** A moment, in UTC. @example updatedAt: timestamp('modified', { format: 'epoch-seconds' }) */
export const timestamp = timesOf<TimestampFormat>('timestamp')<Date>();

/** Any JSON value, kept as JSON text. @example tags: json() */
export const json = columnsOf<unknown, NestedOptions>({ type: 'json' });

/**
 * An exact decimal number: `precision` digits in all (1 to 38), `scale` of them behind the point.
 * In JavaScript it is a text, since a number would round it.
 * @example price: decimal(12, 2, 'price.amount')
 */
export function decimal(
  precision: number,
  scale: number,
  path: string,
  options: DroppedOptions,
): DroppedColumn<string>;
export function decimal(precision: number, scale: number, options: DroppedOptions): DroppedColumn<string>;
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

/**
 * A JSON array whose elements all have one type, written without path and options; nulls among them stay.
 * @example tags: list(varchar(), 'meta.tags')
 */
export const list = nestedOf<Column, 'list'>((of) => ({ type: 'list', of }));

/**
 * A JSON object with known fields; what else it holds is left out.
 * @example address: struct({ street: varchar(), zip: varchar('postal.code') })
 */
export const struct = nestedOf<Readonly<Record<string, Column>>, 'struct'>((fields) => ({
  type: 'struct',
  fields,
}));

/**
 * A JSON object whose keys are data, and whose values all have one type; in the table, its keys are texts.
 * @example labels: map(varchar(), 'meta.labels')
 */
export const map = nestedOf<Column, 'map'>((of) => ({ type: 'map', of }));
