import type { RangeSet } from '../../plan/range-set';
import { concurrently } from '../concurrently';
import { type StagedRun, stagePrefix } from '../keys';
import { rangeOfKey } from '../missing/present-ranges';
import type { Lake } from '../ports';
import { linesIn, type ManifestObject, type ManifestPart, readPart } from './manifest';

/** Parts read at once. */
const partsAtOnce = 2;

/** The harvested objects of one folder: a run's own, or a look's. */
export interface LedgerFolder {
  readonly run: StagedRun;
  readonly parts: readonly ManifestPart[];
  /** Ranges that others replace, besides those that parts say so of. */
  readonly replaced: RangeSet;
}

/** One object of a run. */
export interface LedgerEntry {
  readonly object: ManifestObject;
  /** Others stand for it in the table. */
  readonly isReplaced: boolean;
  readonly part: ManifestPart;
  /** Its line in the part, from 0. */
  readonly line: number;
}

/** Every object of a run, as harvested. It may be gone through several times, each of which reads the parts again. */
export class Ledger implements AsyncIterable<LedgerEntry> {
  constructor(
    readonly folders: readonly LedgerFolder[],
    readonly lake: Pick<Lake, 'get'>,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<LedgerEntry> {
    for (const { run, parts, replaced } of this.folders) {
      const prefix = stagePrefix(run);
      const read = concurrently(parts, partsAtOnce, async (part) => ({
        part,
        objects: await readPart(part, this.lake),
      }));
      for await (const { part, objects } of read) {
        const isMarked = linesIn(part.replaced ?? []);
        for (const [line, object] of objects.entries()) {
          const range = rangeOfKey(prefix, object.key);
          const isReplaced = isMarked(line) || (range !== undefined && replaced.has(range));
          yield { object, part, line, isReplaced };
        }
      }
    }
  }

  /** The objects that the table is made of; their position in it is their number. */
  table(isWanted: (number: number) => boolean = () => true): AsyncIterable<ManifestObject> {
    const entries = this;
    return {
      async *[Symbol.asyncIterator]() {
        let number = 0;
        for await (const { object, isReplaced } of entries) {
          if (!isReplaced && isWanted(number++)) yield object;
        }
      },
    };
  }
}

/** Which lines of which parts are replaced, as a manifest says it. */
export class ReplacedLines {
  readonly #spans = new Map<string, [number, number][]>();

  add({ part, line, isReplaced }: LedgerEntry): void {
    if (!isReplaced) return;
    const spans = this.#spans.get(part.key) ?? [];
    const last = spans.at(-1);
    if (last?.[1] === line - 1) last[1] = line;
    else spans.push([line, line]);
    this.#spans.set(part.key, spans);
  }

  /** The parts as they stand in a manifest: those that hold anything of the table. */
  apply(parts: readonly ManifestPart[]): ManifestPart[] {
    const applied = parts.map((part) => {
      const replaced = this.#spans.get(part.key);
      if (!replaced) return part;
      const lines = replaced.reduce((sum, [first, last]) => sum + last - first + 1, 0);
      return { ...part, objects: part.objects - lines, replaced };
    });
    return applied.filter(({ objects }) => objects > 0);
  }
}
