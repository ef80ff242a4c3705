/** Names of alarms. Each kind is a heading of docs/runbook.md. */

/** What can go wrong with a source. */
export const sourceKinds = [
  'dead-letters',
  'queue-age',
  'worker-errors',
  'worker-throttles',
  'worker-duration',
  'fan-out-errors',
  'missed-schedules',
] as const;

/** What can go wrong with a dataset. */
export const datasetKinds = ['late', 'stuck', 'quarantine', 'drift', 'incomplete'] as const;

/** What can go wrong with an environment. */
export const environmentKinds = ['reconcile-errors', 'reconcile-stopped'] as const;

export type AlarmKind =
  | (typeof sourceKinds)[number]
  | (typeof datasetKinds)[number]
  | (typeof environmentKinds)[number];

/** What an alarm watches: a dataset, a source, or, where neither is named, the environment. */
export interface Watched {
  readonly environment: string;
  readonly source?: string;
  readonly dataset?: string;
}

/** Name of an alarm: 'baseload-prod-shop-orders-late'. */
export function alarmName(watched: Watched, kind: AlarmKind): string {
  return named(watched, kind);
}

/** What the sources of an environment share and are paged for together: the function that completes their runs, and the account's concurrency. */
export type SharedCause = 'pipeline' | 'capacity';

/** Name of the alarm that pages for a source, 'baseload-prod-shop', or for what sources share, 'baseload-prod-pipeline'. */
export function pageName(environment: string, of: { readonly source: string } | SharedCause): string {
  return typeof of === 'string' ? named({ environment }, of) : named({ environment, source: of.source });
}

/** Name of the topic that is told of pages. */
export function topicName(environment: string): string {
  return named({ environment }, 'alarms');
}

function named({ environment, source, dataset }: Watched, kind?: string): string {
  return ['baseload', environment, source, dataset, kind].filter((part) => part !== undefined).join('-');
}
