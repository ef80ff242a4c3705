import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { PermanentError } from '../../errors';
import { decodeZstd } from './decode-zstd';

type Decode = (body: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>;

/** The content codings that we ask for, as an Accept-Encoding header. */
export const acceptEncoding = 'gzip, deflate, br, zstd';

const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  br: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.brotliDecompress),
  deflate: decodeDeflate,
  zstd: decodeZstd,
  identity: async (body) => body,
};

/**
 * Undoes the codings that a Content-Encoding header names, the last one first (RFC 9110, section 8.4). Rejects
 * with a PermanentError for an unknown coding or more than `maximumBytes`, and with zlib's error for a body that
 * is cut off or damaged.
 */
export async function decodeBody(
  body: Buffer,
  contentEncoding: string,
  maximumBytes: number,
): Promise<Buffer> {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter(Boolean);
  let decoded = body;
  for (const coding of codings.reverse()) {
    const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
    if (!decode) {
      throw new PermanentError(
        `the body is encoded as '${coding}', though only ${acceptEncoding} was offered: remove the source's accept-encoding header`,
      );
    }
    decoded = await decode(decoded, { maxOutputLength: maximumBytes }).catch((error) => {
      throw error.code === 'ERR_BUFFER_TOO_LARGE' ? bodyTooLarge(maximumBytes) : error;
    });
  }
  return decoded;
}

const tooLarge = 'the page is larger than';

/** A page that would not fit in a worker's memory. */
export function bodyTooLarge(maximumBytes: number): PermanentError {
  return new PermanentError(
    `${tooLarge} ${Math.floor(maximumBytes / 1024)} KiB: ask for fewer records per page (pageSize), or raise http.maximumMegabytes`,
  );
}

/** Whether an error is that of a page that is too large, for callers whose advice is another. */
export function isBodyTooLarge(error: unknown): boolean {
  return error instanceof PermanentError && error.message.startsWith(tooLarge);
}

/** Some servers send raw deflate data under this name: a zlib header begins with 8 in its low four bits (RFC 1950). */
function decodeDeflate(body: Buffer, options: zlib.ZlibOptions): Promise<Buffer> {
  const hasHeader = ((body[0] ?? 8) & 0x0f) === 8;
  return promisify<Buffer, zlib.ZlibOptions, Buffer>(hasHeader ? zlib.inflate : zlib.inflateRaw)(
    body,
    options,
  );
}
