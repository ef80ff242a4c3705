import { ConfigurationError } from '../../core/errors';
import type { LoadedSource } from '../../core/source/load-sources';
import { type Setting, setSource } from '../../core/source/settings/set-source';
import { isOfDeployed, isSetting, keyProblem, readSettingKey } from '../../core/source/settings/setting-key';
import { environmentNames } from '../../lambda/environment';
import { projectContext } from '../../local/template/project-context';
import { projectRoot, sourcesFolder } from '../project';
import { type ReadSources, readSources } from './find-dataset';

type Context = Readonly<Record<string, unknown>>;

/**
 * Every valid source as this machine asks it: as readSources, with the settings of cdk.json that are for 'local', which the template of
 * `baseload run` has too. `context` is added to that of cdk.json. A ConfigurationError says all that is wrong with them.
 */
export function readLocalSources(folder: string = sourcesFolder, context: Context = {}): ReadSources {
  const read = readSources(folder);
  const { sources, problems } = setLocally(read, { ...projectContext(projectRoot, folder), ...context });
  // A file that was left out may be the source that a setting names: first things first
  if (problems.length > 0 && read.leftOut.length === 0) throw new ConfigurationError(problems.join('\n'));
  return Object.assign([...sources], { leftOut: read.leftOut });
}

/** Applies 'local:geonames:baseUrl' and the like; and says what is wrong with those, and with what is nearly that, a sentence each. */
export function setLocally(
  sources: readonly LoadedSource[],
  context: Context,
): { readonly sources: readonly LoadedSource[]; readonly problems: readonly string[] } {
  const names = sources.map(({ source }) => source.name);
  const given = new Map<string, Setting[]>(names.map((name) => [name, []]));
  const problems: string[] = [];
  for (const [key, value] of Object.entries(context)) {
    if (value === undefined) continue;
    const setting = readSettingKey(key);
    if (!setting && /^\s*local\b/i.test(key))
      problems.push(
        `context '${key}' means nothing: settings of this machine are such as 'local:${names[0]}:baseUrl'`,
      );
    if (!setting || (!names.includes(setting.source) && !isSetting(setting))) continue;
    if (isOfDeployed(setting, names, environmentNames)) continue;
    const problem = keyProblem(setting, names, environmentNames);
    if (problem !== undefined) problems.push(problem);
    else if (setting.setting !== 'schedule')
      given.get(setting.source)?.push({ name: setting.setting, value, key });
  }
  const set = sources.flatMap(({ file, source }) => {
    const done = setSource(source, given.get(source.name) ?? []);
    problems.push(...done.problems);
    return done.source ? [{ file, source: done.source }] : [];
  });
  return { sources: set, problems };
}
