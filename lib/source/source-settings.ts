import { asInput } from '../../core/source/check/as-input';
import { checkSource } from '../../core/source/check/check-source';
import type { LoadedSource } from '../../core/source/load-sources';
import { SourceDefinitionError } from '../../core/source/problems';
import type { Source } from '../../core/source/source';
import type { SourceSettings } from '../../lambda/environment';

/** The sources that have good settings, and what is wrong with the settings of the others, a sentence each. */
export interface SettledSources {
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
 * Applies context keys such as 'geonames:baseUrl' or 'geonames:lanes' to the sources that they name. A key that
 * reads like a setting and names no source or no setting is a problem, not ignored; keys of the CDK's own
 * ('aws:cdk:…', '@aws-cdk/…:…') are left alone.
 */
export function applySettings(
  loaded: readonly LoadedSource[],
  context: Readonly<Record<string, unknown>>,
): SettledSources {
  const definitions = new Map<string, Definition>(loaded.map(({ source }) => [source.name, source]));
  const problems: string[] = [];
  for (const [key, value] of Object.entries(context)) {
    const [, name, setting] = /^([a-z0-9-]+):([^:]+)$/.exec(key) ?? [];
    if (name === undefined || setting === undefined) continue;
    const definition = definitions.get(name);
    const apply = Object.hasOwn(settings, setting) ? settings[setting] : undefined;
    if (definition && apply) definitions.set(name, apply(definition, value));
    else if (definition) problems.push(`context '${key}' sets nothing: use ${knownKeys(name)}`);
    else if (apply) {
      problems.push(`context '${key}' names no source: there is ${[...definitions.keys()].join(', ')}`);
    }
  }
  const settled = loaded.map((one) => settle(one, definitions.get(one.source.name) ?? one.source));
  return {
    sources: settled.flatMap(({ sources }) => sources),
    problems: [...problems, ...settled.flatMap((one) => one.problems)],
  };
}

/** The source as it is set, checked like any source; unless the settings are no good. */
function settle({ file, source }: LoadedSource, definition: Definition): SettledSources {
  if (definition === source) return { sources: [{ file, source }], problems: [] };
  try {
    return { sources: [{ file, source: checkSource(asInput(definition)) }], problems: [] };
  } catch (error) {
    if (!(error instanceof SourceDefinitionError)) throw error;
    return { sources: [], problems: error.problems.map((problem) => asSentence(source.name, problem)) };
  }
}

function asSentence(
  source: string,
  { path, received, allowed }: SourceDefinitionError['problems'][number],
): string {
  const setting = path.replace(/^limits\./, '');
  // A setting can make an option of the source's file impossible, such as a weight that more lanes cannot pay.
  const where = Object.hasOwn(settings, setting)
    ? `context '${source}:${setting}'`
    : `context '${source}:…' does not go with ${path} of the source's file`;
  return `${where}: received ${received}, allowed: ${allowed}`;
}

function knownKeys(source: string): string {
  return Object.keys(settings)
    .map((setting) => `'${source}:${setting}'`)
    .join(', ');
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
