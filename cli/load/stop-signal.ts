/** Tells when somebody wants us to stop. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** They asked twice. */
  readonly impatient: boolean;
  dispose(): void;
}

/** How often we look whether npm, which started us, is still there. */
const lookMilliseconds = 500;

/**
 * Ctrl-C, SIGTERM, or the death of the npm that started us (its own kill -9 never reaches us). The second
 * Ctrl-C ends the process at once: every range is either whole or absent, so nothing is lost.
 */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  let asked = 0;
  const stop = () => {
    asked++;
    controller.abort();
    if (asked > 1) process.exit(130);
  };
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) stop();
  }, lookMilliseconds);
  watch.unref();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    get impatient() {
      return asked > 1;
    },
    dispose() {
      clearInterval(watch);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
