import type { FailedRanges } from '../core/run/status/open-run';
import type { EnvironmentName } from '../lambda/environment';

/** Which run of which environment is blocked. */
export interface Blocked {
  readonly environment: EnvironmentName;
  readonly source: string;
  readonly dataset: string;
  readonly runId: string;
}

/** What mends a cause, by what the workers say of it; a clause without a full stop. */
export function remedyOf(
  { failure, status }: Pick<FailedRanges, 'failure' | 'status'>,
  source: string,
): string {
  if (status === 401) return `check the secret of ${source}`;
  if (status === 403) return `check what the credential of ${source} may read`;
  if (status === 404 || status === 410) return `check baseUrl and path in sources/${source}.ts`;
  if (failure === 'configuration') return 'change the setting that the reason names';
  if (failure === 'throttled') return `lower the limits in sources/${source}.ts, or wait`;
  if (failure === 'transient') return 'wait until the source is well again';
  return 'mend the cause that the reason names';
}

/** How a blocked run goes on: one line for each way, the first one first. */
export function waysOn(
  { environment, source, dataset, runId }: Blocked,
  failed: readonly FailedRanges[],
): string[] {
  const [most] = failed;
  const remedy = most ? remedyOf(most, source) : 'mend the cause';
  const name = `${source}/${dataset}`;
  const env = environment === 'local' ? '' : ` --env ${environment}`;
  const again = environment === 'local' ? `npx baseload run ${name}` : `npx baseload redrive ${source}${env}`;
  return [
    `${remedy}, then ${again} loads what is missing`,
    `npx baseload dlq ${source}${env} shows every reason; npx baseload give-up ${runId} --dataset ${name} --ranges missing --reason "…"${env} accepts the hole`,
  ];
}
