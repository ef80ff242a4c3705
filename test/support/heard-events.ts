import type { RunEvent } from '../../core/run/events/run-event';
import type { Catalog, GaugeName, Gauges, RunEvents } from '../../core/run/ports';
import type { Pointer } from '../../core/run/publish/pointer';

/** What reconcile tells others of runs, remembered; whoever refuses to be told has his own sentence. */
export interface HeardEvents {
  readonly environment: string;
  readonly bucket: string;
  readonly heard: RunEvent[];
  readonly followed: Pointer[];
  readonly stated: { readonly gauge: GaugeName; readonly value: number; readonly dataset: string }[];
  /** Why the bus, or the catalog, refuses; undefined where it does not. */
  refusal: { events?: string; catalog?: string };
  readonly events: RunEvents;
  readonly gauges: Gauges;
  readonly catalog: Catalog;
}

/** Somebody who listens to everything. */
export function heardEvents(): HeardEvents {
  const listener: HeardEvents = {
    environment: 'prod',
    bucket: 'baseload-prod-lake',
    heard: [],
    followed: [],
    stated: [],
    refusal: {},
    events: {
      async emit(event) {
        if (listener.refusal.events !== undefined) throw new Error(listener.refusal.events);
        listener.heard.push(event);
      },
    },
    gauges: {
      gauge: (gauge, value, { source, dataset }) =>
        void listener.stated.push({ gauge, value, dataset: `${source}/${dataset}` }),
    },
    catalog: {
      async follow(pointer) {
        if (listener.refusal.catalog !== undefined) throw new Error(listener.refusal.catalog);
        listener.followed.push(pointer);
      },
    },
  };
  return listener;
}
