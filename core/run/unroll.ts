import { PermanentError } from '../errors';
import { countRangesOf, rangesOf } from '../plan/grid';
import type { PageRange, Plan, RangeName, Sequence } from '../plan/plan';
import type { RangeSet } from '../plan/range-set';
import { concurrently } from './concurrently';
import { stageKey } from './keys';
import { readNext, receiptOf } from './next-sequences';
import type { Lake } from './ports';
import { presentRanges } from './present-ranges';

/** Objects looked at, at once. */
const looksAtOnce = 50;

/** How far a run is, from its plan, a LIST, and the receipts of its leads and of the ends of its chains. */
export interface Unrolled {
  /** Which ranges exist. */
  readonly present: RangeSet;
  /** Ranges known so far. */
  readonly ranges: number;
  /** Of those, the ones that do not exist. */
  readonly missingRanges: number;
  /** Pages known so far: of all ranges of grids, and of the ranges of leads and chains that exist. */
  readonly pages: number;
  /** Of those, the ones whose range does not exist. */
  readonly missingPages: number;
  /** Nothing is missing, and nothing will follow. */
  readonly complete: boolean;
  /** More may follow than is known: a range is missing that tells what does. */
  readonly growing: boolean;
  /** The ranges to enqueue now, one at a time. */
  missing(): Generator<PageRange>;
}

/** What the object of a lead or of a chain's end told. */
interface Seen {
  readonly pages: number;
  /** Position of the page behind the last one; 0 for a lead. */
  readonly end: number;
  readonly next: readonly Sequence[];
}

/** What was seen, by key: objects do not change, so nobody who looks again and again need ask twice. */
export type SeenObjects = Map<string, Seen>;

/**
 * Unrolls a plan to all ranges that are known so far, and tells which of them exist. Of a chain only its last object is
 * looked at, of a lead each once, of a grid none. Memory: a bit per range that exists, and the sequences that miss a range.
 */
export async function unroll(
  plan: Plan,
  lake: Pick<Lake, 'list' | 'head' | 'get'>,
  seen: SeenObjects = new Map(),
): Promise<Unrolled> {
  const present = await presentRanges(plan, lake);
  const count = new Count(present);
  for (let sequences: readonly Sequence[] = plan.sequences; sequences.length > 0; ) {
    const next: Sequence[] = [];
    const looks = concurrently(telling(sequences, present, count), looksAtOnce, async (telling) => {
      const key = stageKey(plan, telling.range);
      const told = seen.get(key) ?? (await look(key, lake));
      seen.set(key, told);
      return { ...telling, told };
    });
    for await (const { sequence, told } of looks) {
      count.told(sequence, told);
      next.push(...told.next);
    }
    sequences = next;
  }
  return count.unrolled();
}

/** A range that exists and tells what follows it. */
interface Telling {
  readonly sequence: Sequence;
  readonly range: RangeName;
}

/** Counts the sequences, and yields which objects must be looked at to know what follows them. */
function* telling(sequences: readonly Sequence[], present: RangeSet, count: Count): Generator<Telling> {
  for (const sequence of sequences) {
    count.sequence(sequence);
    if (sequence.type === 'chain') {
      const end = present.firstAbsent(sequence);
      if (end > sequence.index) yield { sequence, range: { slice: sequence.slice, index: end - 1 } };
    } else if (sequence.type === 'lead') {
      for (let index = 0; index < countRangesOf(sequence); index++) {
        const range = { slice: sequence.slice, index };
        if (present.has(range)) yield { sequence, range };
      }
    }
  }
}

async function look(key: string, lake: Pick<Lake, 'head' | 'get'>): Promise<Seen> {
  const head = await lake.head(key);
  if (!head) throw new PermanentError(`${key} was removed from the lake while the run was going on`);
  const receipt = receiptOf(head);
  const { pages, firstPage = 0 } = receipt;
  return { pages, end: firstPage + pages, next: await readNext(receipt, lake) };
}

/** Sums up sequences as they become known. */
class Count {
  #ranges = 0;
  #missingRanges = 0;
  #pages = 0;
  #missingPages = 0;
  #growing = false;
  /** Those that miss a range. */
  readonly #short: Sequence[] = [];

  constructor(readonly present: RangeSet) {}

  sequence(sequence: Sequence): void {
    if (sequence.type === 'chain') this.#chain(sequence);
    else this.#known(sequence);
  }

  told(sequence: Sequence, { pages, end }: Seen): void {
    // Of a chain, this is the last object of many.
    if (sequence.type === 'chain') this.#pages += end - sequence.position.page;
    else this.#pages += pages;
  }

  unrolled(): Unrolled {
    const { present } = this;
    const short = this.#short;
    return {
      present,
      ranges: this.#ranges,
      missingRanges: this.#missingRanges,
      pages: this.#pages,
      missingPages: this.#missingPages,
      complete: this.#missingRanges === 0,
      growing: this.#growing,
      *missing() {
        for (const sequence of short) {
          for (const range of rangesOf(sequence)) if (!present.has(range)) yield range;
        }
      },
    };
  }

  /** What is behind the last range that exists becomes known by that range. */
  #chain(chain: Extract<Sequence, { type: 'chain' }>): void {
    const existing = this.present.firstAbsent(chain) - chain.index;
    this.#ranges += Math.max(1, existing);
    if (existing === 0) this.#misses(chain, 1);
  }

  #known(sequence: Extract<Sequence, { type: 'pages' | 'lead' }>): void {
    const ranges = countRangesOf(sequence);
    let missing = 0;
    for (let index = 0; index < ranges; index++) {
      if (this.present.has({ slice: sequence.slice, index })) continue;
      missing++;
      if (sequence.type === 'pages') this.#missingPages += pagesAt(sequence, index);
    }
    this.#ranges += ranges;
    if (sequence.type === 'pages') this.#pages += sequence.pages;
    if (missing > 0) this.#misses(sequence, missing);
  }

  #misses(sequence: Sequence, ranges: number): void {
    this.#missingRanges += ranges;
    this.#short.push(sequence);
    if (sequence.type !== 'pages') this.#growing = true;
  }
}

function pagesAt({ pages, pagesPerRange }: Extract<Sequence, { type: 'pages' }>, index: number): number {
  return Math.min(pagesPerRange, pages - index * pagesPerRange);
}
