import { countRangesOf, parsePageRangeName } from '../../plan/grid';
import { type Again, type RangeName, type Sequence, type Table, tableSchema } from '../../plan/plan';
import { RangeSet } from '../../plan/range-set';
import { manifestPartsPrefix, type StagedRun, stageKey, stagePrefix } from '../keys';
import type { Lake, ListedObject } from '../ports';
import { type Block, blockOf, blockOfPart, highestBlockedIndex, rangesPerBlock } from '../verify/range-block';

/** Which ranges of a run exist, and which blocks of them are complete. */
export interface PresentRanges {
  readonly present: RangeSet;
  /** In the order in which LIST gives their last ranges. */
  readonly blocks: readonly Block[];
}

/** A run that is listed: where its plan names the only slice there is, what is known already need not be listed again. */
export type ListedRun = StagedRun & { readonly sequences?: readonly (Sequence | Again)[] };

/** Which ranges of a run exist: LIST of the run's stage prefix. What ends otherwise than the run's objects is none of them. */
export async function presentRanges(run: ListedRun, lake: Pick<Lake, 'list'>): Promise<PresentRanges> {
  const present = new RangeSet();
  const blocks: Block[] = [];
  const counts = new Map<string, number>();
  for await (const found of listRanges(run, lake)) {
    if ('block' in found) {
      blocks.push(found);
      const first = found.block * rangesPerBlock;
      for (let at = 0; at < rangesPerBlock; at++) present.add({ slice: found.slice, index: first + at });
      continue;
    }
    if (!present.add(found.range) || found.range.index > highestBlockedIndex) continue;
    const block = blockOf(found.range);
    const name = `${block.slice} ${block.block}`;
    const count = (counts.get(name) ?? 0) + 1;
    if (count < rangesPerBlock) counts.set(name, count);
    else blocks.push(block);
  }
  return { present, blocks };
}

/** One object of a run. */
export interface ListedRange {
  readonly range: RangeName;
  readonly object: ListedObject;
}

/**
 * The objects of a run in key order, and in their places the blocks that are in the manifest already: those are not listed, which is what
 * keeps a look at a run of a million ranges as cheap at its end as at its beginning.
 */
export async function* listRanges(
  run: ListedRun,
  lake: Pick<Lake, 'list'>,
): AsyncGenerator<ListedRange | Block> {
  const prefix = stagePrefix(run);
  const known = await harvestedBlocks(run, lake);
  for (let after: string | undefined; ; ) {
    const leap = yield* listUpTo(known, rangesIn(run, lake.list(prefix, { after })));
    if (leap === undefined) return;
    let next = leap;
    for (; known.has(next.block); next = { ...next, block: next.block + 1 }) yield next;
    after = stageKey(run, { slice: next.slice, index: next.block * rangesPerBlock - 1 });
  }
}

/** Ends with the first block that is known. */
async function* listUpTo(
  known: ReadonlySet<number>,
  ranges: AsyncIterable<ListedRange>,
): AsyncGenerator<ListedRange, Block | undefined> {
  for await (const found of ranges) {
    const block = blockOf(found.range);
    if (known.has(block.block)) return block;
    yield found;
  }
  return undefined;
}

/** All objects of a run, in key order. */
export function listAllRanges(run: StagedRun, lake: Pick<Lake, 'list'>): AsyncGenerator<ListedRange> {
  return rangesIn(run, lake.list(stagePrefix(run)));
}

async function* rangesIn(run: StagedRun, objects: AsyncIterable<ListedObject>): AsyncGenerator<ListedRange> {
  const prefix = stagePrefix(run);
  for await (const object of objects) {
    const range = rangeOfKey(prefix, object.key, [run.extension]);
    if (range) yield { range, object };
  }
}

/**
 * The blocks of the only slice of a run that are in its manifest. None where there are several slices: the objects of one may stand among
 * those of another, as those of 'a-00000001' do among those of 'a'.
 */
async function harvestedBlocks(run: ListedRun, lake: Pick<Lake, 'list'>): Promise<ReadonlySet<number>> {
  const blocks = new Set<number>();
  const [only, ...others] = run.sequences ?? [];
  if (only?.type !== 'pages' || others.length > 0 || countRangesOf(only) < rangesPerBlock) return blocks;
  const prefix = manifestPartsPrefix(run);
  for await (const { key } of lake.list(prefix)) {
    const found = blockOfPart(prefix, key);
    if (found?.slice === only.slice) blocks.add(found.block);
  }
  return blocks;
}

/** Which range a stage object is, by any of the extensions; undefined when the key is not a range's. */
export function rangeOfKey(
  prefix: string,
  key: string,
  extensions: readonly Table['extension'][] = tableSchema.shape.extension.options,
): RangeName | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const extension = extensions.find((one) => key.endsWith(`.${one}`));
  return extension && parsePageRangeName(key.slice(prefix.length, -extension.length - 1));
}
