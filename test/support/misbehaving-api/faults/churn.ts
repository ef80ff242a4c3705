import { randomFrom } from '../../../conformance/random';
import type { Inventory } from '../items';
import { item } from '../items';
import { countables, type FaultCase } from './fault-case';

/** How records come and go while they are read. */
export interface Churn {
  readonly name: string;
  readonly seed: number;
  /** Changes behind a request, on average; less than 1. */
  readonly perRequest: number;
  /** Share of the changes that insert; the others delete. */
  readonly inserts: number;
  readonly where: 'anywhere' | 'at the end';
  /** Requests after which nothing changes any more. */
  readonly until: number;
  /** What the dataset says of looks. */
  readonly looks: number;
}

/** Records that come and go at positions by chance, the same ones for the same seed and order of requests. */
export function churnFault(churn: Churn): FaultCase {
  const { name, seed, perRequest, until, looks } = churn;
  return {
    name,
    applies: countables,
    make() {
      const random = randomFrom(seed);
      return {
        reply(reply, { received, inventory }) {
          if (received.index >= until || random() >= perRequest) return reply;
          change(inventory, churn, random);
          return { ...reply };
        },
      };
    },
    dataset: (dataset) => ({ ...dataset, verification: { ...dataset.verification, looks } }),
  };
}

/** Ids of items are seven apart, so that there is room for others between them. */
const between = 6;

function change(inventory: Inventory, { inserts, where }: Churn, random: () => number): void {
  const { items } = inventory;
  const at = where === 'anywhere' ? Math.floor(random() * items.length) : items.length - 1;
  const neighbour = items[at] ?? item(0);
  const { id } = neighbour;
  if (random() >= inserts) inventory.remove(id);
  else {
    const step = where === 'anywhere' ? 1 + Math.floor(random() * between) : 1;
    inventory.insert({ ...neighbour, id: id + step });
  }
}
