/**
 * Two hundred seeded runs of a hundred ranges each, in which workers, fan-outs and reconciles are killed between any two calls, messages come
 * twice, late and in any order, acknowledgements are lost, S3 answers 503 and 409 or its answers never arrive, and storms of 429 and of 503 pass
 * over. Prints JSON lines, and the seed of every run that was not as it must be: `npm run bench -- faults <seed>` repeats that one alone, turn by turn.
 */

import { type FaultRun, faultRun } from './support/fault-run';
import { print } from './support/print';

const runs = 200;

void main();

async function main(): Promise<void> {
  const [, , , given] = process.argv;
  if (given !== undefined) return repeat(Number(given));
  const results: FaultRun[] = [];
  for (let seed = 1; seed <= runs; seed++) {
    const result = await faultRun(seed);
    if (isBad(result)) console.error(`seed ${seed}: ${JSON.stringify(result)}`);
    results.push(result);
  }
  const sum = (value: (result: FaultRun) => number) =>
    results.reduce((total, result) => total + value(result), 0);
  const context = {
    runs,
    ranges: sum(({ ranges }) => ranges),
    workerKills: sum(({ workerKills }) => workerKills),
    otherKills: sum(({ otherKills }) => otherKills),
    refetchedOtherwise: sum(({ refetchedOtherwise }) => refetchedOtherwise),
    turns: sum(({ turns }) => turns),
  };
  print(
    'faults/missing',
    sum(({ missing }) => missing),
    'records',
    context,
  );
  print(
    'faults/duplicates',
    sum(({ duplicates }) => duplicates),
    'records',
    context,
  );
  print('faults/refetched-ranges-per-kill', sum(perKill) / runs, 'ranges', {
    ...context,
    most: Math.max(...results.map(perKill)),
  });
  print('faults/unpublished', results.filter(({ published }) => !published).length, 'runs', context);
  if (results.some(isBad)) process.exitCode = 1;
}

function perKill({ refetchedAfterKills, workerKills }: FaultRun): number {
  return workerKills === 0 ? 0 : refetchedAfterKills / workerKills;
}

function isBad(result: FaultRun): boolean {
  const { published, missing, duplicates } = result;
  return !published || missing > 0 || duplicates > 0 || perKill(result) > 1;
}

/** One seed, twice: what it prints, and whether it was the same both times. */
async function repeat(seed: number): Promise<void> {
  if (!Number.isInteger(seed)) throw new TypeError(`'${seed}' is no seed: give a whole number`);
  const [first, second] = [await faultRun(seed), await faultRun(seed)];
  console.log(JSON.stringify({ seed, ...first }));
  if (first.trace !== second.trace)
    throw new Error(`seed ${seed} went two ways: ${first.trace}, ${second.trace}`);
}
