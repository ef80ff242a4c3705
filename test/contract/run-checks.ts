import { setTimeout as sleep } from 'node:timers/promises';
import { concurrently } from '../../core/run/concurrently';
import type { Check, Place, Target } from './check';

/** What became of a check: undefined where it holds, else what came instead. */
export interface Result {
  readonly check: Check;
  readonly failure: string | undefined;
  readonly milliseconds: number;
}

/** Checks under way at once: most wait most of the time. */
const checksAtOnce = 12;

/** Runs checks against a target, several at once, and yields each as it ends; stops between two when `signal` aborts. */
export async function* runChecks(
  checks: readonly Check[],
  target: Target,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  const isWanted = function* () {
    for (const check of checks) {
      if (signal?.aborted) return;
      yield check;
    }
  };
  yield* concurrently(isWanted(), checksAtOnce, (check) => runCheck(check, target));
}

async function runCheck(check: Check, target: Target): Promise<Result> {
  const started = performance.now();
  const failure = await within(5 * target.patience, check.run(placeOf(check, target))).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message || error.name : String(error)),
  );
  return { check, failure, milliseconds: performance.now() - started };
}

function placeOf({ id }: Check, target: Target): Place {
  const { s3, sqs, secrets, bucket, patience, prefix } = target;
  const name = (purpose: string) => `${prefix}-${id}-${purpose}`;
  return {
    s3,
    sqs,
    secrets,
    bucket,
    patience,
    key: (key) => `${id}/${key}`,
    name,
    queue: (purpose, attributes = {}) => target.createQueue(name(purpose), attributes),
    async secret(purpose, value) {
      await target.createSecret(name(purpose), value);
      return name(purpose);
    },
  };
}

/** Each step of a check is bounded by itself; this is for one that hangs nevertheless. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const timeout = sleep(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw new Error(`it was not over after ${Math.round(milliseconds / 1000)} s`);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    timeout.catch(() => undefined);
    over.abort();
  }
}
