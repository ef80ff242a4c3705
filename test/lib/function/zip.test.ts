import { crc32, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { zip } from '../../../lib/function/zip';

/** Reads an archive from its end, as every unzip does, and checks both of a file's headers against its content. */
function unzip(archive: Buffer): { path: string; content: Buffer; mode: number }[] {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  expect(at + archive.readUInt32LE(end + 12)).toBe(end);

  const files = [];
  for (let index = 0; index < count; index++) {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50);
    expect(archive.readUInt16LE(at + 10)).toBe(8);
    const [checksum, compressedSize, size] = [16, 20, 24].map((field) => archive.readUInt32LE(at + field));
    const nameLength = archive.readUInt16LE(at + 28);
    const mode = archive.readUInt32LE(at + 38) >>> 16;
    const local = archive.readUInt32LE(at + 42);
    const path = archive.toString('utf8', at + 46, at + 46 + nameLength);

    expect(archive.readUInt32LE(local)).toBe(0x04034b50);
    // Both headers have the same fields from 'version needed' to 'extra length', two bytes apart.
    expect(archive.subarray(local + 4, local + 30)).toEqual(archive.subarray(at + 6, at + 32));
    const start = local + 30 + nameLength;
    expect(archive.toString('utf8', local + 30, start)).toBe(path);
    const content = inflateRawSync(archive.subarray(start, start + (compressedSize ?? 0)));
    expect(content.length).toBe(size);
    expect(crc32(content)).toBe(checksum);
    files.push({ path, content, mode });
    at += 46 + nameLength;
  }
  return files;
}

const entries = fc.uniqueArray(
  fc.record({
    path: fc.string({ minLength: 1, unit: 'grapheme' }),
    content: fc.uint8Array({ maxLength: 2000 }),
  }),
  { selector: ({ path }) => path, maxLength: 20 },
);

test('gives back what was put in, sorted, readable by everyone', () => {
  fc.assert(
    fc.property(entries, (files) => {
      const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
      expect(unzip(zip(files))).toEqual(
        sorted.map(({ path, content }) => ({ path, content: Buffer.from(content), mode: 0o100755 })),
      );
    }),
  );
});

test('is the same bytes whatever the order of the files', () => {
  fc.assert(
    fc.property(entries, (files) => {
      expect(zip([...files].reverse())).toEqual(zip(files));
    }),
  );
});

test('compresses', () => {
  expect(zip([{ path: 'zeros', content: Buffer.alloc(1_000_000) }]).length).toBeLessThan(2_000);
});
