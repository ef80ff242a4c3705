import { createHash } from 'node:crypto';

/**
 * 64 bits of a hash for each of many texts, in eight bytes each: enough to find, among millions, the few that are worth a second look at what
 * they are. Two texts may share one, so whoever finds a match compares the texts.
 */
export class Fingerprints {
  #values = new BigUint64Array(1024);
  #length = 0;
  #isSorted = true;

  add(text: string): void {
    if (this.#length === this.#values.length) {
      const wider = new BigUint64Array(2 * this.#length);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length++] = fingerprint(text);
    this.#isSorted = false;
  }

  /** Those that were added more than once. */
  repeated(): Set<bigint> {
    const repeated = new Set<bigint>();
    const sorted = this.#sorted();
    for (let at = 1; at < sorted.length; at++) {
      const value = sorted[at];
      if (value !== undefined && value === sorted[at - 1]) repeated.add(value);
    }
    return repeated;
  }

  /** Those that are not among others, each once. */
  without(others: Fingerprints): Set<bigint> {
    const missing = new Set<bigint>();
    const [ours, theirs] = [this.#sorted(), others.#sorted()];
    let their = 0;
    for (const value of ours) {
      while ((theirs[their] ?? value) < value) their++;
      if (theirs[their] !== value) missing.add(value);
    }
    return missing;
  }

  #sorted(): BigUint64Array {
    const used = this.#values.subarray(0, this.#length);
    if (!this.#isSorted) used.sort();
    this.#isSorted = true;
    return used;
  }
}

/** 64 bits of a text's hash. */
export function fingerprint(text: string): bigint {
  return createHash('sha1').update(text).digest().readBigUInt64LE();
}
