/** A UUID as it is kept: in lower case. In upper case it would be changed, so it stays a text. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** A day that exists, as ISO 8601 writes it. */
export function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined || Number(year) < 1) return false;
  // Of the year 2000 and the like, since Date takes years below 100 for others.
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0) ? 2000 : 2001;
  const moment = new Date(Date.UTC(leap, Number(month) - 1, Number(day)));
  return moment.getUTCMonth() === Number(month) - 1 && moment.getUTCDate() === Number(day);
}

/** A time of day with seconds, and no more digits than microseconds: others would be changed. */
export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/.test(text);
}

const timestamp =
  /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.(\d+))?)?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;

/** What a text says of a moment: undefined where it is none, or begins or ends outside of the years that can be had. */
export function readTimestamp(text: string): { hasOffset: boolean; isTooFine: boolean } | undefined {
  const [, day = '', , fraction = '', offset] = timestamp.exec(text) ?? [];
  if (!isDate(day) || day.startsWith('0001') || day.startsWith('9999')) return undefined;
  return { hasOffset: offset !== undefined, isTooFine: /[1-9]/.test(fraction.slice(6)) };
}

/** Digits before and behind the point of a decimal number; undefined for anything else, also for one with zeros in front. */
export function decimalDigits(text: string): { whole: number; fraction: number } | undefined {
  const [, whole, fraction = ''] = /^-?(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : { whole: whole.length, fraction: fraction.length };
}

/** Whether digits fit 64 bits with a sign. */
export function isBigint(digits: string): boolean {
  const value = BigInt(digits);
  return value >= -(2n ** 63n) && value < 2n ** 63n;
}
