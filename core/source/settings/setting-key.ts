import { isSettingName, settingNames } from './set-source';

/** What a context key such as 'prod:geonames/cities:schedule' says of itself. */
export interface SettingKey {
  /** As it was written. */
  readonly key: string;
  /** The one environment that it is for; every one that is deployed where undefined. */
  readonly environment: string | undefined;
  readonly source: string;
  readonly dataset: string | undefined;
  readonly setting: string;
}

/** The parts of a key that reads like a setting, capitals included, though no name has any; undefined for others, such as the CDK's own ('aws:cdk:…', '@aws-cdk/…:…'). */
export function readSettingKey(key: string): SettingKey | undefined {
  const found = /^(?:([a-z0-9-]+):)?([a-z0-9-]+)(?:\/([a-z0-9-]+))?:([^:]+)$/i.exec(key);
  const [, environment, source, dataset, setting] = found ?? [];
  if (source === undefined || setting === undefined || environment === 'aws') return undefined;
  return { key, environment, source, dataset, setting };
}

/** Whether that is what settings are called, of whatever source. */
export function isSetting({ setting, dataset }: Pick<SettingKey, 'setting' | 'dataset'>): boolean {
  return setting === 'schedule' || (isSettingName(setting) && dataset === undefined);
}

/** What of a key names no environment, no source or no setting, in a sentence; undefined where all of it is there. */
export function keyProblem(
  key: SettingKey,
  sources: readonly string[],
  environments: readonly string[],
): string | undefined {
  const elsewhere = environmentProblem(key, environments);
  if (elsewhere !== undefined) return elsewhere;
  if (!sources.includes(key.source))
    return `context '${key.key}' names no source: there is ${sources.join(', ')}`;
  return isSetting(key) ? undefined : `context '${key.key}' sets nothing: use ${knownKeys(key)}`;
}

/** What is wrong with the environment that a key names, in a sentence; undefined when nothing is. */
export function environmentProblem(
  { key, environment }: Pick<SettingKey, 'key' | 'environment'>,
  environments: readonly string[],
): string | undefined {
  if (environment === undefined || environments.includes(environment)) return undefined;
  return `context '${key}' names no environment: there is ${environments.join(', ')}`;
}

/** Whether a key is for what is deployed, in one environment or in all, and says nothing on a laptop. */
export function isOfDeployed(
  { environment, source }: SettingKey,
  sources: readonly string[],
  environments: readonly string[],
): boolean {
  // 'local-shop:baseUrl' means the laptop, and must not pass for a source of another folder
  if (environment === undefined) return sources.includes(source) || !/^local-/i.test(source);
  return environment !== 'local' && environments.includes(environment);
}

function knownKeys({ source, dataset }: SettingKey): string {
  if (dataset !== undefined) return `'${source}/${dataset}:schedule'`;
  return [...settingNames, 'schedule'].map((setting) => `'${source}:${setting}'`).join(', ');
}
