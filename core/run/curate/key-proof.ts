/** SQL of a key as JSON text; its columns are never null. */
export function keyText(columns: readonly string[]): string {
  return `CAST(json_array(${columns.join(', ')}) AS VARCHAR)`;
}

/** SQL of 128 bits of a key's hash. */
export function keyHash(columns: readonly string[]): string {
  return `md5_number(${keyText(columns)})`;
}

/**
 * SQL of what is kept of hashes, whatever their order: their number, the exclusive or of all, and the sum of their lower halves. Sets of
 * keys that differ agree in all three by chance once in 2^128.
 */
export const proofColumns =
  'count(*), coalesce(bit_xor(hash), 0::UHUGEINT), coalesce(sum(CAST(hash & 18446744073709551615::UHUGEINT AS HUGEINT)), 0)';

/** What proofColumns give of some keys. */
export interface KeySum {
  readonly keys: number;
  readonly xor: bigint;
  readonly sum: bigint;
}

/** Reads a row of proofColumns. */
export function keySum([keys, xor, sum]: readonly unknown[]): KeySum {
  return { keys: Number(keys), xor: BigInt(String(xor)), sum: BigInt(String(sum)) };
}

/** That of no keys. */
export const noKeys: KeySum = { keys: 0, xor: 0n, sum: 0n };

/** That of keys that stand in one of two places. */
export function together(one: KeySum, other: KeySum): KeySum {
  return { keys: one.keys + other.keys, xor: one.xor ^ other.xor, sum: one.sum + other.sum };
}

/** As a text: two that are equal are the same set of keys, each once. */
export function checksumOf({ xor, sum }: KeySum): string {
  return `${xor.toString(16).padStart(32, '0')}-${sum.toString(16)}`;
}
