import type { ManifestObject } from '../../run/verify/manifest';

/** Keeps the ranges that took the longest to fetch, the slowest first. */
export class SlowestRanges {
  readonly #slowest: ManifestObject[] = [];

  constructor(readonly most: number) {}

  add(object: ManifestObject): void {
    const { fetchMilliseconds } = object.receipt;
    const last = this.#slowest.at(-1);
    const isFull = this.#slowest.length === this.most;
    if (isFull && last && last.receipt.fetchMilliseconds >= fetchMilliseconds) return;
    const at = this.#slowest.findIndex(({ receipt }) => receipt.fetchMilliseconds < fetchMilliseconds);
    this.#slowest.splice(at === -1 ? this.#slowest.length : at, 0, object);
    if (this.#slowest.length > this.most) this.#slowest.pop();
  }

  get all(): readonly ManifestObject[] {
    return this.#slowest;
  }
}
