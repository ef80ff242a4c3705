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

/** Name of the alarm that pages for a source, 'baseload-prod-shop', or for the environment, 'baseload-prod-pipeline'. */
export function pageName({ environment, source }: Omit<Watched, 'dataset'>): string {
  return source === undefined ? named({ environment }, 'pipeline') : named({ environment, source });
}

/** Name of the silent alarm that mutes sources' pages while no run can be published: 'baseload-prod-reconcile'. */
export function muteName(environment: string): string {
  return named({ environment }, 'reconcile');
}

/** Name of the topic that is told of pages. */
export function topicName(environment: string): string {
  return named({ environment }, 'alarms');
}

function named({ environment, source, dataset }: Watched, kind?: string): string {
  return ['baseload', environment, source, dataset, kind].filter((part) => part !== undefined).join('-');
}
