import type { Receipt } from '../range/receipt';
import { Fingerprints, fingerprint } from './fingerprints';
import type { ManifestObject } from './manifest';
import { Sentences } from './sentences';

/** Marks that are looked at again at most: one page given for all would be a mark for each range. */
const mostMarks = 1000;

/** Finds ranges whose first or last pages begin with the same record: the source was asked for two pages and gave one. */
export class RepeatedPages {
  readonly #marks = new Fingerprints();

  add({ receipt }: Pick<ManifestObject, 'receipt'>): void {
    for (const mark of marksOf(receipt)) this.#marks.add(mark);
  }

  /** One sentence for each range that has a page of an earlier one; goes through the objects again only where there may be any. */
  async find(objects: AsyncIterable<ManifestObject> | Iterable<ManifestObject>): Promise<Sentences> {
    const found = new Sentences();
    const repeated = this.#marks.repeated();
    if (repeated.size === 0) return found;
    const begun = new Map<string, string>();
    for await (const { key, receipt } of objects) {
      const marks = [...marksOf(receipt)].filter((mark) => repeated.has(fingerprint(mark)));
      const earlier = marks.map((mark) => begun.get(mark)).find((other) => other !== undefined);
      if (earlier !== undefined) {
        found.add(
          `${key} holds a page that begins with the same record as one of ${earlier}, so the source gave one page for two`,
        );
      }
      for (const mark of marks) if (begun.size < mostMarks || begun.has(mark)) begun.set(mark, key);
    }
    return found;
  }
}

function marksOf({ firstRecord, lastRecord }: Receipt): Set<string> {
  return new Set([firstRecord, lastRecord].filter((mark) => mark !== undefined));
}
