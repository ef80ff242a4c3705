import type { RangeName } from '../../plan/plan';
import { type StagedRun, stageKey } from '../keys';
import type { Lake } from '../ports';
import { receiptOf } from '../range/next-sequences';
import type { Receipt } from '../range/receipt';
import { type ManifestPart, readManifest, readPart } from '../verify/manifest';
import { blockOf, blockPart } from '../verify/range-block';

/**
 * The receipt of a range of a finished run: its object's, or, where that is gone because the run ended unpublished and its stage objects have expired, the manifest's.
 * Undefined where neither is there. The second costs the manifest and a part of it, of at most 5,000 lines where the range is in a block.
 */
export async function receiptOfRange(
  run: StagedRun,
  range: RangeName,
  lake: Pick<Lake, 'head' | 'get'>,
): Promise<Receipt | undefined> {
  const key = stageKey(run, range);
  const object = await lake.head(key);
  if (object) return receiptOf(object);
  const { source, dataset, runId } = run;
  const manifest = await readManifest(lake, { source, dataset, runId });
  const parts = manifest?.parts.filter(({ look }) => look === run.look) ?? [];
  const block = `/${blockPart(blockOf(range))}.jsonl`;
  const isBlock = (part: ManifestPart) => part.key.endsWith(block);
  for (const part of [...parts.filter(isBlock), ...parts.filter((one) => !isBlock(one))]) {
    const entry = (await readPart(part, lake)).find((one) => one.key === key);
    if (entry) return entry.receipt;
  }
  return undefined;
}
