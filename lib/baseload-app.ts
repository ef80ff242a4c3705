import { resolve } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { ConfigurationError } from '../core/errors';
import { type LoadedSources, loadSources } from '../core/source/load-sources';
import { functionNames } from '../lambda/environment';
import { BaseloadStack } from './baseload-stack';
import { environments, findEnvironment } from './environments';
import { applySettings } from './source/source-settings';

/** Lambda's limit for a function's name. */
const longestFunctionName = 64;

/** The folder of source files that an app's context names. @default ./sources */
export function sourcesFolderOf(app: App): string {
  return resolve(String(app.node.getAllContext().sources ?? 'sources'));
}

/**
 * Adds the stack that the app's context asks for: `environment` (by default 'dev'), `sources` (the folder they are
 * declared in, by default ./sources) and settings such as 'geonames:lanes'. When there are problems it adds
 * nothing and returns all of them, a sentence each; in the environment 'local' a file with a problem is left out.
 */
export function addBaseload(
  app: App,
  loaded: LoadedSources = loadSources(sourcesFolderOf(app)),
): readonly string[] {
  const context = app.node.getAllContext();
  const name: unknown = context.environment ?? 'dev';
  const environment = findEnvironment(name);
  const { sources, problems } = applySettings(loaded.sources, context);

  const all = [
    ...(environment ? [] : [unknownEnvironment(name)]),
    ...(canLeaveOut(name, loaded) ? [] : loaded.problems.map(({ message }) => message)),
    // A file that could not be read may be the source that a setting names: first things first.
    ...(loaded.problems.length > 0 ? [] : problems),
    ...(environment ? sources.flatMap(({ source }) => nameProblems(environment.name, source.name)) : []),
  ];
  if (all.length === 0 && sources.length === 0)
    all.push(`${sourcesFolderOf(app)} declares no source: add a file to it`);
  if (!environment || all.length > 0) return all;
  try {
    new BaseloadStack(app, `baseload-${environment.name}`, { environment, sources });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return [error.message];
    throw error;
  }
}

/** On a laptop a file that is being written keeps nobody from loading another source: the commands say that it is left out. */
function canLeaveOut(environment: unknown, { sources }: LoadedSources): boolean {
  return environment === 'local' && sources.length > 0;
}

function unknownEnvironment(name: unknown): string {
  const known = Object.keys(environments).join(', ');
  return `context 'environment' is ${JSON.stringify(name)}: choose one of ${known}`;
}

function nameProblems(environment: string, source: string): string[] {
  const longest = Math.max(...Object.values(functionNames(environment, source)).map((name) => name.length));
  if (longest <= longestFunctionName) return [];
  const excess = longest - longestFunctionName;
  return [
    `source '${source}' makes a function name of ${longest} characters, and Lambda allows ${longestFunctionName}: shorten it by ${excess}`,
  ];
}
