import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownKeys } from './own-keys';

/** Options of the CDK's CLI that may stand in cdk.json and that a source may be called. */
const cdkOptions: readonly string[] =
  'all app asset-parallelism browser build ci color context debug exclusively force fail hotswap json language lookups notices output parameters plugin profile proxy quiet rollback staging strict tags template trace verbose watch'.split(
    ' ',
  );

/** Settings that stand in a folder's cdk.json beside 'context' instead of in it, where neither the CDK nor the app reads them, a sentence each. */
export function misplacedSettings(folder: string, sources: readonly string[]): string[] {
  const file = join(folder, 'cdk.json');
  if (!existsSync(file)) return [];
  const isOurs = (key: string) =>
    [...ownKeys, ...sources.filter((name) => !cdkOptions.includes(name))].includes(key) ||
    key.includes(':') ||
    /^\w+\.\w+$/.test(key);
  return Object.keys(JSON.parse(readFileSync(file, 'utf8')))
    .filter(isOurs)
    .map((key) => `cdk.json has '${key}' beside 'context', where nothing reads it: move it into 'context'`);
}
