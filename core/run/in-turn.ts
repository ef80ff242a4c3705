/** 2^32 divided by the golden ratio: whatever the number of minutes from one pass to the next, the beginnings spread evenly, and none is left out (Knuth, The Art of Computer Programming, volume 3, 6.4). */
const spread = 2_654_435_769;

/** The same in the same order, beginning with another at each minute: one that takes all the time there is keeps none of those after it waiting for ever. */
export function inTurn<T>(all: readonly T[], now: number): T[] {
  const minute = Math.floor(now / 60_000);
  const fraction = (Math.imul(minute, spread) >>> 0) / 2 ** 32;
  const first = Math.floor(fraction * all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}
