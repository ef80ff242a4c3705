import type { Plan } from '../../plan/plan';
import { unlessUnreadable } from '../document';
import type { Inherited } from '../inherited';
import type { Lake } from '../ports';
import { keptRun, readPointer } from '../publish/pointer';
import { readManifest } from './manifest';
import { Sentences, spellOut } from './sentences';

/**
 * In what the table falls short that a run's changes are merged into: what its manifest says of its own run and of those before it, and what
 * readers are told of it. What a table lacks it still lacks when something is added.
 */
export async function inherit(
  { source, dataset, increment }: Plan,
  lake: Pick<Lake, 'get'>,
): Promise<readonly Inherited[]> {
  if (increment === undefined) return [];
  const { runId } = increment.base;
  const base = { source, dataset, runId };
  const manifest = await readManifest(lake, base).catch(unlessUnreadable);
  const pointer = await readPointer(lake, base);
  const published = keptRun(pointer, runId);
  if (!manifest && !published) {
    return [{ runId, warning: 'nobody knows what it lacks, since its manifest cannot be read' }];
  }
  const before = manifest?.inherited ?? [];
  const known = new Set(spellOut([inheritedSentences(before)]));
  const told = new Set([...(manifest?.warnings ?? []), ...(published?.warnings ?? [])]);
  const own = [...told].filter((warning) => !known.has(warning));
  return [...before, ...own.map((warning) => ({ runId, warning }))];
}

/** One sentence for each way in which the table before falls short. */
export function inheritedSentences(inherited: readonly Inherited[]): Sentences {
  const sentences = new Sentences();
  for (const { runId, warning } of inherited) {
    sentences.add(
      `the table of run ${runId}, which this run is merged into, falls short: ${warning}; load everything to make that good`,
    );
  }
  return sentences;
}
