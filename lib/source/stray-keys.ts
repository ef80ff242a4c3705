import { isSetting, readSettingKey } from '../../core/source/settings/setting-key';
import { environmentNames } from '../../lambda/environment';
import { guessKey } from './guess-key';
import { isPlainObject, ownKeys, perEnvironment } from './own-keys';

/**
 * Context keys that the CDK and its CLI put there themselves: feature flags and the like by how they begin, what was looked up in an account by the
 * account or region in it, and the few that have plain names.
 */
const cdkKeys = [
  /^(@|\[|aws:|aws-cdk|cdk[-:]|cli-|constructs[.:])/,
  /:(account|region)=/,
  /^(availability-zones|endpoint-service-availability-zones|hosted-zone|vpc-provider|ssm|ami|load-balancer(-listener)?|security-group|key-provider|cc-api-provider|plugin):.*=/,
  /^(tree-metadata|acknowledged-issue-numbers|assets-ecr-repository-name|versionReporting|pathMetadata|assetMetadata|excludeStackIdFromLogicalIds)$/,
];

/**
 * Context keys that mean nothing, a sentence each with the spelling that is meant, where that can be guessed. What is said of sources and their
 * settings is applySettings' to judge, and the CDK's own keys are nobody's typo.
 */
export function strayKeys(context: Readonly<Record<string, unknown>>, sources: readonly string[]): string[] {
  return Object.entries(context).flatMap(([key, value]) => {
    if (cdkKeys.some((own) => own.test(key))) return [];
    const problem = strayKey(key, value, sources);
    return problem === undefined ? [] : [`context '${key}' ${problem}`];
  });
}

function strayKey(key: string, value: unknown, sources: readonly string[]): string | undefined {
  if (ownKeys.some((own) => own === key)) return undefined;
  if (key.endsWith(`:${perEnvironment}`)) return undefined; // alarmAddresses looks for its environment
  const setting = readSettingKey(key);
  if (setting && (sources.includes(setting.source) || isSetting(setting))) return undefined;
  const flat = isPlainObject(value) ? flatKeys(key, value, sources) : [];
  if (flat.length > 0) return `holds an object, and no setting does: use ${flat.join(', ')}`;
  const meant = guessKey(key, sources);
  if (meant !== undefined) return `means nothing: use '${meant}'`;
  const example = `${sources[0] ?? '<source>'}:lanes`;
  const [first = ''] = key.split(':');
  const environment = environmentNames.find((name) => name === first.trim().toLowerCase());
  if (environment !== undefined)
    return `means nothing: for ${environment} alone there is '${environment}:${perEnvironment}', and settings of sources such as '${environment}:${example}'`;
  if (/^\w+$/.test(key)) return undefined; // a word that resembles nothing of ours: ~/.cdk.json may hold it for another project
  const own = ownKeys.map((one) => `'${one}'`).join(', ');
  return `means nothing: there is ${own}, and settings of sources such as '${example}'; a key for code of your own begins with '@'`;
}

/** The keys that somebody meant who wrote settings below another key. */
function flatKeys(key: string, value: object, sources: readonly string[]): string[] {
  return Object.keys(value).flatMap((inner) => {
    const meant = guessKey(`${key}:${inner}`, sources);
    return meant === undefined ? [] : [`'${meant}'`];
  });
}
