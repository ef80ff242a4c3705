/** What ends early when a signal aborts. */
export interface Abortable {
  abort(reason: unknown): void;
}

const ofSignals = new WeakMap<AbortSignal, Set<Abortable>>();

/**
 * Aborts `abortable` when `signal` aborts; returns what undoes that. One listener per signal serves all: those of an
 * EventTarget are searched one by one whenever one is added or removed, for every request among all that are under way.
 */
export function abortWith(signal: AbortSignal | undefined, abortable: Abortable): () => void {
  if (signal === undefined) return () => {};
  const all = ofSignals.get(signal) ?? listenTo(signal);
  all.add(abortable);
  return () => all.delete(abortable);
}

function listenTo(signal: AbortSignal): Set<Abortable> {
  const all = new Set<Abortable>();
  ofSignals.set(signal, all);
  const abortAll = () => {
    for (const one of [...all]) one.abort(signal.reason);
  };
  signal.addEventListener('abort', abortAll, { once: true });
  return all;
}
