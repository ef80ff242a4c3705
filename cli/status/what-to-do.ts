import type { FailedRanges } from '../../core/run/status/open-run';
import type { EnvironmentName } from '../../lambda/environment';

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
    `npx baseload dlq ${source}${env} shows every reason; npx baseload give-up ${runId} --dataset ${name} --ranges ${rangesOption(failed)} --reason "…"${env} accepts the hole`,
  ];
}

/** Names that a line gives. */
const mostNames = 5;

/** What `--ranges` of give-up may be: the failed ranges by name; where they are too many, those that failed last for each reason. */
export function rangesOption(failed: readonly Pick<FailedRanges, 'names' | 'ranges' | 'example'>[]): string {
  const total = failed.reduce((sum, { ranges }) => sum + ranges, 0);
  if (total > 0 && total <= mostNames) return failed.flatMap(({ names }) => names).join(',');
  const examples = failed.slice(0, mostNames).map(({ example }) => example.range);
  return examples.length > 0 ? examples.join(',') : 'missing';
}

/** A run that was refused for what is in quarantine. */
export interface RefusedForQuarantine {
  readonly source: string;
  readonly dataset: string;
  /** The run whose pages could be shaped anew; undefined where they were not kept. */
  readonly replayable: string | undefined;
}

/** How a dataset goes on whose run was refused for what is in quarantine: to load it again would come to the same. One line for each way. */
export function quarantineWays(
  { source, dataset, replayable }: RefusedForQuarantine,
  environment: EnvironmentName,
): string[] {
  const env = environment === 'local' ? '' : ` --env ${environment}`;
  const name = `${source}/${dataset}`;
  const shaped =
    replayable === undefined
      ? `npx baseload run ${name}${env} loads it anew; its pages were not kept, and keepRaw keeps them`
      : `npx baseload replay ${name} --run ${replayable}${env} shapes its pages anew, without asking the source`;
  return [
    `correct the definition in sources/${source}.ts, then ${shaped}`,
    'where what is in quarantine may be missing, set maxQuarantinedRatio above its share first',
  ];
}
