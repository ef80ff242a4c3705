import { PermanentError } from '../errors';
import type { Extent0 } from '../extract/page/extent';
import { tableOf } from '../shape/stage/table';
import { definitionHash } from '../source/definition-hash';
import { isCountable } from '../source/pagination';
import type { Dataset, Limits } from '../source/source';
import type { Increment, Plan, Sequence, SliceParameters, UnseenSlice } from './plan';

/** A range is this many seconds of a lane's pace, so that the time spent writing it hardly counts. */
const secondsPerRange = 10;
/** Enough ranges that the lanes finish together, however few pages there are. */
export const rangesPerLane = 4;
/** A worker's memory and the cost of fetching a range again are bounded by this. */
const recordsPerRange = 50_000;
/** Slices of a lead range at most: what follows of each of them must fit into one document. */
const mostSlicesPerRange = 500;
/** Of a lead range's slices as JSON: ten messages of SQS fit into a batch of 1 MiB (SendMessageBatch). */
const mostBytesPerRange = 80_000;
/** A total beyond this is a mistake: at a thousand requests a second its pages would take twelve days. */
const mostPlannedPages = 1_000_000_000;
/** Taken where the source decides how many records a page has, and nobody has seen one. */
const assumedPageSize = 100;

export interface PlanInput {
  readonly source: string;
  readonly dataset: Dataset;
  readonly limits: Limits;
  readonly runId: string;
  /** What the first page said; required when `needsExtent` says so, and not used otherwise. */
  readonly extent?: Extent0 | undefined;
  /** What the dataset is cut into; at least one where it is cut into slices. */
  readonly slices?: readonly UnseenSlice[] | undefined;
  /** The published runs whose records the slices are. */
  readonly parents?: Plan['parents'];
  /** When page 1 was about to be asked for. */
  readonly watermark: Date;
  readonly plannedAt: Date;
  /** Load no more than this many pages. */
  readonly onlyPages?: number | undefined;
  /** Load only what changed since. */
  readonly increment?: Increment | undefined;
}

/** Whether the ranges of a dataset are known at once, from what its first page says. */
export function needsExtent({ pagination, slices }: Pick<Dataset, 'pagination' | 'slices'>): boolean {
  if (slices.length > 0 || !isCountable(pagination) || pagination.type === 'single') return false;
  return pagination.total.type !== 'none';
}

/**
 * Fixes what a run will fetch, as one sequence: all pages where the source says how many there are (at least one, so
 * that an empty dataset is a table too), else a chain, or a lead over the slices.
 */
export function makePlan(input: PlanInput): Plan {
  const { source, dataset, runId, extent, parents = [], onlyPages, increment } = input;
  const pageSize = extent?.pageSize ?? askedPageSize(dataset);
  const perRange = pagesPerRange(input, pageSize);
  const sequence = sequenceOf(input, pageSize, perRange);
  return {
    version: 3,
    source,
    dataset: dataset.name,
    runId,
    plannedAt: input.plannedAt.toISOString(),
    watermark: input.watermark.toISOString(),
    definition: definitionHash(dataset),
    ...tableOf(dataset),
    ...(extent?.total === undefined ? {} : { total: extent.total }),
    pagesPerRange: perRange,
    // Also where it happens to be the whole: a trial never changes what readers see.
    subset: onlyPages !== undefined,
    sequences: [sequence],
    maxQuarantinedRatio: dataset.maxQuarantinedRatio,
    verification: { ...dataset.verification },
    ...(dataset.curate && { curate: { ...dataset.curate } }),
    ...parquetOf(dataset),
    ...(dataset.incremental && { overlapSeconds: dataset.incremental.overlapMinutes * 60 }),
    keepRuns: dataset.keepRuns,
    ...(increment && { increment }),
    requestsPerSecond: input.limits.requestsPerSecond / dataset.request.weight,
    lanes: input.limits.lanes,
    ...(parents.length === 0 ? {} : { parents: parents.map(({ dataset, runId }) => ({ dataset, runId })) }),
  };
}

/** What every request of a run is given besides what its slice is: `{since}` where only what changed is asked for. */
export function parametersOfAll(increment: Pick<Increment, 'sent'> | undefined): SliceParameters {
  return increment === undefined ? {} : { since: increment.sent };
}

