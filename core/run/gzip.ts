import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Node's 16 KiB pieces make level 1 take twice the time (bench/shape.ts). */
const piece = 1024 * 1024;

/** Level 2 takes what level 1 takes, and makes a twentieth less; level 6 takes more than twice that (bench/shape.ts). */
const level = 2;

/** Gzips a file. */
export async function compress(from: string, to: string): Promise<void> {
  const gzip = createGzip({ level, chunkSize: piece });
  await pipeline(createReadStream(from, { highWaterMark: piece }), gzip, createWriteStream(to));
}

/** Brings back what compress made. Rejects with zlib's error, whose code begins with Z_, for a file that is damaged. */
export async function decompress(from: string, to: string): Promise<void> {
  const gunzip = createGunzip({ chunkSize: piece });
  await pipeline(createReadStream(from, { highWaterMark: piece }), gunzip, createWriteStream(to));
}
