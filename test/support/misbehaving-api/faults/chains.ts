import type { PaginationCase } from '../paginations/pagination-case';
import { always, alwaysInTheMiddle, error, type Fault, type FaultCase, pages, replies } from './fault-case';

/** A chain whose pages name the next one themselves. */
const named = ({ pagination }: PaginationCase): boolean =>
  pagination.type === 'cursor' || pagination.type === 'next-link';
const endsByCursorAlone = ({ pagination }: PaginationCase): boolean =>
  (pagination.type === 'cursor' || pagination.type === 'next-link') &&
  pagination.end.length === 0 &&
  !pagination.hasMore;
const links = ({ pagination }: PaginationCase): boolean => pagination.type === 'next-link';

/** Chains that go wrong: the reason to keep looking at where they lead. */
export const chainFaults: readonly FaultCase[] = [
  {
    name: 'empty pages in the middle of a chain that skip nothing, as in DynamoDB',
    applies: endsByCursorAlone,
    make(): Fault {
      let pauses = 0;
      return {
        page(page, { position }) {
          if (position % 3 !== 1 || pauses >= 4) return page;
          pauses += 1;
          return { ...page, items: [], next: page.start, nonce: pauses };
        },
      };
    },
  },
  {
    name: 'a page that names itself as the next one',
    applies: (one) =>
      named(one) && !('end' in one.pagination && one.pagination.end.includes('repeated-cursor')),
    make: pages(alwaysInTheMiddle, (page) => ({ ...page, next: page.start })),
    ending: error('RepeatedCursorError'),
  },
  {
    name: 'cursors that go in a circle',
    applies: named,
    make: pages(
      ({ position }) => position === 4,
      (page) => ({ ...page, next: page.size }),
    ),
    ending: error('RepeatedCursorError'),
  },
  {
    name: 'ever new cursors for one and the same page',
    applies: named,
    make(): Fault {
      let nonce = 0;
      return {
        page(page, { position }) {
          if (position !== 2) return page;
          nonce += 1;
          return { ...page, next: page.start, nonce };
        },
      };
    },
    ending: error('RepeatedPageError'),
  },
  {
    name: 'ever new pages, far beyond the total',
    applies: ({ pagination }) =>
      'end' in pagination && pagination.total !== undefined && !pagination.end.includes('total'),
    make: pages(always, (page) => ({
      ...page,
      items: Array.from({ length: page.size }, (_, index) => ({ id: page.start + index })),
      next: page.start + page.size,
      total: 20,
    })),
    ending: error('EndlessChainError'),
  },
  {
    name: 'a page that says more follow and names none',
    applies: (one) => named(one) && 'hasMore' in one.pagination && one.pagination.hasMore !== undefined,
    make: replies(alwaysInTheMiddle, (reply) => ({
      ...reply,
      body: JSON.parse(JSON.stringify(reply.body).replace(/,"endCursor":"[^"]*"/, '')),
    })),
    ending: error('NextPageNotFoundError'),
  },
  {
    name: 'a next link to another host',
    applies: links,
    make: pages(alwaysInTheMiddle, (page, { otherOrigin }) => ({ ...page, linkOrigin: otherOrigin })),
    ending: error('ForeignLinkError'),
  },
  {
    name: 'next links without an origin',
    applies: links,
    make: pages(always, (page) => ({ ...page, linkOrigin: '' })),
  },
  {
    name: 'a keyset whose key the source does not honour',
    applies: ({ pagination }) => pagination.type === 'keyset',
    make: pages(always, (page, { inventory }) => ({
      ...page,
      items: inventory.items.slice(0, page.size),
      next: page.size,
    })),
    ending: error('RepeatedCursorError'),
  },
];