function sequenceOf(input: PlanInput, pageSize: number, perRange: number): Sequence {
  const { dataset, slices, onlyPages } = input;
  const { pagination } = dataset;
  const parameters = parametersOfAll(input.increment);
  if (slices) {
    const all = slices.map((slice) => ({ ...slice, parameters: { ...slice.parameters, ...parameters } }));
    return lead(all, input, pageSize);
  }
  if (!isCountable(pagination)) {
    const position = { page: 0, records: 0 };
    return { type: 'chain', slice: 'all', parameters, position, index: 0, ...mostPages(onlyPages) };
  }
  if (pagination.type !== 'single' && pagination.total.type === 'none') {
    return lead([{ name: 'all', parameters }], input, pageSize);
  }
  const { total, pages: slicePages } = knownExtent(input);
  if (slicePages > mostPlannedPages) throw tooManyPages(input, slicePages);
  const pages = Math.min(slicePages, onlyPages ?? slicePages);
  const grid = {
    slice: 'all',
    parameters,
    pageSize,
    slicePages,
    firstPage: 0,
    pages,
    pagesPerRange: perRange,
  };
  return { type: 'pages', ...grid, ...(total === undefined ? {} : { total }) };
}

function tooManyPages({ source, dataset, extent }: PlanInput, pages: number): PermanentError {
  const of = extent?.total === undefined ? '' : ` for ${extent.total.toLocaleString('en')} records`;
  return new PermanentError(
    `${source}/${dataset.name} would take ${pages.toLocaleString('en')} pages${of}: correct where its total is read`,
  );
}

/** A trial of n pages looks at the first page of n slices; at more pages of each where there are fewer slices. */
function lead(all: readonly UnseenSlice[], input: PlanInput, pageSize: number): Sequence {
  const slices = all.slice(0, input.onlyPages ?? all.length);
  const most = input.onlyPages === undefined ? undefined : Math.floor(input.onlyPages / slices.length);
  const byBalance = Math.ceil(slices.length / (rangesPerLane * input.limits.lanes));
  const longest = slices.reduce((most, slice) => Math.max(most, Buffer.byteLength(JSON.stringify(slice))), 1);
  const byBytes = Math.floor(mostBytesPerRange / longest);
  const slicesPerRange = bounded(byPace(input), byBalance, byRecords(pageSize), byBytes, mostSlicesPerRange);
  return { type: 'lead', slice: 'lead', slices, slicesPerRange, ...mostPages(most) };
}

/** How many pages there are, where that is known: at least one. */
function knownExtent({ dataset, extent }: PlanInput): Pick<Extent0, 'total' | 'pages'> {
  if (dataset.pagination.type === 'single') return { pages: 1 };
  if (extent) return { ...extent, pages: Math.max(1, extent.pages) };
  throw new TypeError(`${dataset.name} cannot be planned without the extent that its first page tells`);
}

function pagesPerRange(input: PlanInput, pageSize: number): number {
  if (!needsExtent(input.dataset)) return bounded(byPace(input), byRecords(pageSize));
  const { pages: slicePages } = knownExtent(input);
  const pages = Math.min(slicePages, input.onlyPages ?? slicePages);
  return bounded(byPace(input), Math.ceil(pages / (rangesPerLane * input.limits.lanes)), byRecords(pageSize));
}

function byPace({ limits, dataset }: PlanInput): number {
  return Math.ceil((secondsPerRange * limits.requestsPerSecond) / (limits.lanes * dataset.request.weight));
}

function byRecords(pageSize: number): number {
  return Math.floor(recordsPerRange / pageSize);
}

function bounded(...bounds: readonly number[]): number {
  return Math.max(1, Math.min(...bounds));
}

function mostPages(most: number | undefined): { mostPages?: number } {
  return most === undefined ? {} : { mostPages: most };
}

function askedPageSize({ pagination }: Dataset): number {
  return (pagination.type === 'single' ? undefined : pagination.pageSize) ?? assumedPageSize;
}

/** What a plan says of how Parquet is written; nothing where another format is. */
export function parquetOf({ format }: Pick<Dataset, 'format'>): Pick<Plan, 'parquet'> {
  if (format.type !== 'parquet') return {};
  const { compression, rowGroupSize } = format;
  return { parquet: { compression, rowGroupSize } };
}
