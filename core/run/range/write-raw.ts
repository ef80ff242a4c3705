import { types } from 'node:util';
import { PermanentError } from '../../errors';
import type { PageOrigin } from '../../extract/range/fetched-range';
import { rawPagesKey } from '../keys';
import type { Lake } from '../ports';
import { compress, decompress } from './gzip';
import { fromPagesDocument, toPagesDocument } from './raw-pages';

/** The page bodies of a range, and which pages they are. */
export interface RawPages {
  readonly key: string;
  /** Bodies as received, each followed by '\n'. */
  readonly pagesFile: string;
  /** The same, compressed; overwritten. */
  readonly compressedFile: string;
}

/** Raw pages are gone, or are not what was written: only the source can bring them back. */
export class RawPagesError extends PermanentError {}

/** Keeps page bodies as they were received, byte by byte, and beside them which pages they are and the SHA-256 of it all. */
export async function writeRaw(
  { key, pagesFile, compressedFile }: RawPages,
  origins: readonly PageOrigin[],
  lake: Pick<Lake, 'putIfAbsent'>,
): Promise<void> {
  const sha256 = await compress(pagesFile, compressedFile);
  await lake.putIfAbsent(key, { file: compressedFile }, { contentType: 'application/gzip' });
  const document = toPagesDocument({ origins, sha256 });
  await lake.putIfAbsent(rawPagesKey(key), document, { contentType: 'application/json' });
}

/**
 * Brings back what writeRaw kept: the bodies into `pagesFile`, and which pages they are. A RawPagesError when either is not
 * in the lake, or the bodies are not those that were written; where no SHA-256 was kept, they are taken as they are.
 */
export async function readRaw(
  { key, pagesFile, compressedFile }: RawPages,
  lake: Pick<Lake, 'get' | 'download'>,
): Promise<readonly PageOrigin[]> {
  const document = await lake.get(rawPagesKey(key));
  if (document === undefined) throw gone(rawPagesKey(key));
  if (!(await lake.download(key, compressedFile))) throw gone(key);
  const { origins, sha256 } = fromPagesDocument(document.text, rawPagesKey(key));
  const found = await decompress(compressedFile, pagesFile).catch((cause) => {
    if (!isDamaged(cause)) throw cause;
    throw new RawPagesError(`${key} is damaged (${cause.message}): load the dataset from the source again`, {
      cause,
    });
  });
  if (sha256 === undefined || found === sha256) return origins;
  throw new RawPagesError(
    `${key} is not what was written: its pages have another SHA-256 than ${rawPagesKey(key)} says; load the dataset from the source again`,
  );
}

/** What zlib finds wrong has a code of its own, Z_DATA_ERROR or Z_BUF_ERROR; a full disk has another. */
function isDamaged(error: unknown): error is Error {
  return types.isNativeError(error) && 'code' in error && String(error.code).startsWith('Z_');
}

function gone(key: string): RawPagesError {
  return new RawPagesError(
    `${key} is not in the lake, so its pages cannot be shaped anew: load the dataset from the source again`,
  );
}
