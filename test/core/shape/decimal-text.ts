/** A decimal text's sign, digits without zeros that say nothing, and power of ten: the same for texts that say the same number. */
export function saidBy(text: string): { digits: bigint; power: bigint } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === '') throw new Error(`${text} is no number`);
  let digits = BigInt(whole + fraction);
  let power = BigInt(exponent) - BigInt(fraction.length);
  if (digits === 0n) return { digits, power: 0n };
  while (digits % 10n === 0n) {
    digits /= 10n;
    power += 1n;
  }
  return { digits: sign === '-' ? -digits : digits, power };
}
