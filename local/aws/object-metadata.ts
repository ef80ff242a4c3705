import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  key: z.string(),
  /** With quotes. */
  etag: z.string(),
  bytes: z.number(),
  /** Content-Type and its kin, lower-case names. */
  headers: z.record(z.string(), z.string()),
  /** x-amz-meta-*, without the prefix. */
  userMetadata: z.record(z.string(), z.string()),
  /** Object tags, name and value, set after the object was written. */
  tags: z.array(z.tuple([z.string(), z.string()])).optional(),
  checksum: z.object({ algorithm: z.enum(['crc32', 'sha1', 'sha256']), value: z.string() }).optional(),
});

/** Name and value of an object tag. */
export type ObjectTag = readonly [name: string, value: string];

/** What is known of one version of an object beyond its bytes. */
export type ObjectMetadata = z.infer<typeof schema>;

/**
 * Keeps metadata apart from the objects, one file per version of an object. A file's name holds the key's hash and the identity
 * of the body it describes (inode and modification time, which linking and renaming keep), so metadata can only ever be found
 * together with the very bytes it was written for. It is written before the body gets its name: that one rename is the moment
 * at which both begin to exist.
 */
export class MetadataFolder {
  constructor(private readonly directory: string) {}

  async read(key: string, body: BigIntStats): Promise<ObjectMetadata | undefined> {
    return await this.#readFile(this.#path(key, body));
  }

  async write(key: string, body: BigIntStats, metadata: ObjectMetadata): Promise<void> {
    const path = this.#path(key, body);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(metadata));
  }

  /** Writes metadata over what is there, in one step: half a file would lose what the object has. */
  async replace(key: string, body: BigIntStats, metadata: ObjectMetadata): Promise<void> {
    const path = this.#path(key, body);
    const next = `${path}.next`;
    await writeFile(next, JSON.stringify(metadata));
    await rename(next, path);
  }

  async remove(key: string, body: BigIntStats): Promise<void> {
    await rm(this.#path(key, body), { force: true });
  }

  /** All versions of a key that are still on file: for a body whose identity was lost, in a copy of the data directory. */
  async versions(key: string): Promise<ObjectMetadata[]> {
    const hash = hashOf(key);
    const folder = join(this.directory, hash.slice(0, 2));
    const names = await readdir(folder).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => name.startsWith(hash) && name.endsWith('.json'))
        .map((name) => this.#readFile(join(folder, name))),
    );
    return found.filter((metadata) => metadata?.key === key) as ObjectMetadata[];
  }

  /** Hashed, because a key can be longer than a file's name, and one key another's folder. */
  #path(key: string, body: BigIntStats): string {
    const hash = hashOf(key);
    return join(this.directory, hash.slice(0, 2), `${hash}-${body.ino}-${body.mtimeNs}.json`);
  }

  /** A file cut short by a crash describes a body that never got its name: it counts as absent. */
  async #readFile(path: string): Promise<ObjectMetadata | undefined> {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
