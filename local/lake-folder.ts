import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of the local lake: the bucket below a data directory whose name ends with 'lakebucket', as the stack's construct makes it end, or the
 * one that is there; every object in it is a file named by its key. Undefined when nothing has been loaded yet.
 */
export function lakeFolder(dataDirectory: string): string | undefined {
  const buckets = join(dataDirectory, 's3');
  if (!existsSync(buckets)) return undefined;
  const names = readdirSync(buckets, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  const bucket = names.find((name) => name.endsWith('lakebucket')) ?? names[0];
  return bucket && join(buckets, bucket);
}
