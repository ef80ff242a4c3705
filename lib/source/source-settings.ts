import type { LoadedSource } from '../../core/source/load-sources';
import { type Setting, setSource } from '../../core/source/settings/set-source';
import {
  isOfDeployed,
  isSetting,
  keyProblem,
  readSettingKey,
  type SettingKey,
} from '../../core/source/settings/setting-key';
import type { Source } from '../../core/source/source';
import { environmentNames, type SourceSettings } from '../../lambda/environment';
import type { Environment } from '../environments';
import { switchedOnInVain, switchSchedules } from './schedule-switches';

/** An environment and its sources as the context sets them; and what is wrong with settings, a sentence each. */
export interface Settled {
  readonly environment: Environment;
  /** Those that have good settings. */
  readonly sources: readonly LoadedSource[];
  readonly problems: readonly string[];
}

/** What of a source an environment may set; the functions get it as SOURCE_SETTINGS. */
export function settingsOf({ baseUrl, limits }: Source): SourceSettings {
  return { baseUrl, limits };
}

/**
 * Applies context keys such as 'geonames:lanes' to the source that they name, in every environment that is deployed, or as
 * 'prod:geonames:lanes' in that one, which wins; and 'geonames/cities:schedule', which switches a dataset's schedule on or off. A laptop has
 * 'local:geonames:lanes' alone: there a credential must not go where somebody has sent a deployed one. A key that reads like a setting and
 * names no environment, source, dataset or setting is a problem, not ignored, also where it is for another environment; on a laptop, whose
 * sources may be in another folder, only where it is for that.
 */
export function applySettings(
  loaded: readonly LoadedSource[],
  context: Readonly<Record<string, unknown>>,
  environment: Environment,
): Settled {
  const sources = new Map(loaded.map(({ source }) => [source.name, source]));
  const given = new Map(loaded.map(({ source }) => [source.name, withinCapacity(source, environment)]));
  const names = [...sources.keys()];
  const problems: string[] = [];
  let scheduleSwitches: Readonly<Record<string, boolean>> = {};
  const switchedBy = new Map<string, string>();

  for (const [key, value] of inOrder(context)) {
    const source = sources.get(key.source);
    if (!source && !isSetting(key)) continue; // of somebody else's
    if (environment.name === 'local' && isOfDeployed(key, names, environmentNames)) continue;
    const isHere = key.environment === undefined || key.environment === environment.name;
    const wrong = keyProblem(key, names, environmentNames);
    if (wrong !== undefined) problems.push(wrong);
    else if (source && key.setting === 'schedule') {
      const { switches, problem } = switchSchedules(key, source, value);
      if (problem !== undefined) problems.push(problem);
      if (!isHere) continue;
      scheduleSwitches = { ...scheduleSwitches, ...switches };
      for (const dataset of Object.keys(switches)) switchedBy.set(dataset, key.key);
    } else if (isHere) given.get(key.source)?.push({ name: key.setting, value, key: key.key });
  }
  const good: LoadedSource[] = [];
  for (const { file, source: declared } of loaded) {
    const set = setSource(declared, given.get(declared.name) ?? []);
    problems.push(...set.problems);
    if (set.source) good.push({ file, source: set.source });
  }
  const here: Environment = { ...environment, scheduleSwitches };
  problems.push(...good.flatMap(({ source }) => switchedOnInVain(here, source, switchedBy)));
  return { environment: here, sources: good, problems };
}

/** The settings of a context, the more specific ones last: those of one environment, and among equals those of one dataset. */
function inOrder(context: Readonly<Record<string, unknown>>): [SettingKey, unknown][] {
  const weight = ({ environment, dataset }: SettingKey) =>
    (environment === undefined ? 0 : 2) + (dataset === undefined ? 0 : 1);
  return Object.entries(context)
    .flatMap(([text, value]): [SettingKey, unknown][] => {
      const key = readSettingKey(text);
      return key ? [[key, value]] : [];
    })
    .sort(([a], [b]) => weight(a) - weight(b));
}

/** The environment's own setting of a source, where it has no room for all of its lanes. */
function withinCapacity(source: Source, { capacity }: Environment): Setting[] {
  const { lanes = source.limits.lanes } = capacity;
  return lanes < source.limits.lanes ? [{ name: 'lanes', value: lanes }] : [];
}
