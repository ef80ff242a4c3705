import type { Clock } from '../../core/run/ports';

/** Lets many wait for the next change of something. */
export class ChangeSignal {
  readonly #listeners = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Wakes everybody who waits. */
  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Resolves at the next change, after `milliseconds`, or when `signal` aborts. */
  async next(milliseconds: number, signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const end = () => ended.abort();
    this.#listeners.add(end);
    signal.addEventListener('abort', end);
    try {
      await this.clock.sleep(milliseconds, ended.signal);
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    } finally {
      this.#listeners.delete(end);
      signal.removeEventListener('abort', end);
    }
  }
}
