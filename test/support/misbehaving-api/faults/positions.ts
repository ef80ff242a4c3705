import { hasRecordTotal, type PaginationCase } from '../paginations/pagination-case';
import {
  always,
  alwaysInTheMiddle,
  atFirst,
  countables,
  error,
  type FaultCase,
  pages,
  replies,
} from './fault-case';

const none = { items: [] };

/** The source says how many records or pages there are. */
const isCounted = (one: PaginationCase): boolean =>
  hasRecordTotal(one) || (countables(one) && !isUncounted(one));
/** The source does not say how much there is. */
const isUncounted = ({ pagination }: PaginationCase): boolean =>
  'total' in pagination && pagination.total?.type === 'none';
const hasFlag = ({ pagination }: PaginationCase): boolean =>
  'total' in pagination && pagination.total?.type === 'none' && pagination.total.hasMore !== undefined;

/** Pages that do not hold what their position says. */
export const positionFaults: readonly FaultCase[] = [
  {
    name: 'sizes that are clamped',
    // A chain that ends with a short page would end at once: the source file is wrong then.
    applies: ({ pagination }) =>
      pagination.type !== 'single' &&
      pagination.sizeParameter !== undefined &&
      !('end' in pagination && pagination.end.includes('short-page')),
    make: () => ({ asked: (asked) => ({ ...asked, size: Math.min(asked.size, 7) }) }),
  },
  {
    name: 'an empty page in the middle, then the page',
    applies: isCounted,
    make: pages(atFirst(), (page) => ({ ...page, ...none })),
  },
  {
    name: 'a short page in the middle, then the page',
    applies: isCounted,
    make: pages(
      (at) => atFirst()(at) && at.position < at.lastPosition,
      (page) => ({ ...page, items: page.items.slice(0, -1) }),
    ),
  },
  {
    name: 'an empty page in the middle, always',
    applies: isCounted,
    make: pages(alwaysInTheMiddle, (page) => ({ ...page, ...none })),
    ending: error('EmptyPageError'),
  },
  {
    name: 'a short page in the middle, always',
    applies: isCounted,
    make: pages(alwaysInTheMiddle, (page) => ({ ...page, items: page.items.slice(0, -1) })),
    ending: error('ShortPageError'),
  },
  {
    name: 'a page longer than was asked for',
    applies: hasRecordTotal,
    make: pages(alwaysInTheMiddle, (page) => ({ ...page, items: [...page.items, { id: 1 }] })),
    ending: error('LongPageError'),
  },
  {
    name: 'the first page, whatever page is asked for',
    applies: (pagination) => countables(pagination) && hasRecordTotal(pagination),
    make: pages(always, (page, { inventory }) => ({ ...page, items: inventory.items.slice(0, page.size) })),
    ending: error('RepeatedPageError'),
  },
  {
    name: 'the same page twice in a chain',
    applies: ({ pagination }) => pagination.type === 'cursor' || pagination.type === 'next-link',
    make: pages(
      ({ position }) => position === 3,
      (page, { inventory }) => ({
        ...page,
        items: inventory.items.slice(page.start - page.size, page.start),
      }),
    ),
    ending: error('RepeatedPageError'),
  },
  {
    name: '404 behind the last page',
    applies: isUncounted,
    make: replies(
      ({ position, lastPosition }) => position > lastPosition,
      (reply) => ({ ...reply, status: 404, body: { message: 'no such page' } }),
    ),
    dataset: (dataset) => ({ ...dataset, request: { ...dataset.request, statuses: { '404': 'empty' } } }),
  },
  {
    name: 'pages behind the last one that show the last page again',
    applies: (one) => isUncounted(one) && !hasFlag(one),
    make: pages(
      ({ position, lastPosition }) => position > lastPosition,
      (page, { inventory, lastPosition }) => ({
        ...page,
        items: inventory.items.slice(lastPosition * page.size),
      }),
    ),
    ending: error('RepeatedPageError'),
  },
];
