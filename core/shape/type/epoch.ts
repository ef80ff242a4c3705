/** Digits behind the point of a number since 1970 that a microsecond leaves room for; undefined for other formats. */
export function epochDigits(format: string): number | undefined {
  return digits.get(format);
}

const digits: ReadonlyMap<string, number> = new Map([
  ['epoch-seconds', 6],
  ['epoch-millis', 3],
  ['epoch-micros', 0],
]);
