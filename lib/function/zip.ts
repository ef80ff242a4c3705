import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  /** With forward slashes, relative. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** 1 January 1980, the first day that the format knows: the archive does not depend on when it is made. */
const date = 0x0021;
/** Names are UTF-8. */
const flags = 0x0800;
const deflate = 8;
/** PKZIP 2.0, the oldest that has deflate. */
const version = 20;
/** Made on Unix, a regular file that everyone may read and run: Lambda's user is not the one who packed it. */
const madeBy = (3 << 8) | version;
const attributes = (0o100755 << 16) >>> 0;

/**
 * A ZIP file of these entries, sorted by path; the same bytes for the same entries. Node has both halves of the
 * format, deflate and CRC-32, so this is all there is to it (PKWARE's APPNOTE, 4.3). No ZIP64: at most 65,535
 * files and 4 GiB, far beyond the 250 MB that Lambda unpacks.
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(entry.path);
    const compressed = deflateRawSync(entry.content, { level: 9 });
    const common = commonHeader(entry.content, compressed, name);

    const local = Buffer.concat([uint32(0x04034b50), common, name, compressed]);
    directory.push(
      uint32(0x02014b50),
      uint16(madeBy),
      common,
      uint16(0, 0, 0), // comment, disk, internal attributes
      uint32(attributes, offset),
      name,
    );
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = entries.length;
  const end = [uint32(0x06054b50), uint16(0, 0, count, count), uint32(central.length, offset), uint16(0)];
  return Buffer.concat([...files, central, ...end]);
}

/** The fields that a local header and its entry in the central directory have in common, from version to extra length. */
function commonHeader(content: Uint8Array, compressed: Uint8Array, name: Uint8Array): Buffer {
  return Buffer.concat([
    uint16(version, flags, deflate, 0, date),
    uint32(crc32(content), compressed.length, content.length),
    uint16(name.length, 0),
  ]);
}

function uint16(...values: number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt16LE(value, 2 * index);
  return buffer;
}

function uint32(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, 4 * index);
  return buffer;
}
