import { item } from '../items';
import { hasRecordTotal } from '../paginations/pagination-case';
import {
  always,
  chains,
  countables,
  error,
  type Fault,
  type FaultCase,
  type Occasion,
  pages,
  replies,
} from './fault-case';

/** Once, when the page at a position is asked for. */
function once(position: number, move: (occasion: Occasion) => void): () => Fault {
  return () => {
    let moved = false;
    return {
      reply(reply, occasion) {
        if (moved || occasion.position !== position) return reply;
        moved = true;
        move(occasion);
        return { ...reply };
      },
    };
  };
}

const keysets = ({ pagination }: { pagination: { type: string } }) => pagination.type === 'keyset';

/** Data that move while they are loaded, and totals that are wrong. */
export const movingDataFaults: readonly FaultCase[] = [
  {
    name: 'a record is added at the end of a chain',
    applies: (one) => chains(one) && !('total' in one.pagination && one.pagination.total),
    make: once(1, ({ inventory }) => inventory.insert(item(900))),
  },
  {
    name: 'a record that was read is deleted while a keyset is followed',
    applies: keysets,
    make: once(2, ({ inventory }) => inventory.remove(item(3).id)),
  },
  {
    name: 'a record is added at the front',
    applies: (one) => countables(one) && hasRecordTotal(one),
    make: once(2, ({ inventory }) => inventory.insert({ ...item(0), id: 1 })),
    ending: () => 'refused',
  },
  {
    name: 'a record is deleted at the front',
    applies: (one) => countables(one) && hasRecordTotal(one),
    make: once(2, ({ inventory }) => inventory.remove(item(0).id)),
    ending: () => 'refused',
  },
  {
    name: 'a total that shrinks',
    applies: (one) => countables(one) && hasRecordTotal(one),
    make: pages(
      ({ position }) => position > 2,
      (page) => ({ ...page, total: page.total - 5 }),
    ),
    ending: () => 'refused',
  },
  {
    name: 'a total that jumps',
    applies: (one) => countables(one) && hasRecordTotal(one),
    make: pages(
      ({ position }) => position === 3,
      (page) => ({ ...page, total: page.total * 10 }),
    ),
    ending: () => 'refused',
  },
  {
    name: 'a total that is too small by a record',
    applies: (one) =>
      'end' in one.pagination && one.pagination.total !== undefined && !one.pagination.end.includes('total'),
    make: pages(always, (page) => ({ ...page, total: page.total - 1 })),
    ending: () => 'refused',
  },
  {
    name: 'no total where one is declared',
    applies: (one) => countables(one) && hasRecordTotal(one) && one.records !== '',
    make: replies(always, (reply) => ({
      ...reply,
      body: JSON.parse(
        JSON.stringify(reply.body).replace(/"(total|totalResults|value)":\d+/, '"count":"many"'),
      ),
    })),
    ending: error('TotalNotFoundError'),
  },
];
