import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, mkdir, open, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, relative } from 'node:path';

/**
 * Gives a complete file its name, in one step: it replaces what has the name or, with `onlyIfAbsent`, fails with EEXIST where a
 * file is, even one that another process made a moment ago.
 */
export async function giveName(from: string, to: string, onlyIfAbsent: boolean): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(dirname(to), { recursive: true });
      if (!onlyIfAbsent) return await rename(from, to);
      await link(from, to);
      return await unlink(from);
    } catch (error) {
      // A delete may remove the folder, empty until now, between the two steps; or an empty one may be in the way.
      const again = attempt < 10 && (errorCode(error) === 'ENOENT' || (await removeEmptyFolder(to)));
      if (!again) throw error;
    }
  }
}

/** Removes `folder` and the folders around it, up to but without `root`, as long as they are empty. */
export async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let current = folder; relative(root, current) !== ''; current = dirname(current)) {
    if (!(await removeEmptyFolder(current))) return;
  }
}

/** Undefined when there is no such file, or something that is not a file. */
export async function statFile(path: string): Promise<BigIntStats | undefined> {
  const found = await stat(path, { bigint: true }).catch(undefinedWhenAbsent);
  return found?.isFile() ? found : undefined;
}

/** The MD5 of a file's bytes in hexadecimal digits; reads it in pieces. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  const file = await open(path, 'r');
  for await (const bytes of file.createReadStream()) hash.update(bytes);
  return hash.digest('hex');
}

/** For `catch`: undefined when a path, or a folder on its way, does not exist; throws every other error. */
export function undefinedWhenAbsent(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
  throw error;
}

/** The system's code of an error, such as ENOSPC; '' when it has none. */
export function errorCode(error: unknown): string {
  // Not through instanceof: an error of the system can come from another realm, as in a test runner.
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

async function removeEmptyFolder(path: string): Promise<boolean> {
  return await rmdir(path).then(
    () => true,
    () => false,
  );
}
