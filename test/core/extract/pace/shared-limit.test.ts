import { createPacer } from '../../../../core/extract/pace/pacer';
import type { Clock } from '../../../../core/run/ports';
import { createVirtualClock } from './virtual-clock';

const limit = 200;
const burst = 20;
const lanes = 4;
const latency = 20;

/** What the source lets start: all of the limit, half of it while others use the rest, and all of it again. */
const phases = { half: { from: 20, to: 60 }, end: 90 };

interface Answer {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly accepted: boolean;
}

/** A token bucket that refuses without saying for how long. */
class SharedSource {
  readonly answers: Answer[] = [];
  #tokens = burst;
  #filledAt = 0;
  readonly #began: number;

  constructor(readonly clock: Clock) {
    this.#began = clock.monotonic();
  }

  get seconds(): number {
    return (this.clock.monotonic() - this.#began) / 1000;
  }

  ask(): boolean {
    const at = this.seconds;
    const perSecond = at >= phases.half.from && at < phases.half.to ? limit / 2 : limit;
    this.#tokens = Math.min(burst, this.#tokens + (at - this.#filledAt) * perSecond);
    this.#filledAt = at;
    const accepted = this.#tokens >= 1;
    if (accepted) this.#tokens -= 1;
    this.answers.push({ at, accepted });
    return accepted;
  }
}

/** Park and Miller's generator, so that every run is the same. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Runs one lane as a worker does: some seconds of its pace, then 150 ms of writing, then it settles. */
async function runLane(source: SharedSource, random: () => number): Promise<void> {
  const { clock } = source;
  const pacer = createPacer({ requestsPerSecond: limit, burst, lanes }, clock);
  const fetchPage = async () => {
    for (let throttled = 0; ; throttled++) {
      await pacer.take();
      await clock.sleep(latency / 2 + random());
      const accepted = source.ask();
      await clock.sleep(latency / 2);
      if (accepted) return pacer.succeeded();
      pacer.pause(2 ** throttled * (0.5 + random() / 2));
    }
  };
  while (source.seconds < phases.end) {
    let left = (4 * limit) / lanes;
    const fetchInTurn = async () => {
      while (left-- > 0 && source.seconds < phases.end) await fetchPage();
    };
    await Promise.all(Array.from({ length: 8 }, fetchInTurn));
    await clock.sleep(150);
    await pacer.settle();
  }
}

async function load(seed: number): Promise<readonly Answer[]> {
  const source = new SharedSource(createVirtualClock());
  const random = generator(seed);
  await Promise.all(Array.from({ length: lanes }, () => runLane(source, random)));
  return source.answers;
}

function within(answers: readonly Answer[], from: number, to: number): { accepted: number; refused: number } {
  const those = answers.filter(({ at }) => at >= from && at < to);
  const accepted = those.filter((answer) => answer.accepted).length;
  return { accepted, refused: those.length - accepted };
}

describe('a limit of which others use half for a while', () => {
  it.each([1, 2, 3])(
    'is used up to what is left, rarely refused, and used again afterwards (seed %i)',
    async (seed) => {
      const answers = await load(seed);

      const { half, end } = phases;
      const shared = within(answers, half.from, half.to);
      expect(shared.accepted / ((limit / 2) * (half.to - half.from))).toBeGreaterThan(0.95);
      const all = within(answers, 0, end);
      expect((10_000 * all.refused) / answers.length).toBeLessThan(50);

      expect(within(answers, 0, half.from).refused).toBe(0);
      const regained = within(answers, end - 5, end);
      expect(regained.accepted / (5 * limit)).toBeGreaterThan(0.85);
    },
  );
});
