import { definitionHash } from '../source/definition-hash';
import type { Dataset, Limits } from '../source/source';
import type { Plan } from './plan';

/** A range is this many seconds of a lane's pace, so that the time spent writing it hardly counts. */
const secondsPerRange = 10;
/** Enough ranges that the lanes finish together, however few pages there are. */
const rangesPerLane = 4;
/** A worker's memory and the cost of fetching a range again are bounded by this. */
const recordsPerRange = 50_000;

/** What fan-out learned from the first page. */
export interface Extent {
  /** Records the source says it holds. */
  readonly total: number;
  /** Records per page that it really gives. */
  readonly pageSize: number;
}

export interface PlanInput {
  readonly source: string;
  readonly dataset: Dataset;
  readonly limits: Limits;
  readonly runId: string;
  readonly extent: Extent;
  /** When page 1 was about to be asked for. */
  readonly watermark: Date;
  readonly plannedAt: Date;
  /** Load no more than this many pages. */
  readonly onlyPages?: number | undefined;
}

/** Fixes what a run will fetch: every page that the total implies, and at least one, so that an empty dataset is a table too. */
export function makePlan({ source, dataset, limits, runId, extent, ...input }: PlanInput): Plan {
  const allPages = Math.max(1, Math.ceil(extent.total / extent.pageSize));
  const pages = Math.min(allPages, input.onlyPages ?? allPages);
  return {
    version: 1,
    source,
    dataset: dataset.name,
    runId,
    plannedAt: input.plannedAt.toISOString(),
    watermark: input.watermark.toISOString(),
    definition: definitionHash(dataset),
    total: extent.total,
    pageSize: extent.pageSize,
    pagesPerRange: pagesPerRange(limits, extent.pageSize, pages),
    subset: pages < allPages,
    slices: [{ name: 'all', pages }],
    maxQuarantinedRatio: dataset.maxQuarantinedRatio,
  };
}

/** Records that the planned pages hold if the source keeps its word. */
export function expectedRecords(plan: Plan): number {
  const room = plan.slices.reduce((records, slice) => records + slice.pages * plan.pageSize, 0);
  return Math.min(plan.total, room);
}

function pagesPerRange(limits: Limits, pageSize: number, pages: number): number {
  const byPace = Math.ceil((secondsPerRange * limits.requestsPerSecond) / limits.lanes);
  const byBalance = Math.ceil(pages / (rangesPerLane * limits.lanes));
  const byRecords = Math.floor(recordsPerRange / pageSize);
  return Math.max(1, Math.min(byPace, byBalance, byRecords));
}
