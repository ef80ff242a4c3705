import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { Decompress, ZstdErrorCode } from 'fzstd';

type Options = { readonly maxOutputLength?: number | undefined };
type Native = (body: Buffer, options: Options, done: (error: Error | null, result: Buffer) => void) => void;

/** Node has it from 22.15 on; its types come with that version too. */
const native: Native | undefined = Reflect.get(zlib, 'zstdDecompress');

/** Bytes handed over at a time, so that what comes out is counted before much more does. */
const pieceBytes = 64 * 1024;

/** The largest window that this content coding may use (RFC 9659). */
const largestWindow = 8 * 1024 * 1024;

/**
 * Undoes the content coding zstd (RFC 8878). Rejects with an error of the code ERR_BUFFER_TOO_LARGE, Z_BUF_ERROR or
 * Z_DATA_ERROR for more than `maxOutputLength` bytes, a body that is cut off, and one that is damaged.
 */
export async function decodeZstd(body: Buffer, options: Options): Promise<Buffer> {
  if (native === undefined) return decodeByScript(body, options.maxOutputLength);
  return await promisify<Buffer, Options, Buffer>(native)(body, options).catch((error: unknown) => {
    throw inZlibsWords(error, String(Reflect.get(Object(error), 'code')));
  });
}

/** For a Node without zstd, such as a laptop's. Several times slower than Node's own. */
export function decodeByScript(body: Buffer, maximumBytes = Number.POSITIVE_INFINITY): Buffer {
  if (body.length === 0) return body;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const stream = new Decompress((piece) => {
    bytes += piece.length;
    if (bytes > maximumBytes) throw withCode('the body is too large', 'ERR_BUFFER_TOO_LARGE');
    pieces.push(piece.slice()); // the decoder uses its buffers again
  });
  try {
    refuseLargeWindow(body, maximumBytes);
    for (let from = 0; from < body.length; from += pieceBytes) {
      stream.push(body.subarray(from, from + pieceBytes), from + pieceBytes >= body.length);
    }
  } catch (error) {
    throw inZlibsWords(error, String(Reflect.get(Object(error), 'code')));
  }
  return Buffer.concat(pieces, bytes);
}

/** The decoder allocates what the frame's header asks for before it reads any further. */
function refuseLargeWindow(body: Buffer, maximumBytes: number): void {
  if (body.length < 6) return;
  const descriptor = body[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (isSingleSegment) {
    const contentBytes = frameContentBytes(body, descriptor);
    if (contentBytes > maximumBytes) throw withCode('the body is too large', 'ERR_BUFFER_TOO_LARGE');
    return;
  }
  const window = body[5] ?? 0;
  const base = 2 ** (10 + (window >> 3));
  if (base + (base / 8) * (window & 7) > largestWindow) {
    throw withCode('the zstd window is larger than 8 MiB', 'Z_DATA_ERROR');
  }
}

/** Frame_Content_Size of a single segment, behind the dictionary's id (RFC 8878, section 3.1.1.1). */
function frameContentBytes(body: Buffer, descriptor: number): number {
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const length = [1, 2, 4, 8][descriptor >> 6] ?? 1;
  if (body.length < at + length) return 0;
  if (length === 8) return Number(body.readBigUInt64LE(at));
  return body.readUIntLE(at, length) + (length === 2 ? 256 : 0);
}

function inZlibsWords(error: unknown, code: string): unknown {
  if (/^(ERR_BUFFER_TOO_LARGE|Z_)/.test(code)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isCutOff =
    code === String(ZstdErrorCode.UnexpectedEOF) || /srcSize|incomplete|end of file/i.test(message);
  return withCode(message, isCutOff ? 'Z_BUF_ERROR' : 'Z_DATA_ERROR', error);
}

function withCode(message: string, code: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
