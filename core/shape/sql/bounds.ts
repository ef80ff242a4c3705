import type { ScalarType } from '../../source/column';
import { cast } from '../type/cast';
import { sqlType } from '../type/sql-type';
import { literal } from './sql-text';

/**
 * A SQL condition that a value is not below `min`, or not above `max`; true for NULL and never NULL. Bounds of whole numbers and decimals are
 * first brought to the column's own scale, upwards or downwards, so that nothing is compared through a double; a bound that no value of
 * the type reaches holds for all or for none. Dates and times are read as ISO 8601.
 */
export function withinBound(
  type: ScalarType,
  side: 'min' | 'max',
  bound: number | string,
  value: string,
): string {
  const compared = (limit: string) => `coalesce(${value} ${side === 'min' ? '>=' : '<='} ${limit}, true)`;
  switch (type.type) {
    case 'integer':
    case 'bigint':
      return exactBound(38, 0, side, bound, `CAST(${value} AS HUGEINT)`, compareTo('HUGEINT'));
    case 'hugeint':
      return exactBound(38, 0, side, bound, value, compareTo(sqlType(type)));
    case 'decimal':
      return exactBound(type.precision, type.scale, side, bound, value, compareTo(sqlType(type)));
    case 'date':
    case 'timestamp':
      return compared(cast({ type: type.type }, literal(String(bound))));
    case 'time':
      return compared(cast({ type: 'time' }, literal(String(bound))));
    case 'double':
      return compared(`CAST(${literal(String(bound))} AS DOUBLE)`);
    default:
      return compared(literal(String(bound)));
  }
  function compareTo(target: string) {
    return (number: string, of: string) =>
      `coalesce(${of} ${side === 'min' ? '>=' : '<='} CAST(${literal(number)} AS ${target}), true)`;
  }
}

function exactBound(
  precision: number,
  scale: number,
  side: 'min' | 'max',
  bound: number | string,
  value: string,
  compare: (number: string, value: string) => string,
): string {
  const units = unitsOf(String(bound), scale, side);
  if (units === undefined) throw new TypeError(`${side} ${JSON.stringify(bound)} is no number`);
  const limit = 10n ** BigInt(precision);
  const nobody = `(${value} IS NULL)`;
  if (units >= limit) return side === 'min' ? nobody : 'true';
  if (units <= -limit) return side === 'min' ? 'true' : nobody;
  return compare(decimalText(units, scale), value);
}

/** A number's text in units of 10^-scale; what is between two units goes up for a minimum, down for a maximum. */
export function unitsOf(text: string, scale: number, side: 'min' | 'max'): bigint | undefined {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const power = scale + Number(exponent) - fraction.length;
  if (power >= 0) return digits * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  const towardsZero = digits / divisor;
  const rest = digits % divisor;
  if (rest > 0n && side === 'min') return towardsZero + 1n;
  if (rest < 0n && side === 'max') return towardsZero - 1n;
  return towardsZero;
}

function decimalText(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}
