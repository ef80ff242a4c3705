import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Node's 16 KiB pieces make level 1 take twice the time (bench/shape.ts). */
const piece = 1024 * 1024;

/** Level 2 takes what level 1 takes, and makes a twentieth less; level 6 takes more than twice that (bench/shape.ts). */
const level = 2;

/** Gzips a file; resolves to the SHA-256 of what is in it, as hexadecimal digits, which takes a tenth of gzip's time (bench/shape.ts). */
export async function compress(from: string, to: string): Promise<string> {
  const hash = createHash('sha256');
  const gzip = createGzip({ level, chunkSize: piece });
  const bytes = createReadStream(from, { highWaterMark: piece });
  await pipeline(bytes, hashing(hash), gzip, createWriteStream(to));
  return hash.digest('hex');
}

/**
 * Brings back what compress made, and resolves to the SHA-256 of it. Rejects with zlib's error, whose code begins with Z_, for a
 * file that is damaged.
 */
export async function decompress(from: string, to: string): Promise<string> {
  const hash = createHash('sha256');
  const gunzip = createGunzip({ chunkSize: piece });
  const bytes = createReadStream(from, { highWaterMark: piece });
  await pipeline(bytes, gunzip, hashing(hash), createWriteStream(to));
  return hash.digest('hex');
}

/** Lets everything through, and looks at it. */
function hashing(hash: Hash) {
  return async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const bytes of pieces) {
      hash.update(bytes);
      yield bytes;
    }
  };
}
