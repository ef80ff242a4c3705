/**
 * Reads what a source gives as a number of records: a non-negative whole number, as a number or as digits in a text.
 * Undefined for anything else, and beyond 2^53, where numbers are no longer exact.
 */
export function toTotal(value: unknown): number | undefined {
  const digits = typeof value === 'string' && /^\d+$/.test(value.trim());
  const number = typeof value === 'number' ? value : digits ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
