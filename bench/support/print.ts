import { cpus } from 'node:os';

/** Prints one figure as a JSON line. */
export function print(
  name: string,
  value: number,
  unit: string,
  context: Readonly<Record<string, unknown>>,
): void {
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  console.log(
    JSON.stringify({ name, value: Number(value.toFixed(4)), unit, context: { ...context, ...machine } }),
  );
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
