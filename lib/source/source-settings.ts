import { asInput } from '../../core/source/check/as-input';
import { checkSource } from '../../core/source/check/check-source';
import type { LoadedSource } from '../../core/source/load-sources';
import { SourceDefinitionError } from '../../core/source/problems';
import type { Source } from '../../core/source/source';
import type { SourceSettings } from '../../lambda/environment';
import type { Environment } from '../environments';
import { switchedOnInVain, switchSchedules } from './schedule-switches';
import { environmentProblem, readSettingKey, type SettingKey } from './setting-key';

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

/** The settings by name, as in 'geonames:lanes', and how each changes a source; checkSource judges the value. */
const settings: Readonly<Record<string, (source: Definition, value: unknown) => Definition>> = {
  baseUrl: (source, value) => ({ ...source, baseUrl: value }),
  requestsPerSecond: (source, value) => withLimit(source, 'requestsPerSecond', value),
  burst: (source, value) => withLimit(source, 'burst', value),
  lanes: (source, value) => withLimit(source, 'lanes', value),
  inFlight: (source, value) => withLimit(source, 'inFlight', value),
};

/** A source whose settings have not been checked yet. */
type Definition = Omit<Source, 'baseUrl' | 'limits'> & {
  readonly baseUrl: unknown;
  readonly limits: Readonly<Record<keyof Source['limits'], unknown>>;
};

/**
 * Applies context keys such as 'geonames:lanes' to the source that they name, in every environment, or as 'prod:geonames:lanes' in that
 * one, which wins; and 'geonames/cities:schedule', which switches a dataset's schedule on or off. A key that reads like a setting and
 * names no environment, source, dataset or setting is a problem, not ignored, also where it is for another environment.
 */
export function applySettings(
  loaded: readonly LoadedSource[],
  context: Readonly<Record<string, unknown>>,
  environment: Environment,
): Settled {
  const sources = new Map(loaded.map(({ source }) => [source.name, source]));
  const definitions = new Map<string, Definition>();
  for (const source of sources.values()) definitions.set(source.name, withinCapacity(source, environment));
  const origins = new Map<string, string>();
  const problems: string[] = [];
  let scheduleSwitches: Readonly<Record<string, boolean>> = {};
  const switchedBy = new Map<string, string>();

  for (const [key, value] of inOrder(context)) {
    const { source: name, setting } = key;
    const source = sources.get(name);
    const definition = definitions.get(name);
    const apply = Object.hasOwn(settings, setting) && !key.dataset ? settings[setting] : undefined;
    const known = isSetting(key);
    if (!source && !known) continue; // of somebody else's
    const isHere = key.environment === undefined || key.environment === environment.name;
    const elsewhere = environmentProblem(key);
    if (elsewhere !== undefined) problems.push(elsewhere);
    else if (!source || !definition)
      problems.push(`context '${key.key}' names no source: there is ${[...sources.keys()].join(', ')}`);
    else if (!known) problems.push(`context '${key.key}' sets nothing: use ${knownKeys(key)}`);
    else if (apply && isHere) {
      definitions.set(name, apply(definition, value));
      origins.set(`${name}:${setting}`, key.key);
    } else if (!apply) {
      const { switches, problem } = switchSchedules(key, source, value);
      if (problem !== undefined) problems.push(problem);
      if (!isHere) continue;
      scheduleSwitches = { ...scheduleSwitches, ...switches };
      for (const dataset of Object.keys(switches)) switchedBy.set(dataset, key.key);
    }
  }
  const settled = loaded.map((one) => settle(one, definitions.get(one.source.name) ?? one.source, origins));
  const good = settled.flatMap(({ sources }) => sources);
  const here: Environment = { ...environment, scheduleSwitches };
  problems.push(...settled.flatMap((one) => one.problems));
  problems.push(...good.flatMap(({ source }) => switchedOnInVain(here, source, switchedBy)));
  return { environment: here, sources: good, problems };
}

/** Whether that is what settings are called, of whatever source. */
export function isSetting({ setting, dataset }: SettingKey): boolean {
  return setting === 'schedule' || (Object.hasOwn(settings, setting) && dataset === undefined);
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

function withinCapacity(source: Source, { capacity }: Environment): Definition {
  const { lanes = source.limits.lanes } = capacity;
  return lanes < source.limits.lanes ? withLimit(source, 'lanes', lanes) : source;
}

/** The source as it is set, checked like any source; unless the settings are no good. */
function settle(
  { file, source }: LoadedSource,
  definition: Definition,
  origins: ReadonlyMap<string, string>,
): Omit<Settled, 'environment'> {
  if (definition === source) return { sources: [{ file, source }], problems: [] };
  try {
    return { sources: [{ file, source: checkSource(asInput(definition)) }], problems: [] };
  } catch (error) {
    if (!(error instanceof SourceDefinitionError)) throw error;
    const problems = error.problems.map(({ path, received, allowed }) => {
      const origin = origins.get(`${source.name}:${path.replace(/^limits\./, '')}`);
      // A setting can make an option of the source's file impossible, such as a weight that more lanes cannot pay.
      const where =
        origin === undefined
          ? `context '${source.name}:…' does not go with ${path} of the source's file`
          : `context '${origin}'`;
      return `${where}: received ${received}, allowed: ${allowed}`;
    });
    return { sources: [], problems };
  }
}

function knownKeys({ source, dataset }: SettingKey): string {
  if (dataset !== undefined) return `'${source}/${dataset}:schedule'`;
  return [...Object.keys(settings), 'schedule'].map((setting) => `'${source}:${setting}'`).join(', ');
}

function withLimit(source: Definition, name: keyof Source['limits'], value: unknown): Definition {
  return { ...source, limits: { ...source.limits, [name]: toNumber(value) } };
}

/** Context is text when it comes from the command line, and a number when it comes from cdk.json. */
function toNumber(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}
