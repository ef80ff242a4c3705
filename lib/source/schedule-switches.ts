import { describe } from '../../core/source/describe';
import { schedulesOf } from '../../core/source/schedules-of';
import type { SettingKey } from '../../core/source/settings/setting-key';
import type { Source } from '../../core/source/source';
import { type Environment, isReachable } from '../environments';

/** What a switch does, or the sentence that says why it does nothing. */
export interface Switched {
  /** By 'geonames/cities'. */
  readonly switches: Readonly<Record<string, boolean>>;
  readonly problem?: string;
}

/** Reads 'geonames:schedule' or 'geonames/cities:schedule': 'on' or 'off' for one dataset, or for all of a source that have a schedule. */
export function switchSchedules(
  { key, dataset: named }: SettingKey,
  source: Pick<Source, 'name' | 'datasets'>,
  value: unknown,
): Switched {
  const nothing = (problem: string): Switched => ({ switches: {}, problem: `context '${key}'${problem}` });
  const datasets = source.datasets.filter(({ name }) => named === undefined || name === named);
  if (datasets.length === 0) {
    const known = source.datasets.map(({ name }) => name).join(', ');
    return nothing(` names no dataset of ${source.name}: there is ${known}`);
  }
  const scheduled = datasets.filter((dataset) => schedulesOf(dataset).length > 0);
  if (scheduled.length === 0) {
    const which = named === undefined ? `no dataset of ${source.name}` : `${source.name}/${named}`;
    return nothing(
      ` switches nothing: ${which} declares ${named === undefined ? 'a' : 'no'} schedule, so add one to the source's file`,
    );
  }
  if (value !== 'on' && value !== 'off')
    return nothing(`: received ${describe(value)}, allowed: 'on' or 'off'`);
  const entries = scheduled.map(({ name }) => [`${source.name}/${name}`, value === 'on']);
  return { switches: Object.fromEntries(entries) };
}

/** What is wrong with switches that are on for a source which the environment cannot reach, a sentence for each key; `switchedBy` has the keys, by 'geonames/cities'. */
export function switchedOnInVain(
  environment: Environment,
  source: Pick<Source, 'name' | 'baseUrl' | 'datasets'>,
  switchedBy: ReadonlyMap<string, string>,
): string[] {
  if (isReachable(environment, source)) return [];
  const keys = source.datasets.flatMap(({ name }) => {
    const dataset = `${source.name}/${name}`;
    const key = switchedBy.get(dataset);
    return key !== undefined && environment.scheduleSwitches?.[dataset] ? [key] : [];
  });
  const setting = `'${environment.name}:${source.name}:baseUrl'`;
  return [...new Set(keys)].map(
    (key) =>
      `context '${key}': received 'on', and nothing in ${environment.name} reaches ${source.name} at ${source.baseUrl}: set ${setting}, or switch it on elsewhere only`,
  );
}
