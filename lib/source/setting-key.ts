import * as settingKey from '../../core/source/settings/setting-key';
import { environmentNames } from '../../lambda/environment';

/** What is wrong with the environment that a key names, in a sentence; undefined when nothing is. */
export function environmentProblem(
  key: Pick<settingKey.SettingKey, 'key' | 'environment'>,
): string | undefined {
  return settingKey.environmentProblem(key, environmentNames);
}
