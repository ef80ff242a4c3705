import type { RangeName } from '../../plan/plan';
import type { Receipt } from '../range/receipt';
import type { Layout } from './look';

/** What a lead read of a slice, and what the first look found in its place. */
interface Both {
  /** Place of the slice's first page among all ranges. */
  readonly at: number;
  readonly pages: number;
  lead?: Receipt;
  readonly found: (Receipt | undefined)[];
}

/** Holds the pages that leads have read against the same ones, read again by the first look. */
export class LeadPages {
  readonly #slices = new Map<string, Both>();
  readonly #leads = new Map<string, Both>();

  /** `at` are the places of the layouts' first ranges. */
  constructor(layouts: readonly Layout[], at: readonly number[]) {
    for (const [slice, { grid, lead, stretches }] of layouts.entries()) {
      const pages = stretches[0]?.pages ?? 0;
      if (lead === undefined) continue;
      const both: Both = { at: at[slice] ?? 0, pages, found: [] };
      this.#slices.set(grid.slice, both);
      this.#leads.set(nameOf(lead), both);
    }
  }

  /** A range of the run's own. */
  addOwn(range: RangeName, receipt: Receipt): void {
    const both = this.#leads.get(nameOf(range));
    if (both) both.lead = receipt;
  }

  /** A range of the first look, by its place among all. */
  addFound(slice: string, at: number, receipt: Receipt): void {
    const both = this.#slices.get(slice);
    const page = both ? at - both.at : -1;
    if (both && page >= 0 && page < both.pages) both.found[page] = receipt;
  }

  /** Whether the pages hold the same records as before, by their number and their keys. */
  areSame(slice: string): boolean {
    const { lead, found, pages } = this.#slices.get(slice) ?? {};
    if (lead === undefined || found === undefined || found.filter(Boolean).length !== pages) return false;
    let [received, staged, keys] = [0, 0, 0n];
    for (const receipt of found) {
      received += receipt?.received ?? 0;
      staged += receipt?.staged ?? 0;
      keys ^= digestOf(receipt);
    }
    return lead.received === received && lead.staged === staged && digestOf(lead) === keys;
  }
}

function digestOf({ keysDigest = '0' }: Partial<Receipt> = {}): bigint {
  return BigInt(`0x${keysDigest}`);
}

function nameOf({ slice, index }: RangeName): string {
  return `${slice} ${index}`;
}
