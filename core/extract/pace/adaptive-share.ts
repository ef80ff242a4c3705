/** A lane's pace falls no lower than this share of its limit. */
export const slowest = 1 / 16;

/** What a success gives back while the share is well below what the source last refused. */
const quickStep = 1 / 32;
/** Up to this part of what was refused, recovery is quick. */
const cautionFrom = 0.7;
/** From there on a success at the full pace gives back this part of what is missing. */
const approach = 1 / 768;
/** What a success at the full pace gives back at least. */
const slowStep = 1 / 6000;
/** Successes at the full pace, beyond what was refused, that double the step: the refusal becomes history. */
const doubling = 48;

/**
 * The share of its limit, from `slowest` to 1, that a lane dares to use, learnt from what the source refuses and accepts. A
 * refusal halves it. Successes lead back quickly to well below where it was refused, ever more slowly to there, and, if that
 * holds, ever faster beyond: what others use of the limit is left to them, and used again soon after they stop. The constants are
 * held against a source that takes half of its limit away: see bench/rate.ts.
 */
export class AdaptiveShare {
  #share = 1;
  /** The share that was refused last. */
  #refused = 1;
  /** Successes since the share has passed that, counted as below. */
  #beyond = 0;

  get value(): number {
    return this.#share;
  }

  refused(): void {
    this.#refused = this.#share;
    this.#beyond = 0;
    this.#share = Math.max(slowest, this.#share / 2);
  }

  succeeded(): void {
    if (this.#share < 1) this.#share = Math.min(1, this.#next());
  }

  #next(): number {
    const caution = cautionFrom * this.#refused;
    if (this.#share < caution) return Math.min(caution, this.#share + quickStep);
    // A slower lane has fewer successes: each counts as those it would have had at the full pace.
    const successes = 1 / this.#share;
    const missing = this.#refused - this.#share;
    if (missing > 0) return this.#share + successes * Math.max(slowStep, missing * approach);
    this.#beyond += successes;
    return this.#share + Math.min(quickStep, successes * slowStep * 2 ** (this.#beyond / doubling));
  }
}
