import type { Pacer } from './pacer';

/** Bytes of page bodies that may be under way at once, as far as that can be foreseen. */
const maximumBytes = 64 * 1024 * 1024;
/** What a body is taken to weigh before the first one has come: the usual 32 requests may be under way meanwhile. */
const assumedBytes = 2 * 1024 * 1024;
/** Share by which a body moves the average. */
const gain = 1 / 8;

/** How much the bodies of one dataset weigh on average, in bytes: the latest count most. */
export class BodyWeight {
  static readonly #known = new WeakMap<object, BodyWeight>();
  #average: number | undefined;

  /** The one of a dataset; kept as long as the dataset is, so that only a container's first range begins with a guess. */
  static of(dataset: object): BodyWeight {
    const known = BodyWeight.#known.get(dataset) ?? new BodyWeight();
    BodyWeight.#known.set(dataset, known);
    return known;
  }

  get average(): number {
    return this.#average ?? assumedBytes;
  }

  add(bytes: number): void {
    this.#average = this.#average === undefined ? bytes : this.#average + gain * (bytes - this.#average);
  }
}

/** Work that is done several pieces at a time. */
export interface InFlight<Item> {
  /** The next piece of work; undefined when there is none now. Asked again whenever a piece is done. */
  readonly next: () => Item | undefined;
  /** Does one piece, which has at most one request under way at any time and takes its turns from the pacer it is given. */
  readonly work: (item: Item, pacer: Pacer) => Promise<void>;
  /** Pieces under way at once, at most. */
  readonly limit: number;
  readonly bodies: BodyWeight;
  readonly pacer: Pacer;
  /** Aborted by the first piece that fails, with its error as the reason. */
  readonly controller: AbortController;
}

/**
 * Does all the work, as much of it at once as the limit and 64 MiB of bodies allow (always one). Another piece is begun
 * only while no request waits for the pace, so no more are under way than the source's latency needs. Resolves when
 * nothing is under way any more; rejects with the reason when the controller is aborted.
 */
export async function keepInFlight<Item>(inFlight: InFlight<Item>): Promise<void> {
  const { next, work, limit, bodies, pacer, controller } = inFlight;
  let underWay = 0;
  let waiting = 0;
  const hasRoom = () =>
    waiting === 0 &&
    (underWay === 0 || (underWay < limit && (underWay + 1) * bodies.average <= maximumBytes));

  await new Promise<void>((done) => {
    const begin = async (item: Item) => {
      underWay += 1;
      waiting += 1; // until it has its first turn
      let waits = true;
      const setWaits = (now: boolean) => {
        if (now === waits) return;
        waits = now;
        waiting += now ? 1 : -1;
        if (!now) beginMore();
      };
      try {
        await work(item, observed(pacer, setWaits));
      } catch (error) {
        controller.abort(error); // only the first one is the reason
      }
      underWay -= 1;
      setWaits(false);
      beginMore();
    };
    const beginMore = () => {
      while (!controller.signal.aborted && hasRoom()) {
        const item = next();
        if (item === undefined) break;
        void begin(item);
      }
      if (underWay === 0) done();
    };
    beginMore();
  });
  controller.signal.throwIfAborted();
}

/** The same pacer, which tells whether somebody waits for a turn. */
function observed(pacer: Pacer, setWaits: (waits: boolean) => void): Pacer {
  return {
    async take(options) {
      setWaits(true);
      try {
        await pacer.take(options);
      } finally {
        setWaits(false);
      }
    },
    settle: (signal) => pacer.settle(signal),
    pause: (seconds) => pacer.pause(seconds),
    hold: (seconds) => pacer.hold(seconds),
    quota: (quota) => pacer.quota(quota),
    succeeded: () => pacer.succeeded(),
  };
}
