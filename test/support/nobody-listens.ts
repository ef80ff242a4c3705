import type { Catalog, Gauges, RunEvents } from '../../core/run/ports';

/** What reconcile tells others of a run, where nobody listens. */
export const nobodyListens = {
  environment: 'local',
  bucket: 'lake',
  events: { emit: async () => {} } satisfies RunEvents,
  gauges: { gauge: () => {} } satisfies Gauges,
  catalog: { follow: async () => {} } satisfies Catalog,
};
