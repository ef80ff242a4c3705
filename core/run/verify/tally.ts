import type { Plan } from '../../plan/plan';
import { stagePrefix } from '../keys';
import { rangeOfKey } from '../missing/present-ranges';
import type { Manifest, ManifestObject } from './manifest';
import { Sentences } from './sentences';

type Counts = Manifest['counts'];

/** Ranges and pages of one folder: a run's own, or a look's. */
interface Folder {
  ranges: number;
  pages: number;
}

/** What the receipts of a run add up to, one after the other, so that any number takes no more memory than one. */
export class Tally {
  /** Requests and bytes received are of everything that was fetched, all else of what the table is made of. */
  readonly counts: Counts = {
    ranges: 0,
    pages: 0,
    requests: 0,
    received: 0,
    added: 0,
    staged: 0,
    quarantined: 0,
    filtered: 0,
    repeated: 0,
    bytesReceived: 0,
    bytesStaged: 0,
  };
  /** Ranges that were shaped by another definition than the plan's. */
  readonly otherDefinitions = new Sentences();
  /** Ranges that do not account for what they received. */
  readonly unaccounted = new Sentences();
  /** Slices whose total is not what it was. */
  readonly movedTotals = new Sentences();
  /** By how much the totals of slices moved, together. */
  moved = 0;
  /** Ranges of looks that the table is made of. */
  looked = 0;
  readonly #folders = new Map<number | undefined, Folder>();
  readonly #movedSlices = new Set<string>();
  /** What the slices that began hold together; 'unknown' once the source did not tell it of one. */
  #promised: number | 'unknown' | undefined;

  constructor(readonly plan: Plan) {}

  /** The next object; of one that others replace, only that it is there, and sound. */
  add(object: ManifestObject, isReplaced = false): void {
    const { counts } = this;
    const { key, bytes, look, receipt } = object;
    counts.requests += receipt.requests;
    counts.bytesReceived += receipt.bytesReceived;
    const folder = this.folder(look);
    folder.ranges++;
    folder.pages += receipt.pages;
    this.#folders.set(look, folder);
    this.#checkAlone(object);
    if (isReplaced) return;
    counts.ranges++;
    counts.pages += receipt.pages;
    counts.received += receipt.received;
    counts.added += receipt.added ?? 0;
    counts.staged += receipt.staged;
    counts.quarantined += receipt.quarantined;
    counts.filtered += receipt.filtered;
    counts.bytesStaged += bytes;
    if (look !== undefined) this.looked++;
    if (receipt.begins) this.#promise(receipt.expected);
    this.#checkTotal(key, receipt);
  }

  /** Ranges and pages that are there: of a look, or the run's own. */
  folder(look: number | undefined): Folder {
    return this.#folders.get(look) ?? { ranges: 0, pages: 0 };
  }

  /** What the slices hold together; undefined unless the source told it of every one. */
  get promised(): number | undefined {
    return this.#promised === 'unknown' ? undefined : this.#promised;
  }

  #promise(expected: number | undefined): void {
    if (expected === undefined || this.#promised === 'unknown') this.#promised = 'unknown';
    else this.#promised = (this.#promised ?? 0) + expected;
  }

  #checkAlone({ key, receipt }: ManifestObject): void {
    if (receipt.definition !== this.plan.definition) {
      this.otherDefinitions.add(`${key} was shaped by another definition than the plan's`);
    }
    const { received, added = 0, staged, quarantined, filtered } = receipt;
    const accounted = staged + quarantined + filtered;
    if (accounted === received + added) return;
    const made = added === 0 ? '' : ` and the ${n(added)} rows made beyond them`;
    this.unaccounted.add(
      `${key} accounts for ${n(accounted)} of the ${n(received)} records it received${made}`,
    );
  }

  #checkTotal(key: string, { totals, planned }: ManifestObject['receipt']): void {
    if (totals === undefined || planned === undefined) return;
    const moved = [totals.min, totals.max].find((total) => total !== planned);
    if (moved === undefined) return;
    const slice = rangeOfKey(stagePrefix(this.plan), key)?.slice ?? key;
    if (this.#movedSlices.has(slice)) return;
    this.#movedSlices.add(slice);
    this.moved += Math.abs(moved - planned);
    const what = slice === 'all' ? "the source's total" : `the source's total of slice ${slice}`;
    this.movedTotals.add(
      `${what} moved from ${n(planned)} to ${n(moved)} while the run was loading, so pages may have shifted`,
    );
  }
}

const n = (value: number): string => value.toLocaleString('en');
