import { PermanentError } from '../../errors';
import { countPagesOf, countRangesOf, rangesOf } from '../../plan/grid';
import type { Again, PageRange, RangeName, Sequence } from '../../plan/plan';
import type { RangeSet } from '../../plan/range-set';
import { concurrently } from '../concurrently';
import { rangeDocuments } from '../dead/range-documents';
import { givenUpPrefix, type StagedRun, stageKey } from '../keys';
import type { Lake } from '../ports';
import { readNext, receiptOf } from '../range/next-sequences';
import type { Block } from '../verify/range-block';
import { type PresentRanges, presentRanges } from './present-ranges';

/** Objects looked at, at once. */
const looksAtOnce = 50;

/** How far a run is, from its plan, a LIST, and the receipts of its leads and of the ends of its chains. */
export interface Unrolled {
  /** Which ranges exist. */
  readonly present: RangeSet;
  /** Blocks of ranges that are complete. */
  readonly blocks: readonly Block[];
  /** Ranges known so far, but for those that are given up. */
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
  /** Ranges that do not exist, and that an operator gave up: nothing waits for them, nor for what would have followed. */
  readonly givenUp: readonly PageRange[];
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

/** A run, or a look of one, and what it reads. */
export type Unrollable = StagedRun & { readonly sequences: readonly (Sequence | Again)[] };

/**
 * Unrolls a plan to all ranges that are known so far, and tells which of them exist. Of a chain only its last object is
 * looked at, of a lead each once, of a grid none. Memory: a bit per range that exists, and the sequences that miss a range.
 */
export async function unroll(
  plan: Unrollable,
  lake: Pick<Lake, 'list' | 'head' | 'get'>,
  seen: SeenObjects = new Map(),
): Promise<Unrolled> {
  const found = await presentRanges(plan, lake);
  const { present } = found;
  const count = new Count(found, await rangeDocuments(givenUpPrefix(plan), lake));
  for (let sequences: readonly (Sequence | Again)[] = plan.sequences; sequences.length > 0; ) {
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
function* telling(
  sequences: readonly (Sequence | Again)[],
  present: RangeSet,
  count: Count,
): Generator<Telling> {
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
  readonly #short: (Sequence | Again)[] = [];
  readonly #givenUp: PageRange[] = [];

  constructor(
    readonly found: PresentRanges,
    /** Which ranges an operator gave up, whether they came after all or not. */
    readonly abandoned: RangeSet,
  ) {}

  sequence(sequence: Sequence | Again): void {
    if (sequence.type === 'chain') this.#chain(sequence);
    else this.#known(sequence);
  }

  told(sequence: Sequence, { pages, end }: Seen): void {
    // Of a chain, this is the last object of many.
    if (sequence.type === 'chain') this.#pages += end - sequence.position.page;
    else this.#pages += pages;
  }

  unrolled(): Unrolled {
    const { found, abandoned } = this;
    const { present } = found;
    const short = this.#short;
    return {
      ...found,
      givenUp: this.#givenUp,
      ranges: this.#ranges,
      missingRanges: this.#missingRanges,
      pages: this.#pages,
      missingPages: this.#missingPages,
      complete: this.#missingRanges === 0,
      growing: this.#growing,
      *missing() {
        for (const sequence of short) {
          for (const range of rangesOf(sequence)) {
            if (!present.has(range) && !abandoned.has(range)) yield range;
          }
        }
      },
    };
  }

  /** What is behind the last range that exists becomes known by that range. */
  #chain(chain: Extract<Sequence, { type: 'chain' }>): void {
    const existing = this.found.present.firstAbsent(chain) - chain.index;
    if (existing === 0 && this.abandoned.has(chain)) {
      this.#givenUp.push(...rangesOf(chain));
      return;
    }
    this.#ranges += Math.max(1, existing);
    if (existing === 0) this.#misses(chain, 1);
  }

  #known(sequence: Exclude<Sequence, { type: 'chain' }> | Again): void {
    const ranges = countRangesOf(sequence);
    const abandoned = this.abandoned.size > 0 ? this.#abandonedIn(sequence) : 0;
    let missing = -abandoned;
    for (let index = 0; index < ranges; index++) {
      if (this.found.present.has({ slice: sequence.slice, index })) continue;
      missing++;
      if (sequence.type === 'pages') this.#missingPages += pagesAt(sequence, index);
    }
    if (sequence.type === 'again' && missing + abandoned > 0) {
      for (const range of rangesOf(sequence)) {
        if (range.type === 'pages' && !this.found.present.has(range)) this.#missingPages += range.pages;
      }
    }
    this.#ranges += ranges - abandoned;
    this.#pages += countPagesOf(sequence);
    if (missing > 0) this.#misses(sequence, missing);
  }

  /** How many of a sequence's ranges are given up; their pages are none of the run's. */
  #abandonedIn(sequence: Sequence | Again): number {
    let count = 0;
    for (const range of rangesOf(sequence)) {
      if (this.found.present.has(range) || !this.abandoned.has(range)) continue;
      this.#givenUp.push(range);
      count++;
      if (range.type !== 'pages') continue;
      this.#pages -= range.pages;
      this.#missingPages -= range.pages;
    }
    return count;
  }

  #misses(sequence: Sequence | Again, ranges: number): void {
    this.#missingRanges += ranges;
    this.#short.push(sequence);
    if (sequence.type === 'lead' || sequence.type === 'chain') this.#growing = true;
  }
}

function pagesAt({ pages, pagesPerRange }: Extract<Sequence, { type: 'pages' }>, index: number): number {
  return Math.min(pagesPerRange, pages - index * pagesPerRange);
}
