import { PermanentError } from '../../errors';
import { concurrently } from '../concurrently';
import { manifestPartKey, manifestPartsPrefix, type StagedRun, stageKey } from '../keys';
import { type ListedRun, listRanges, presentRanges } from '../missing/present-ranges';
import type { Lake } from '../ports';
import { receiptOf } from '../range/next-sequences';
import type { ManifestObject, ManifestPart } from './manifest';
import { type Block, blockOf, blockPart, rangesPerBlock, restPart } from './range-block';

/** Objects looked at, at once. */
const looksAtOnce = 64;

type HarvestLake = Pick<Lake, 'list' | 'head' | 'putIfAbsent'>;

/**
 * Reads the receipts of the blocks that are complete, and writes each block's part of the manifest, unless it is there. Objects do not change,
 * so this needs not wait for the others: a reconcile that dies or runs out of time goes on where it was.
 */
export async function harvestBlocks(
  run: StagedRun,
  blocks: readonly Block[],
  lake: HarvestLake,
): Promise<Map<string, string>> {
  const parts = new Map<string, string>();
  const known = new Set<string>();
  if (blocks.length > 0) for await (const { key } of lake.list(manifestPartsPrefix(run))) known.add(key);
  for (const block of blocks) {
    const name = blockPart(block);
    const part = manifestPartKey(run, name);
    parts.set(name, part);
    if (!known.has(part)) await writePart(run, name, keysIn(run, block), lake);
  }
  return parts;
}

/**
 * The parts of the manifest with all objects of a run, or of one of its looks, whose ranges all exist: blocks, and between them what is in no
 * block, in the order of keys. One part, for most runs.
 */
export async function harvestAll(run: ListedRun, lake: HarvestLake): Promise<ManifestPart[]> {
  const { present, blocks } = await presentRanges(run, lake);
  const blockParts = await harvestBlocks(run, blocks, lake);
  const parts: ManifestPart[] = [];
  const seen = new Set<string>();
  const look = run.look === undefined ? {} : { look: run.look };
  let rest: string[] = [];
  let rests = 0;
  const flush = async () => {
    if (rest.length === 0) return;
    const name = restPart(rests++, present.size);
    parts.push({ key: await writePart(run, name, rest, lake), ...look, objects: rest.length });
    rest = [];
  };
  for await (const found of listRanges(run, lake)) {
    const block = 'block' in found ? found : blockOf(found.range);
    const key = blockParts.get(blockPart(block));
    if (key === undefined && 'object' in found) {
      rest.push(found.object.key);
      if (rest.length === rangesPerBlock) await flush();
    } else if (key !== undefined && !seen.has(key)) {
      seen.add(key);
      await flush();
      parts.push({ key, ...look, objects: rangesPerBlock });
    }
  }
  await flush();
  return parts;
}

/** Writes a part, unless it is there: asking for that is cheaper than for its receipts. Resolves to its key. */
async function writePart(
  run: StagedRun,
  name: string,
  keys: Iterable<string>,
  lake: HarvestLake,
): Promise<string> {
  const part = manifestPartKey(run, name);
  if (await lake.head(part)) return part;
  const lines: string[] = [];
  for await (const entry of concurrently(keys, looksAtOnce, (key) => readEntry(key, run, lake))) {
    lines.push(`${JSON.stringify(entry)}\n`);
  }
  await lake.putIfAbsent(part, lines.join(''), { contentType: 'application/x-ndjson' });
  return part;
}

async function readEntry(key: string, run: StagedRun, lake: Pick<Lake, 'head'>): Promise<ManifestObject> {
  const head = await lake.head(key);
  if (!head) throw new PermanentError(`${key} was removed from the lake while the run was verified`);
  const { bytes, etag } = head;
  return {
    key,
    bytes,
    etag,
    ...(run.look === undefined ? {} : { look: run.look }),
    receipt: receiptOf(head),
  };
}

function* keysIn(run: StagedRun, { slice, block }: Block): Generator<string> {
  for (let at = 0; at < rangesPerBlock; at++) {
    yield stageKey(run, { slice, index: block * rangesPerBlock + at });
  }
}
