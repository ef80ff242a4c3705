import type { PageRange, Plan, Sequence } from '../../../core/plan/plan';
import type { Receipt } from '../../../core/run/range/receipt';
import type { Dataset } from '../../../core/source/source';
import { aDataset } from '../../support/source-fixture';
import { aChain, aGrid } from './run-fixture';

/** How a world's dataset is loaded: as a grid, a chain, or slices that leads look at. */
export type Kind = 'grid' | 'chain' | 'lead';

const parents = [0, 1, 2, 3, 4, 5, 6];
const recordsPerPage = 10;

export function datasetOf(kind: Kind): Dataset {
  if (kind === 'lead') return aDataset({ slices: [{ type: 'values', name: 'parent', values: parents }] });
  if (kind === 'grid') return aDataset();
  const parameter = { in: 'query' as const, name: 'cursor' };
  const cursor = { type: 'body' as const, path: 'next' };
  return aDataset({ pagination: { type: 'cursor', cursor, parameter, sizeParameter: undefined, end: [] } });
}

/** Every page that a run of a plan must hold, once. */
export function pagesOfSource(kind: Kind, plan: Plan): string[] {
  if (kind === 'grid') return pages('all', 0, Math.max(1, Math.ceil((plan.total ?? 0) / recordsPerPage)));
  if (kind === 'chain') return pages('all', 0, sizeOf('all'));
  return parents.flatMap((_, i) => pages(`s-0000000${i}`, 0, sizeOf(`s-0000000${i}`)));
}

/** The pages that the text of a stage object names. */
export function pagesIn(text: string): string[] {
  return text
    .replace(/ by [^ ]*$/, '')
    .split(',')
    .filter((page) => page !== '');
}

/** What an attempt finds in a range. A chain's ranges end where the attempt's time does, so two attempts may differ. */
export function fetchModel(range: PageRange, attempt: number): Fetched {
  if (range.type === 'pages')
    return { pages: pages(range.slice, range.firstPage, range.pages), next: [], facts: {} };
  return range.type === 'chain' ? followChain(range, attempt) : look(range);
}

/** The pages of a range, what follows it, and what its receipt says of both. */
export interface Fetched {
  readonly pages: string[];
  readonly next: readonly Sequence[];
  readonly facts: Partial<Receipt>;
}

function followChain(range: Extract<PageRange, { type: 'chain' }>, attempt: number): Fetched {
  const { slice, position, index } = range;
  const size = sizeOf(slice);
  const end = Math.min(size, position.page + 1 + (attempt % 2));
  const next = aChain({ slice, index: index + 1, position: { page: end, cursor: `c${end}`, records: end } });
  const expected = position.page === 0 ? { expected: size * recordsPerPage } : {};
  const found = pages(slice, position.page, end - position.page);
  return { pages: found, next: end < size ? [next] : [], facts: { ...counted(found), ...expected } };
}

/** The first lead hands its last slice on, as one whose time is over. */
function look({ slice, index, slices }: Extract<PageRange, { type: 'lead' }>): Fetched {
  const handsOn = slice === 'lead' && index === 0;
  const begun = handsOn ? slices.slice(0, -1) : slices;
  const rest = slices.slice(begun.length);
  const found = begun.flatMap(({ name }) => pages(name, 0, 1));
  const expected = begun.reduce((sum, { name }) => sum + sizeOf(name) * recordsPerPage, 0);
  const next = [
    ...begun.flatMap(({ name }) => restOf(name)),
    ...(rest.length > 0 ? [{ type: 'lead' as const, slice: 'rest', slices: rest, slicesPerRange: 1 }] : []),
  ];
  return { pages: found, next, facts: { ...counted(found), expected } };
}

/** One slice in three goes on as a grid, another as a chain. */
function restOf(slice: string): Sequence[] {
  const size = sizeOf(slice);
  if (size === 1) return [];
  if (size === 4) return [aChain({ slice, position: { page: 1, cursor: 'c1', records: recordsPerPage } })];
  const total = size * recordsPerPage;
  const grid = { pageSize: recordsPerPage, slicePages: size, total, pagesPerRange: 1 };
  return [aGrid({ slice, ...grid, firstPage: 1, pages: size - 1 })];
}

/** Pages of a slice. */
function sizeOf(slice: string): number {
  return slice === 'all' ? 11 : ([1, 3, 4][Number(slice.slice(2)) % 3] ?? 1);
}

function counted(found: readonly string[]): Partial<Receipt> {
  const records = found.length * recordsPerPage;
  return { pages: found.length, received: records, staged: records };
}

function pages(slice: string, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${slice} ${first + i}`);
}
