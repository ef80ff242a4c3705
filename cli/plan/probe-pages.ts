import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchRange } from '../../core/extract/range/fetch-range';
import type { FetchedRange, PageOrigin } from '../../core/extract/range/fetched-range';
import { rangesOf } from '../../core/plan/grid';
import type { ParentServices } from '../../core/plan/parents';
import type { PageRange, Sequence, SliceParameters, UnseenSlice } from '../../core/plan/plan';
import { isCountable } from '../../core/source/pagination';
import type { Dataset, Source } from '../../core/source/source';
import { slicesOf } from '../preview/fetch-first-pages';
import type { PreviewSource } from '../preview/preview-source';

/** What is to be looked at. */
export interface PagesToProbe {
  readonly source: Source;
  readonly dataset: Dataset;
  /** At most, or one of a slice that shows all of itself in up to five. */
  readonly pages: number;
  /** What every request is given besides what its slice is. */
  readonly parameters: SliceParameters;
  /** Where the bodies of pages go, a file for each request's worth. */
  readonly folder: string;
}

/** Pages that were fetched together, each body followed by '\n'. */
export interface ProbedFile {
  readonly file: string;
  readonly origins: readonly PageOrigin[];
  readonly bytes: number;
}

/** A slice of which pages were fetched. */
export interface ProbedSlice {
  readonly name: string;
  /** Records that the source says it holds. */
  readonly total: number | undefined;
  /** Pages that the source says, or the end that was found shows, it has. */
  readonly pages: number | undefined;
  readonly isRead: boolean;
}

export interface ProbedPages {
  readonly files: readonly ProbedFile[];
  /** Everything that the dataset is cut into; one named 'all' where it is not. */
  readonly slices: readonly UnseenSlice[];
  readonly seen: readonly ProbedSlice[];
}

/** What is waited for a range, milliseconds. */
const longestWait = 5 * 60_000;

/**
 * Fetches a few pages spread over a dataset: the first, one in the middle and the last where pages are counted, the first few of a chain; of a
 * sliced one, the beginning of slices spread over all of them. Rejects as fetchRange and readParents do.
 */
export async function probePages(
  request: PagesToProbe,
  asked: PreviewSource,
  parents: ParentServices,
): Promise<ProbedPages> {
  const declared = await slicesOf(request.source, request.dataset, parents);
  const slices = declared.map((slice) => ({
    ...slice,
    parameters: { ...slice.parameters, ...request.parameters },
  }));
  const chosen = spread(slices.length, request.pages).map((at) => slices[at]);
  const files: ProbedFile[] = [];
  const seen: ProbedSlice[] = [];
  const perSlice = Math.max(1, Math.floor(request.pages / Math.max(1, chosen.length)));
  for (const slice of chosen) {
    if (slice === undefined) continue;
    seen.push(await probeSlice({ ...request, pages: perSlice, files }, slice, asked));
  }
  return { files, slices, seen };
}

/** So many positions of `count`, the first and the last among them, as even as can be. */
export function spread(count: number, most: number): number[] {
  const positions = Math.min(count, most);
  if (positions <= 1) return count > 0 ? [0] : [];
  return Array.from({ length: positions }, (_, i) => Math.round((i * (count - 1)) / (positions - 1)));
}

interface SliceToProbe extends PagesToProbe {
  /** Appended to. */
  readonly files: ProbedFile[];
}

async function probeSlice(
  request: SliceToProbe,
  slice: UnseenSlice,
  asked: PreviewSource,
): Promise<ProbedSlice> {
  const { pagination } = request.dataset;
  if (!isCountable(pagination)) return probeChain(request, slice, asked);
  const isCounted = pagination.type === 'single' || pagination.total.type !== 'none';
  // A slice that says how much it holds names the pages behind its first ones; one that does not is not searched for its end.
  const bound = isCounted ? {} : { mostPages: request.pages };
  const lead: PageRange = { type: 'lead', slice: 'lead', index: 0, slices: [slice], ...bound };
  const fetched = await fetchPart(lead, request, asked);
  const { name } = slice;
  if (!isCounted) {
    const isSpent = fetched.origins.length >= request.pages;
    return asRead({ name, total: fetched.expected, isSpent }, request.files.slice(-1));
  }
  const rest = fetched.next.find((next): next is PagesOf => next.type === 'pages' && next.slice === name);
  const known = { name, total: fetched.expected };
  // Halves of a slice that is too big took its place, and follow one another.
  const isWhole = fetched.next.length === 0;
  if (rest === undefined) {
    return { ...known, pages: isWhole ? fetched.origins.length : undefined, isRead: isWhole };
  }
  const others = spread(rest.slicePages, request.pages).filter((page) => page >= rest.firstPage);
  for (const page of others) await fetchPart(pageAt(rest, page), request, asked);
  return { ...known, pages: rest.slicePages, isRead: false };
}

type PagesOf = Extract<Sequence, { type: 'pages' }>;

function pageAt({ pagesPerRange, ...grid }: PagesOf, page: number): PageRange {
  return { ...grid, index: 0, firstPage: page, pages: 1 };
}

/** The first pages of a chain, each in a file of its own; the end is known where it comes before so many. */
async function probeChain(
  request: SliceToProbe,
  { name, parameters }: UnseenSlice,
  asked: PreviewSource,
): Promise<ProbedSlice> {
  const position = { page: 0, records: 0 };
  const before = request.files.length;
  let range: PageRange = {
    type: 'chain',
    slice: name,
    parameters,
    position,
    index: 0,
    mostPages: request.pages,
  };
  let total: number | undefined;
  for (;;) {
    const fetched = await fetchPart(range, request, asked);
    total ??= fetched.expected;
    const [next] = fetched.next.flatMap((sequence) => [...rangesOf(sequence)]);
    if (next === undefined) break;
    range = next;
  }
  return asRead(
    { name, total, isSpent: request.files.length - before >= request.pages },
    request.files.slice(before),
  );
}

/** Of a slice that was read from its beginning: all of it, unless as many pages came as were asked for. */
function asRead(
  {
    name,
    total,
    isSpent,
  }: { readonly name: string; readonly total: number | undefined; readonly isSpent: boolean },
  files: readonly ProbedFile[],
): ProbedSlice {
  const pages = files.reduce((sum, { origins }) => sum + origins.length, 0);
  return { name, total, pages: isSpent ? undefined : pages, isRead: !isSpent };
}

async function fetchPart(
  range: PageRange,
  { source, dataset, folder, files }: SliceToProbe,
  { services }: PreviewSource,
): Promise<FetchedRange> {
  const file = join(folder, `pages-${files.length}.jsonl`);
  const deadline = services.clock.monotonic() + longestWait;
  const fetched = await fetchRange({ source, dataset, range, pagesPerRange: 1, file, deadline }, services);
  const { origins } = fetched;
  if (origins.length > 0) files.push({ file, origins, bytes: fetched.bytes });
  else await rm(file, { force: true });
  return fetched;
}
