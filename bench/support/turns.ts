import type { Seeded } from './seeded';

/**
 * Processes that take turns in an order that chance decides: everyone waits before and after each call, one is let go at a time, and goes on
 * until it waits again. Nothing else may be asynchronous, so a seed repeats a run exactly.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(private readonly chance: Seeded) {}

  /** Turns taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Resolves when it is the caller's turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives turns until `done`, nobody waits, or `most` have been given. */
  async run(most: number, done: () => boolean): Promise<void> {
    while (this.#waiting.length > 0 && this.#taken < most && !done()) {
      const [next] = this.#waiting.splice(this.chance.below(this.#waiting.length), 1);
      this.#taken++;
      next?.();
      await settled();
    }
  }
}

/** Every promise that could go on has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
