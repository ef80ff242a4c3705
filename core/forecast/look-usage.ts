import { rangesPerBlock } from '../run/verify/range-block';

/** Calls to S3, besides those for ranges. */
export interface LookUsage {
  readonly put: number;
  /** LISTs of all objects of the run's own pages, each as many calls as those take. */
  readonly listsOfRun: number;
  readonly list: number;
  readonly get: number;
  readonly head: number;
}

/**
 * What looks at the source take besides their ranges, of which each has so many. Each is planned in one pass, read in the next and held against
 * the pages in a third, which plans the look after it; so there are two passes more for each, and one. What it wrote before is read again each
 * time (look-again.ts).
 */
export function usageOfLooks(ranges: readonly number[], parts: number): LookUsage {
  const looks = ranges.length;
  if (looks === 0) return { put: 0, listsOfRun: 0, list: 0, get: 0, head: 0 };
  const passes = 2 * looks + 1;
  const partsOfLooks = ranges.reduce((sum, inLook) => sum + Math.ceil(inLook / rangesPerBlock), 0);
  return {
    // What it reads, that it was enqueued, its parts of the manifest; and what all came to.
    put: 2 * looks + partsOfLooks + 1,
    listsOfRun: 2,
    // In each pass its objects, what was given up, and the look that is not there yet; its objects to compare and to verify; for the report, parts.
    list: 3 * passes + 7 * looks + 1,
    // For the report, also the parts of what is not in the table.
    get: looks ** 2 + 3 * looks + 1 + parts + 2 * looks + partsOfLooks,
    head: parts + 2 * looks,
  };
}
