import { types } from 'node:util';
import { PermanentError } from '../errors';
import type { PageOrigin } from '../extract/range/fetched-range';
import { compress, decompress } from './gzip';
import { rawPagesKey } from './keys';
import type { Lake } from './ports';
import { fromPagesDocument, toPagesDocument } from './raw-pages';

/** The page bodies of a range, and which pages they are. */
export interface RawPages {
  readonly key: string;
  /** Bodies as received, each followed by '\n'. */
  readonly pagesFile: string;
  /** The same, compressed; overwritten. */
  readonly compressedFile: string;
}

/** Keeps page bodies as they were received, byte by byte, and beside them which pages they are. */
export async function writeRaw(
  { key, pagesFile, compressedFile }: RawPages,
  origins: readonly PageOrigin[],
  lake: Pick<Lake, 'put'>,
): Promise<void> {
  await compress(pagesFile, compressedFile);
  await lake.put(key, { file: compressedFile }, { contentType: 'application/gzip' });
  await lake.put(rawPagesKey(key), toPagesDocument(origins), { contentType: 'application/json' });
}

/**
 * Brings back what writeRaw kept: the bodies into `pagesFile`, and which pages they are. A PermanentError when either is not
 * in the lake, or is damaged.
 */
export async function readRaw(
  { key, pagesFile, compressedFile }: RawPages,
  lake: Pick<Lake, 'get' | 'download'>,
): Promise<readonly PageOrigin[]> {
  const document = await lake.get(rawPagesKey(key));
  if (document === undefined) throw gone(rawPagesKey(key));
  if (!(await lake.download(key, compressedFile))) throw gone(key);
  await decompress(compressedFile, pagesFile).catch((cause) => {
    if (!isDamaged(cause)) throw cause;
    throw new PermanentError(`${key} is damaged (${cause.message}): load the dataset from the source again`, {
      cause,
    });
  });
  return fromPagesDocument(document.text, rawPagesKey(key));
}

/** What zlib finds wrong has a code of its own, Z_DATA_ERROR or Z_BUF_ERROR; a full disk has another. */
function isDamaged(error: unknown): error is Error {
  return types.isNativeError(error) && 'code' in error && String(error.code).startsWith('Z_');
}

function gone(key: string): PermanentError {
  return new PermanentError(
    `${key} is not in the lake, so its pages cannot be shaped anew: load the dataset from the source again`,
  );
}
