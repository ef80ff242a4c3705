import { resolve } from 'node:path';
import { Annotations, type App, CfnResource, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';
import { counted } from '../core/counted';
import { ConfigurationError } from '../core/errors';
import { type LoadedSources, loadSources } from '../core/source/load-sources';
import { type EnvironmentName, functionNames, stackName } from '../lambda/environment';
import { BaseloadStack } from './baseload-stack';
import { collidingTables } from './catalog/colliding-tables';
import { type Environment, type Environments, environments, findEnvironment } from './environments';
import { longestPolicies, longPolicies } from './function/long-policies';
import { alarmAddresses } from './monitoring/alarm-addresses';
import { addSample } from './sample/add-sample';
import { powerlessSources } from './source/own-role-access';
import { applySettings } from './source/source-settings';
import { strayKeys } from './source/stray-keys';

/** Lambda's limit for a function's name. */
const longestFunctionName = 64;

/** CloudFormation's limit for the resources of a stack ("CloudFormation quotas"). */
const mostResources = 500;

/** The environments that an app holds which is asked for none: all that are deployed. */
const deployed: readonly EnvironmentName[] = ['dev', 'staging', 'prod'];

/** The folder of source files that an app's context names. @default ./sources */
export function sourcesFolderOf(app: App): string {
  return resolve(String(app.node.getAllContext().sources ?? 'sources'));
}

/**
 * Adds the stacks that the app's context asks for: `environment` (by default dev, staging and prod), `sources` (the folder they are
 * declared in, by default ./sources), `sample` (see addSample) and settings such as 'geonames:lanes' or 'prod:geonames:lanes'. When there are problems it adds
 * nothing and returns all of them, a sentence each; in the environment 'local' a file with a problem is left out. What stands
 * against one of several environments keeps nobody from the others: its stack holds nothing, and the CDK refuses to synthesize or deploy it.
 */
export function addBaseload(
  app: App,
  loaded: LoadedSources = loadSources(sourcesFolderOf(app)),
  offered: Environments = environments,
): readonly string[] {
  const asked: unknown = app.node.tryGetContext('environment');
  const context = contextFor(asked, app.node.getAllContext());
  const wanted = (asked === undefined ? deployed : [asked]).map((name) => findEnvironment(name, offered));
  const found = wanted.filter((environment) => environment !== undefined);
  const settled = found.map((environment) => applySettings(loaded.sources, context, environment));

  const problems = [
    // A laptop has the sample API in another way, and runs one stack.
    ...(asked === 'local' ? [] : addSample(app)),
    ...(found.length < wanted.length ? [unknownEnvironment(asked)] : []),
    ...(canLeaveOut(asked, loaded) ? [] : loaded.problems.map(({ message }) => message)),
    // A file that could not be read may be the source that a setting names: first things first.
    ...(loaded.problems.length > 0 ? [] : settled.flatMap((one) => one.problems)),
    ...found.flatMap(({ name }) => alarmAddresses(context, name).problems),
    ...(loaded.problems.length > 0 ? [] : strayKeys(context, namesOf(loaded))),
  ];
  if (problems.length === 0 && loaded.sources.length === 0)
    problems.push(`${sourcesFolderOf(app)} declares no source: add a file to it`);
  if (problems.length > 0) return [...new Set(problems)];

  const refused = settled.flatMap(({ environment, sources }) => {
    const against = addStack(app, environment, sources);
    return against.length > 0 ? [{ environment, against }] : [];
  });
  if (refused.length === settled.length) return [...new Set(refused.flatMap(({ against }) => against))];
  for (const { environment, against } of refused) refuse(app, environment, against);
  return [];
}

/** On a laptop, settings of the other environments say nothing, and may be of sources that are in another folder. */
function contextFor(
  environment: unknown,
  context: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (environment !== 'local') return context;
  const others = deployed.map((name) => `${name}:`);
  return Object.fromEntries(
    Object.entries(context).filter(([key]) => !others.some((other) => key.startsWith(other))),
  );
}

/** Adds an environment's stack; or nothing, and returns what stands against it. */
function addStack(app: App, environment: Environment, sources: LoadedSources['sources']): readonly string[] {
  const names = sources.flatMap(({ source }) => nameProblems(environment.name, source.name));
  const declared = sources.map(({ source }) => source);
  names.push(...collidingTables(declared));
  // On a laptop functions have no role in AWS.
  if (environment.name !== 'local') names.push(...powerlessSources(declared));
  if (names.length > 0) return names;
  const id = stackName(environment.name);
  try {
    refuseTooMany(new BaseloadStack(app, id, { environment, sources }), environment, sources);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    app.node.tryRemoveChild(id);
    return [error.message];
  }
}

/**
 * Throws a ConfigurationError where the stack, or one that is nested in it, has more resources than a template may, at which the CDK would end all
 * environments with a trace; or a role more policy than IAM takes, at which the deployment would.
 */
function refuseTooMany(stack: Stack, { name }: Environment, sources: LoadedSources['sources']): void {
  const all = stack.node.findAll();
  const resources = all.filter((one) => CfnResource.isCfnResource(one));
  const datasets = sources.reduce((sum, { source }) => sum + source.datasets.length, 0);
  const these = `${counted(sources.length, 'source')} with ${counted(datasets, 'dataset')} make`;
  const remedy =
    'keep some of them in another folder, and deploy that to another account or region (-c sources=<folder>)';
  for (const one of all.filter((construct) => Stack.isStack(construct))) {
    const count = resources.filter((resource) => resource.stack === one).length;
    if (count <= mostResources) continue;
    const [what, where] = one.nested
      ? [`${count} alarms and the like`, `the nested stack ${one.node.id} of ${name}`]
      : [`${count} resources`, name];
    throw new ConfigurationError(
      `${these} ${what} in ${where}, and CloudFormation allows ${mostResources} in a stack: ${remedy}`,
    );
  }
  const [long] = longPolicies(stack);
  if (long === undefined) return;
  throw new ConfigurationError(
    `${these} up to ${long.length} characters of policy in the role ${long.path.replace(/\/Role\/Resource$/, '')} of ${name}, and IAM allows ${longestPolicies}: ${remedy}`,
  );
}

/** A stack that can be listed and no more; it holds the one resource that is nothing, since the validation asks for some. */
function refuse(app: App, { name }: Environment, against: readonly string[]): void {
  const stack = new Stack(app, stackName(name), { stackName: stackName(name) });
  new CfnWaitConditionHandle(stack, 'Nothing');
  for (const sentence of against) Annotations.of(stack).addError(sentence);
}

function namesOf({ sources }: LoadedSources): string[] {
  return sources.map(({ source }) => source.name);
}

/** On a laptop a file that is being written keeps nobody from loading another source: the commands say that it is left out. */
function canLeaveOut(environment: unknown, { sources }: LoadedSources): boolean {
  return environment === 'local' && sources.length > 0;
}

function unknownEnvironment(name: unknown): string {
  const known = Object.keys(environments).join(', ');
  return `context 'environment' is ${JSON.stringify(name)}: choose one of ${known}`;
}

function nameProblems(environment: EnvironmentName, source: string): string[] {
  const longest = Math.max(...Object.values(functionNames(environment, source)).map((name) => name.length));
  if (longest <= longestFunctionName) return [];
  const excess = longest - longestFunctionName;
  return [
    `source '${source}' makes a function name of ${longest} characters in ${environment}, and Lambda allows ${longestFunctionName}: shorten it by ${excess}`,
  ];
}
