/** What happened in a stretch of time. */
export interface TimeBin {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly throttled: number;
  readonly retries: number;
  /** Milliseconds, as means over the ranges that were being fetched, by their requests; absent where none of them tells. */
  readonly latency?: { readonly median: number; readonly high: number; readonly longest: number };
}

/** What one range did in its time. */
export interface Happened {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly milliseconds: number;
  readonly requests: number;
  readonly throttled: number;
  readonly retries: number;
  /** Milliseconds: median, 95th percentile, longest. */
  readonly latency?: readonly [number, number, number] | undefined;
}

/** The narrowest stretch, milliseconds. */
const narrowest = 250;
/** More stretches than this are never held: then each two become one. */
const mostBins = 512;

interface Sums {
  requests: number;
  throttled: number;
  retries: number;
  /** Requests whose latency is known. */
  timed: number;
  median: number;
  high: number;
  longest: number;
}

/** Sums over time, of any number of ranges that come in any order, in memory that does not grow: each is spread evenly over its own time. */
export class TimeBins {
  #width = narrowest;
  #bins = new Map<number, Sums>();
  /** When the first thing began, and the last one ended; milliseconds since the epoch. */
  #begin = Number.POSITIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;

  add(happened: Happened): void {
    const { from } = happened;
    const to = from + Math.max(1, happened.milliseconds);
    this.#begin = Math.min(this.#begin, from);
    this.#end = Math.max(this.#end, to);
    while (this.#span() > mostBins) this.#widen();
    const width = this.#width;
    for (let bin = Math.floor(from / width); bin * width < to; bin++) {
      const share = (Math.min(to, (bin + 1) * width) - Math.max(from, bin * width)) / (to - from);
      addTo(this.#at(bin), happened, share);
    }
  }

  /** In order and without a gap, at most `most` of them; none where nothing was added. */
  bins(most: number): TimeBin[] {
    if (this.#bins.size === 0) return [];
    while (this.#span() > most) this.#widen();
    const width = this.#width;
    const bins: TimeBin[] = [];
    for (let bin = Math.floor(this.#begin / width); bin * width < this.#end; bin++) {
      const { timed, median, high, longest, ...sums } = this.#bins.get(bin) ?? nothing();
      bins.push({
        from: Math.max(this.#begin, bin * width),
        to: Math.min(this.#end, (bin + 1) * width),
        ...sums,
        ...(timed > 0 && { latency: { median: median / timed, high: high / timed, longest } }),
      });
    }
    return bins;
  }

  #span(): number {
    return Math.ceil(this.#end / this.#width) - Math.floor(this.#begin / this.#width);
  }

  #at(bin: number): Sums {
    const sums = this.#bins.get(bin) ?? nothing();
    this.#bins.set(bin, sums);
    return sums;
  }

  #widen(): void {
    const before = this.#bins;
    this.#bins = new Map();
    this.#width *= 2;
    for (const [bin, sums] of before) merge(this.#at(Math.floor(bin / 2)), sums);
  }
}

function nothing(): Sums {
  return { requests: 0, throttled: 0, retries: 0, timed: 0, median: 0, high: 0, longest: 0 };
}

function addTo(sums: Sums, { requests, throttled, retries, latency }: Happened, share: number): void {
  sums.requests += requests * share;
  sums.throttled += throttled * share;
  sums.retries += retries * share;
  if (latency === undefined) return;
  const [median, high, longest] = latency;
  const timed = Math.max(1, requests) * share;
  sums.timed += timed;
  sums.median += median * timed;
  sums.high += high * timed;
  sums.longest = Math.max(sums.longest, longest);
}

function merge(into: Sums, sums: Sums): void {
  into.requests += sums.requests;
  into.throttled += sums.throttled;
  into.retries += sums.retries;
  into.timed += sums.timed;
  into.median += sums.median;
  into.high += sums.high;
  into.longest = Math.max(into.longest, sums.longest);
}
