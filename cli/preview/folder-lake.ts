import { copyFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lake } from '../../core/run/ports';
import { listKeys } from '../../local/aws/list-keys';
import { undefinedWhenAbsent } from '../../local/aws/object-file';

/** The local lake by its files, for reading what is published; nothing needs to be running. `folder` is undefined where nothing was ever loaded. */
export function folderLake(folder: string | undefined): Pick<Lake, 'get' | 'list' | 'download'> {
  if (folder === undefined) return emptyLake;
  const path = (key: string) => join(folder, key);
  return {
    get: (key) => unlessAbsent(async () => ({ text: await readFile(path(key), 'utf8'), etag: '' })),
    async download(key, file) {
      const copied = await unlessAbsent(async () => {
        await copyFile(path(key), file);
        return true;
      });
      return copied ?? false;
    },
    async *list(prefix) {
      for await (const key of listKeys(folder, prefix, ''))
        yield { key, bytes: (await stat(path(key))).size, etag: '' };
    },
  };
}

const emptyLake: Pick<Lake, 'get' | 'list' | 'download'> = {
  get: async () => undefined,
  download: async () => false,
  async *list() {},
};

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    return undefinedWhenAbsent(error);
  }
}
