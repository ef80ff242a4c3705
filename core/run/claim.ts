import { z } from 'zod';
import { parseDocument } from './document';
import { claimKey, openRuns, type RunName } from './keys';
import type { Lake } from './ports';

const claimSchema = z.object({
  runId: z.string(),
  claimedAt: z.string(),
  /** Set by keepClaim. */
  kept: z.boolean().optional(),
});

/** The run that is loading a dataset. There is at most one. */
export interface Claim extends RunName {
  /** ISO 8601. */
  readonly claimedAt: string;
  /** An invocation of fan-out is about to write the plan, or has: no other may release the claim. */
  readonly kept?: boolean | undefined;
  readonly etag: string;
}

/** Claims a dataset for a run; resolves to the claim that holds, which may be another run's. */
export async function claimDataset(lake: Lake, run: RunName, now: Date): Promise<Claim> {
  for (;;) {
    await lake.putIfAbsent(claimKey(run), JSON.stringify({ runId: run.runId, claimedAt: now.toISOString() }));
    const claim = await readClaim(lake, run);
    if (claim) return claim; // else it was released between the two calls: claim again
  }
}

/** The claim on a dataset, if a run is open. */
export async function readClaim(
  lake: Pick<Lake, 'get'>,
  { source, dataset }: Omit<RunName, 'runId'>,
): Promise<Claim | undefined> {
  const key = claimKey({ source, dataset });
  const found = await lake.get(key);
  return found && { source, dataset, ...parseDocument(claimSchema, found.text, key), etag: found.etag };
}

/**
 * Keeps the claim for a run whose plan is about to be written. Invocations of one run share its claim; this gives it
 * another etag, so that one that could not reach the source does not take it away from one that could. False when
 * the claim was released before.
 */
export async function keepClaim(lake: Lake, claim: Claim): Promise<boolean> {
  const { runId, claimedAt } = claim;
  const document = JSON.stringify({ runId, claimedAt, kept: true });
  if ((await lake.replace(claimKey(claim), document, claim.etag)) === 'replaced') return true;
  const current = await readClaim(lake, claim);
  if (current?.runId !== runId) return false;
  return current.kept ? true : keepClaim(lake, current);
}

/** Gives the dataset free, unless another run has claimed it since; 'conflict' also where somebody else has given it free. */
export function releaseClaim(lake: Pick<Lake, 'remove'>, claim: Claim): Promise<'removed' | 'conflict'> {
  return lake.remove(claimKey(claim), claim.etag);
}

/** The datasets that a run has claimed, by the names of the claims. */
export async function claimedDatasets(
  lake: Pick<Lake, 'list'>,
): Promise<{ readonly source: string; readonly dataset: string }[]> {
  const claimed: { source: string; dataset: string }[] = [];
  for await (const { key } of lake.list(openRuns)) {
    const [source, dataset, more] = key
      .slice(openRuns.length)
      .replace(/\.json$/, '')
      .split('/');
    if (source && dataset && more === undefined) claimed.push({ source, dataset });
  }
  return claimed;
}
