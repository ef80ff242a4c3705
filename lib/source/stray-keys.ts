import { closest } from '../../core/source/closest';
import { environmentNames } from '../../lambda/environment';
import { readSettingKey } from './setting-key';
import { isSetting } from './source-settings';

/** The context keys of the app itself; settings of sources have a colon. */
const ownKeys = ['alarmEmail', 'sources', 'environment', 'sample'] as const;

/** The one of them that may be for one environment alone. */
const perEnvironment = 'alarmEmail';

/**
 * Context keys that begin with an environment's name, or are nearly one of ours, and mean nothing, a sentence each. What is said of sources and
 * their settings is applySettings' to judge; whatever looks like neither is somebody else's, such as the CDK's own 'aws:…', '@aws-cdk/…' and 'cli-telemetry'.
 */
export function strayKeys(context: Readonly<Record<string, unknown>>, sources: readonly string[]): string[] {
  return Object.keys(context).flatMap((key) => {
    const problem = strayKey(key, sources);
    return problem === undefined ? [] : [`context '${key}' ${problem}`];
  });
}

function strayKey(key: string, sources: readonly string[]): string | undefined {
  const [first = '', ...rest] = key.split(':');
  const last = rest.at(-1);
  if (last === undefined) {
    const meant = closest(key, ownKeys);
    return meant === undefined || meant === key ? undefined : `means nothing: use '${meant}'`;
  }
  if (last === perEnvironment) return undefined; // alarmAddresses looks for its environment
  const setting = readSettingKey(key);
  if (setting && (sources.includes(setting.source) || isSetting(setting))) return undefined;
  const environment = environmentNames.find((name) => name === first.toLowerCase());
  if (environment !== undefined)
    return `means nothing: for ${environment} alone there is '${environment}:${perEnvironment}', and settings of sources such as '${environment}:${sources[0] ?? '<source>'}:lanes'`;
  const meant = rest.length === 1 && closest(last, [perEnvironment]);
  return meant ? `means nothing: use '${meant}', or 'prod:${meant}'` : undefined;
}
