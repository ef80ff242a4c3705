import type { Clock } from '../../../core/run/ports';

/** Time that only moves when a test says so. */
export class ManualClock implements Clock {
  #time = 0;
  #sleepers: { until: number; wake: () => void }[] = [];

  now(): number {
    return 1_800_000_000_000 + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  get sleepers(): number {
    return this.#sleepers.length;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = { until: this.#time + milliseconds, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal.reason);
      });
    });
  }

  advance(seconds: number): void {
    this.#time += seconds * 1000;
    const due = this.#sleepers.filter((one) => one.until <= this.#time);
    this.#sleepers = this.#sleepers.filter((one) => one.until > this.#time);
    for (const { wake } of due) wake();
  }
}
