import type { Manifest, ManifestObject } from '../run/verify/manifest';
import type { LoadedObject } from './loaded-objects';
import { runUsage } from './run-usage';
import type { FunctionSizes, Usage } from './usage';

/** Of the bodies under raw/, where nobody has measured them: gzip leaves about a sixth of JSON. */
const rawShare = 1 / 6;

/** What is known of a run besides the receipts of its objects. */
export interface KnownOfRun {
  /** Under raw/, where somebody has listed them. */
  readonly rawBytes?: number | undefined;
  /** Secrets that the source's declaration names. */
  readonly secrets?: number | undefined;
  readonly lanes?: number | undefined;
  readonly keyReads?: number | undefined;
  /** @default as they usually are */
  readonly sizes?: FunctionSizes | undefined;
}

/** What the objects of a finished run tell of its usage, added one at a time so that a million of them take no memory. */
export class UsageSum {
  #ranges = 0;
  /** Ranges of each look. */
  readonly #looks = new Map<number, number>();
  #bytesReceived = 0;
  #bytesStaged = 0;
  #fetchMilliseconds = 0;
  #raw = 0;
  #documents = 0;
  #documentsRead = 0;
  #successors = 0;
  /** Slices begin in leads and chains only. */
  #begun = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** The next object that the run loaded; of one that is no part of the table, because others replace it or it only looked, `isReplaced`. */
  add(
    { look, bytes, receipt }: Pick<ManifestObject, 'look' | 'bytes' | 'receipt'>,
    isReplaced = false,
  ): void {
    const { raw, quarantine, observations, next, firstPage, begins } = receipt;
    const began = Date.parse(receipt.fetchedAt);
    this.#ranges += 1;
    if (look !== undefined) this.#looks.set(look, (this.#looks.get(look) ?? 0) + 1);
    this.#bytesReceived += receipt.bytesReceived;
    this.#bytesStaged += bytes;
    this.#first = Math.min(this.#first, began);
    this.#last = Math.max(this.#last, began + receipt.fetchMilliseconds);
    this.#fetchMilliseconds += receipt.fetchMilliseconds;
    if (begins) this.#begun += 1;
    if (raw !== undefined) this.#raw += 1;
    const follows = next !== undefined && 'key' in next;
    const documents = [quarantine !== undefined, observations !== undefined, follows].filter(Boolean).length;
    this.#documents += documents;
    if (!isReplaced) this.#documentsRead += documents;
    // Of a grid, every range is enqueued from the plan; of a chain, the first one only.
    if (next !== undefined && firstPage !== undefined) this.#successors += begins || firstPage > 0 ? 1 : 0;
  }

  /** What the run used, as far as it can be derived. A replay's fetching is that of the run it replays, so it is not counted again. */
  usage({ replayOf }: Pick<Manifest, 'replayOf'>, known: KnownOfRun = {}): Usage {
    const isReplay = replayOf !== undefined;
    const rawBytes = known.rawBytes ?? (this.#raw === 0 ? 0 : this.#bytesReceived * rawShare);
    const span = Math.max(0, this.#last - this.#first) / 1000;
    const work = {
      ranges: this.#ranges,
      successors: this.#successors,
      begun: this.#begun,
      looks: [...this.#looks.values()],
      bytesReceived: this.#bytesReceived,
      fetchSeconds: isReplay ? 0 : this.#fetchMilliseconds / 1000,
      seconds: isReplay || !Number.isFinite(span) ? 60 : span,
      raw: isReplay ? 0 : this.#raw,
      replayed: isReplay ? this.#ranges : 0,
      documents: this.#documents,
      documentsRead: this.#documentsRead,
      keyReads: known.keyReads ?? 0,
      secrets: isReplay ? 0 : (known.secrets ?? 1),
      lanes: known.lanes ?? 2,
      bytesStored: this.#bytesStaged + (isReplay ? 0 : rawBytes),
    };
    return runUsage(work, known.sizes);
  }
}

/** What a finished run used, by the receipts of all objects that it loaded (loadedObjects). */
export async function usageOf(
  manifest: Pick<Manifest, 'replayOf'>,
  objects: AsyncIterable<LoadedObject> | Iterable<LoadedObject>,
  known: KnownOfRun = {},
): Promise<Usage> {
  const sum = new UsageSum();
  for await (const { object, isReplaced } of objects) sum.add(object, isReplaced);
  return sum.usage(manifest, known);
}
