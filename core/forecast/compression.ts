import { exactly, type Span } from './extent';
import type { Probe, Sizes } from './probe';

/** The least that files grow by, as a power of what is in them: beyond what a few pages show, nothing is known of how well more of them compress. */
const leastGrowth = 0.85;

/**
 * Bytes of files that hold so many pages each, by what a few pages make, each alone and all together. Files grow more slowly than what is in
 * them (names are told once, texts repeat), by a power of it; at the high end, they grow as it does. No span where a file holds no more than was looked at.
 */
export function bytesOf(
  sizes: Sizes,
  probed: Pick<Probe, 'pages' | 'records' | 'parts'>,
  files: { readonly records: number; readonly pagesPerFile: number },
): Span {
  if (probed.records === 0) return exactly(0);
  const linear = (sizes.together * files.records) / probed.records;
  const more = files.pagesPerFile / probed.pages;
  if (more <= 1) return exactly(Math.round(linear));
  const likely = linear * more ** (growthOf(sizes, probed) - 1);
  const low = Math.min(likely, linear * more ** (leastGrowth - 1));
  return { low: Math.round(low), likely: Math.round(likely), high: Math.round(linear) };
}

/** By which power files grow; the middle of what is usual where only one was made. */
function growthOf({ alone, together }: Sizes, { parts }: Pick<Probe, 'parts'>): number {
  if (parts <= 1 || alone === 0) return (1 + leastGrowth) / 2;
  return Math.min(1, Math.max(leastGrowth, Math.log(together / alone) / Math.log(parts)));
}
