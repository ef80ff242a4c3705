import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isObjectName } from './object-path';

/**
 * Walks the files below `root` as keys beginning with `prefix` and greater than `after`, in the order of their UTF-8 bytes,
 * which is S3's. Reads only folders that can hold such keys, one at a time.
 */
export async function* listKeys(root: string, prefix: string, after: string): AsyncGenerator<string> {
  yield* walk(root, '', prefix, Buffer.from(after));
}

interface Entry {
  /** The key, or the beginning of the keys below a folder: with '/'. */
  readonly key: string;
  readonly bytes: Buffer;
  readonly isFolder: boolean;
}

async function* walk(root: string, folder: string, prefix: string, after: Buffer): AsyncGenerator<string> {
  for (const entry of await entriesOf(root, folder, prefix, after)) {
    if (entry.isFolder) yield* walk(root, entry.key, prefix, after);
    else yield entry.key;
  }
}

async function entriesOf(root: string, folder: string, prefix: string, after: Buffer): Promise<Entry[]> {
  const found = await readdir(join(root, folder), { withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return found
    .filter((one) => (one.isFile() || one.isDirectory()) && isObjectName(one.name))
    .map((one): Entry => {
      const isFolder = one.isDirectory();
      // With its '/', a folder stands where its keys stand: 'a-b' comes before 'a/x'.
      const key = `${folder}${one.name}${isFolder ? '/' : ''}`;
      return { key, bytes: Buffer.from(key), isFolder };
    })
    .filter((entry) => canMatch(entry, prefix) && isAfter(entry, after))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
}

function canMatch({ key, isFolder }: Entry, prefix: string): boolean {
  return key.startsWith(prefix) || (isFolder && prefix.startsWith(key));
}

/** A folder is worth reading when a key below it can be greater than `after`. */
function isAfter({ bytes, isFolder }: Entry, after: Buffer): boolean {
  if (Buffer.compare(bytes, after) > 0) return true;
  return isFolder && after.subarray(0, bytes.length).equals(bytes);
}
