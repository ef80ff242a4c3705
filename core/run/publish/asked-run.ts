import { z } from 'zod';
import { readDocument, unlessUnreadable } from '../document';
import { planKey, type RunName } from '../keys';
import type { Lake } from '../ports';

/** What a plan of whatever version says of where its pages come from. */
const originSchema = z.looseObject({ replayOf: z.looseObject({ runId: z.string() }).optional() });

/**
 * The run that has asked the source for the pages of this one: itself, or, of a replay of a replay, the first in that row; the last that is
 * known where a plan is gone or broken.
 */
export async function askedRun(run: RunName, lake: Pick<Lake, 'get'>): Promise<string> {
  const { source, dataset } = run;
  const seen = new Set([run.runId]);
  for (let { runId } = run; ; ) {
    const plan = await readDocument(originSchema, planKey({ source, dataset, runId }), lake).catch(
      unlessUnreadable,
    );
    const before = plan?.replayOf?.runId;
    if (before === undefined || seen.has(before)) return runId;
    seen.add(before);
    runId = before;
  }
}
