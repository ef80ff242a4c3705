import type { StagedRun } from '../keys';
import { listAllRanges } from '../missing/present-ranges';
import type { Lake, ListedObject } from '../ports';
import { Fingerprints, fingerprint } from './fingerprints';
import type { Ledger } from './ledger';
import type { ManifestObject } from './manifest';
import { Sentences } from './sentences';

/** How the objects in the lake differ from those of a ledger. */
export interface Differences {
  /** Objects that are gone, or not what their receipts were read from. */
  readonly changed: Sentences;
  /** Ranges that came after the ledger was written. */
  readonly late: Sentences;
}

/** Collects what the objects of a ledger were, and holds that against a LIST of what they are. */
export class Checksums {
  readonly #written = new Fingerprints();

  add(object: Pick<ManifestObject, 'key' | 'bytes' | 'etag'>): void {
    this.#written.add(identity(object));
  }

  /** Goes through objects again only where something differs. */
  async compare(runs: readonly StagedRun[], ledger: Ledger, lake: Pick<Lake, 'list'>): Promise<Differences> {
    const listed = new Fingerprints();
    for await (const object of inLake(runs, lake)) listed.add(identity(object));
    const [changed, late] = [new Sentences(), new Sentences()];
    const [gone, here] = [this.#written.without(listed), listed.without(this.#written)];
    if (gone.size + here.size === 0) return { changed, late };
    const now = new Set<string>();
    if (here.size > 0) {
      for await (const object of inLake(runs, lake)) {
        if (here.has(fingerprint(identity(object)))) now.add(object.key);
      }
    }
    if (gone.size > 0) {
      for await (const { object } of ledger) {
        if (!gone.has(fingerprint(identity(object)))) continue;
        const what = now.delete(object.key)
          ? 'is not the object that its receipt was read from: somebody has overwritten it'
          : 'is gone from the lake: somebody has removed it';
        changed.add(`${object.key} ${what}`);
      }
    }
    for (const key of now) late.add(`${key} came after the others were counted`);
    return { changed, late };
  }
}

async function* inLake(runs: readonly StagedRun[], lake: Pick<Lake, 'list'>): AsyncGenerator<ListedObject> {
  for (const run of runs) for await (const { object } of listAllRanges(run, lake)) yield object;
}

function identity({ key, bytes, etag }: Pick<ListedObject, 'key' | 'bytes' | 'etag'>): string {
  return `${key} ${bytes} ${etag}`;
}
