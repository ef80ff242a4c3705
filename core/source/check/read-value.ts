import { type Fields, fields } from './fields';

/** A value of a column's type, in a form in which two of them can be compared: see compareValues. */
export type Value = bigint | number | string;

const bits = { integer: 31n, bigint: 63n } as const;
const wholeNumber = /^[+-]?\d{1,1000}$/;
/** As RFC 9562, Windows and Python write it. */
const uuid =
  /^((urn:uuid:)?[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\{[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\}|[\da-f]{32})$/i;
const timeOfDay = /^([01]\d|2[0-3]):([0-5]\d)(:([0-5]\d)(\.\d{1,6})?)?$/;
const offset = /(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)$/;

/**
 * What a text of a source file says in a column's type (its ISO form, for dates and times); undefined where it says nothing of
 * the kind. Types without such texts, JSON and what is nested, have none.
 */
export function readValue(columnType: unknown, text: string): Value | undefined {
  const type = fields(columnType);
  switch (type.type) {
    case 'integer':
      return wholeBetween(text, -(2n ** bits.integer), 2n ** bits.integer - 1n);
    case 'bigint':
      return wholeBetween(text, -(2n ** bits.bigint), 2n ** bits.bigint - 1n);
    case 'hugeint':
      return wholeBetween(text, 1n - 10n ** 38n, 10n ** 38n - 1n);
    case 'decimal':
      return readDecimal(type, text);
    case 'double':
      return readDouble(text);
    case 'boolean':
      return /^(true|false|1|0)$/.test(text) ? text : undefined;
    case 'varchar':
      return text;
    case 'uuid':
      return uuid.test(text) ? text : undefined;
    case 'date':
      return readDay(text);
    case 'time':
      return readTimeOfDay(text);
    case 'timestamp':
      return readTimestamp(text);
    default:
      return undefined;
  }
}

/** Below 0 where a comes before b, above 0 where it comes behind; texts in the order of their bytes, as DuckDB has them. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : Number(a > b);
}

/** What readValue takes, in words. */
export function valuesOf(columnType: unknown): string {
  const { type, precision, scale } = fields(columnType);
  switch (type) {
    case 'integer':
      return 'a whole number of 32 bits';
    case 'bigint':
      return 'a whole number of 64 bits, beyond 2^53 as a text';
    case 'hugeint':
      return 'a whole number of up to 38 digits, beyond 2^53 as a text';
    case 'decimal':
      return `a number of ${precision} digits, ${scale} of them behind the point, where a number would round it as a text`;
    case 'double':
      return 'a number';
    case 'boolean':
      return "true or false, or 'true', 'false', '1' or '0'";
    case 'uuid':
      return "a UUID, such as '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'";
    case 'date':
      return "a day, such as '2020-01-31'";
    case 'time':
      return "a time of day, such as '12:30:00'";
    case 'timestamp':
      return "a day or time, such as '2020-01-31T12:00:00Z'";
    default:
      return 'a text';
  }
}

function wholeBetween(text: string, least: bigint, most: bigint): bigint | undefined {
  if (!wholeNumber.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= least && value <= most ? value : undefined;
}

/** In units of its last digit. */
function readDecimal({ precision, scale }: Fields, text: string): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d{0,100})(?:\.(\d{0,100}))?$/.exec(text) ?? [];
  // What is wrong with the type itself is said there.
  if (!isDigits(precision) || !isDigits(scale)) return 0n;
  if (sign === undefined) return undefined;
  const digits = fraction.replace(/0+$/, '');
  if (whole + fraction === '' || digits.length > scale) return undefined;
  const value = BigInt(`${whole}${digits.padEnd(scale, '0')}` || '0');
  if (value >= 10n ** BigInt(precision)) return undefined;
  return sign === '-' ? -value : value;
}

function isDigits(count: unknown): count is number {
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= 38;
}

function readDouble(text: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  return Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** Milliseconds since 1970 of a day in the years 1 to 9999. */
function readDay(text: string): number | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000') ? Date.parse(text) : Number.NaN;
  // Date.parse makes March 2 of February 30.
  return !Number.isNaN(day) && new Date(day).toISOString().startsWith(text) ? day : undefined;
}

/** Microseconds since midnight. */
function readTimeOfDay(text: string): number | undefined {
  const [whole, hour, minute, , second = 0, fraction = ''] = timeOfDay.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  return seconds * 1_000_000 + Number(fraction.slice(1).padEnd(6, '0'));
}

/** Microseconds since 1970, as a bigint: a number is exact until 2255 only. */
function readTimestamp(text: string): bigint | undefined {
  const day = readDay(text.slice(0, 10));
  if (day === undefined) return undefined;
  const rest = text.slice(10);
  if (rest === '') return BigInt(day) * 1000n;
  const [zone = ''] = offset.exec(rest.slice(1)) ?? [];
  const time = /^[T ]/.test(rest) ? readTimeOfDay(rest.slice(1, rest.length - zone.length)) : undefined;
  return time === undefined ? undefined : BigInt(day) * 1000n + BigInt(time - minutesOf(zone) * 60_000_000);
}

function minutesOf(zone: string): number {
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const length = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -length : length;
}
