import { createHash } from 'node:crypto';
import type { Plan, Sequence } from '../../core/plan/plan';
import { stagePrefix } from '../../core/run/keys';
import { rangeOfKey } from '../../core/run/missing/present-ranges';
import { type Receipt, toMetadata } from '../../core/run/range/receipt';

/** An object that is made when it is asked for. */
export interface StagedObject {
  readonly bytes: number;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Every stage object of a run. */
export interface StagedObjects {
  find(key: string): StagedObject | undefined;
  /** Up to `most` keys below a prefix and behind a key, in order. */
  keys(prefix: string, after: string, most: number): string[];
}

/** The objects of a run of one grid of pages, as its workers would have written them: full pages, keys in order, nothing wrong with any. */
export function stagedObjects({ plan }: { readonly plan: Plan }): StagedObjects {
  const [grid] = plan.sequences;
  if (grid?.type !== 'pages') throw new TypeError('the run has a grid of pages');
  const prefix = stagePrefix(plan);
  const ranges = Math.ceil(grid.pages / grid.pagesPerRange);
  const keyAt = (index: number) =>
    `${prefix}${grid.slice}-${String(index).padStart(8, '0')}.${plan.extension}`;
  return {
    find(key) {
      const range = rangeOfKey(prefix, key, [plan.extension]);
      if (range === undefined || range.slice !== grid.slice || range.index >= ranges) return undefined;
      const etag = createHash('md5').update(key).digest('hex');
      return {
        bytes: 20_000 + (range.index % 5000),
        etag,
        metadata: toMetadata(receiptAt(plan, grid, range.index)),
      };
    },
    keys(under, after, most) {
      if (!prefix.startsWith(under) && !under.startsWith(prefix)) return [];
      const first =
        after < prefix ? 0 : (rangeOfKey(prefix, after, [plan.extension])?.index ?? ranges - 1) + 1;
      const count = Math.max(0, Math.min(most, ranges - first));
      return Array.from({ length: count }, (_, i) => keyAt(first + i)).filter((key) => key.startsWith(under));
    },
  };
}

function receiptAt(plan: Plan, grid: Extract<Sequence, { type: 'pages' }>, index: number): Receipt {
  const firstPage = index * grid.pagesPerRange;
  const pages = Math.min(grid.pagesPerRange, grid.pages - firstPage);
  const records = Math.min(pages * grid.pageSize, (grid.total ?? 0) - firstPage * grid.pageSize);
  const first = firstPage * grid.pageSize + 1;
  const mark = createHash('sha256').update(String(index)).digest('hex').slice(0, 16);
  return {
    definition: plan.definition,
    attempt: mark.slice(0, 8),
    fetchedAt: new Date(Date.parse(plan.plannedAt) + index * 20).toISOString(),
    fetchMilliseconds: 20,
    firstPage,
    pages,
    requests: pages,
    latency: [18, 25, 40],
    bytesReceived: 90_000,
    received: records,
    staged: records,
    quarantined: 0,
    filtered: 0,
    firstKey: JSON.stringify([first]),
    lastKey: JSON.stringify([first + records - 1]),
    uniqueKeys: true,
    firstRecord: mark,
    lastRecord: mark,
    ...(grid.total === undefined
      ? {}
      : { totals: { min: grid.total, max: grid.total }, planned: grid.total }),
    raw: `raw/${plan.source}/${plan.dataset}/run=${plan.runId}/${grid.slice}-${String(index).padStart(8, '0')}-${mark.slice(0, 8)}.jsonl.gz`,
  };
}
