import { environmentNames } from '../../lambda/environment';

/** What a context key such as 'prod:geonames/cities:schedule' says of itself. */
export interface SettingKey {
  /** As it was written. */
  readonly key: string;
  /** The one environment that it is for; every one where undefined. */
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

/** What is wrong with the environment that a key names, in a sentence; undefined when nothing is. */
export function environmentProblem({
  key,
  environment,
}: Pick<SettingKey, 'key' | 'environment'>): string | undefined {
  if (environment === undefined || environmentNames.some((name) => name === environment)) return undefined;
  return `context '${key}' names no environment: there is ${environmentNames.join(', ')}`;
}
