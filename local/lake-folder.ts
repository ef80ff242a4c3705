import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of the local lake: the one bucket below a data directory, in which every object is a file named by
 * its key. Undefined when nothing has been loaded yet.
 */
export function lakeFolder(dataDirectory: string): string | undefined {
  const buckets = join(dataDirectory, 's3');
  if (!existsSync(buckets)) return undefined;
  const [bucket] = readdirSync(buckets, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.'),
  );
  return bucket && join(buckets, bucket.name);
}
