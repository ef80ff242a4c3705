/** Chance that a seed decides: the same seed gives the same numbers, for ever and everywhere. */
export interface Seeded {
  /** From 0 up to and without 1. */
  next(): number;
  /** Whether something of this probability, 0 to 1, happens. */
  happens(probability: number): boolean;
  /** A whole number from 0 up to and without `below`. */
  below(below: number): number;
}

/** Mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c): enough to draw faults with. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    happens: (probability) => next() < probability,
    below: (below) => Math.floor(next() * below),
  };
}
