import { asInput } from '../check/as-input';
import { checkSource } from '../check/check-source';
import { SourceDefinitionError } from '../problems';
import type { Source } from '../source';

/** A value that replaces what a source's file says. */
export interface Setting {
  /** Such as 'lanes'; one of settingNames. */
  readonly name: string;
  readonly value: unknown;
  /** The context key that it comes from, for what is said of it. @default it is nobody's, and is said of no value */
  readonly key?: string;
}

/** A source as it is set, or why it cannot be: a sentence each. */
export type SetSource =
  | { readonly source: Source; readonly problems: readonly [] }
  | { readonly source: undefined; readonly problems: readonly string[] };

/** A source whose settings have not been checked yet. */
type Definition = Omit<Source, 'baseUrl' | 'limits'> & {
  readonly baseUrl: unknown;
  readonly limits: Readonly<Record<keyof Source['limits'], unknown>>;
};

/** The settings by name, as in 'geonames:lanes', and how each changes a source; checkSource judges the value. */
const settings: Readonly<Record<string, (source: Definition, value: unknown) => Definition>> = {
  baseUrl: (source, value) => ({ ...source, baseUrl: value }),
  requestsPerSecond: (source, value) => withLimit(source, 'requestsPerSecond', value),
  burst: (source, value) => withLimit(source, 'burst', value),
  lanes: (source, value) => withLimit(source, 'lanes', value),
  inFlight: (source, value) => withLimit(source, 'inFlight', value),
};

/** What of a source can be set from outside of its file, schedules apart. */
export const settingNames: readonly string[] = Object.keys(settings);

/** Whether a source has a setting of that name. */
export function isSettingName(name: string): boolean {
  return Object.hasOwn(settings, name);
}

/** Applies settings to a source, a later one of the same name instead of an earlier one; the result is checked like any source. */
export function setSource(source: Source, given: readonly Setting[]): SetSource {
  if (given.length === 0) return { source, problems: [] };
  let definition: Definition = source;
  for (const { name, value } of given) definition = settings[name]?.(definition, value) ?? definition;
  try {
    return { source: checkSource(asInput(definition)), problems: [] };
  } catch (error) {
    if (!(error instanceof SourceDefinitionError)) throw error;
    const problems = error.problems.map(({ path, received, allowed }) => {
      const origin = given.findLast(({ name }) => name === path.replace(/^limits\./, ''))?.key;
      // A setting can make an option of the source's file impossible, such as a weight that more lanes cannot pay.
      const where =
        origin === undefined
          ? `context '${source.name}:…' does not go with ${path} of the source's file`
          : `context '${origin}'`;
      return `${where}: received ${received}, allowed: ${allowed}`;
    });
    return { source: undefined, problems };
  }
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
