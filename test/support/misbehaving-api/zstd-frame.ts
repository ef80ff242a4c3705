const largestBlock = 128 * 1024;

/**
 * A Zstandard frame (RFC 8878, section 3.1.1) of raw blocks: a valid one, though nothing is compressed. Node 20 has
 * no encoder.
 */
export function zstdFrame(body: Buffer): Buffer {
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000]), uint32(body.length)];
  let at = 0;
  do {
    const block = body.subarray(at, at + largestBlock);
    at += block.length;
    const last = at >= body.length ? 1 : 0;
    parts.push(uint32((block.length << 3) | last).subarray(0, 3), block);
  } while (at < body.length);
  return Buffer.concat(parts);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
