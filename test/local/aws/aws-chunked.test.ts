import fc from 'fast-check';
import { decodeAwsChunked } from '../../../local/aws/aws-chunked';

/** A body in chunks of the given sizes, as a signing client writes it. */
function encode(data: Buffer, sizes: readonly number[], trailers: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  let rest = data;
  for (let turn = 0; rest.length > 0; turn++) {
    const chunk = rest.subarray(0, sizes[turn % sizes.length]);
    rest = rest.subarray(chunk.length);
    const signature = turn % 2 === 0 ? ';chunk-signature=abc' : '';
    parts.push(Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`), chunk, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(['0', ...trailers, '', ''].join('\r\n')));
  return Buffer.concat(parts);
}

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function decode(body: AsyncIterable<Buffer>): Promise<{ data: Buffer; trailers: Map<string, string> }> {
  const trailers = new Map<string, string>();
  const data: Buffer[] = [];
  for await (const bytes of decodeAwsChunked(body, trailers)) data.push(bytes);
  return { data: Buffer.concat(data), trailers };
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

test('any body in any chunks, arriving in any pieces, comes out as it was, with its trailers', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, sizes, sizes, async (body, chunks, pieces) => {
      const encoded = encode(body, chunks, ['x-amz-checksum-crc32:NhCmhg==', 'X-Other: b']);
      const { data, trailers } = await decode(inPieces(encoded, pieces));
      expect(data.equals(body)).toBe(true);
      expect(Object.fromEntries(trailers)).toEqual({ 'x-amz-checksum-crc32': 'NhCmhg==', 'x-other': 'b' });
    }),
  );
});

test('a body cut off anywhere is IncompleteBody, never a shorter body', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, sizes, sizes, fc.nat(), async (body, chunks, pieces, cut) => {
      const encoded = encode(body, chunks, ['x-amz-checksum-crc32:NhCmhg==']);
      const part = encoded.subarray(0, cut % encoded.length);
      await expect(decode(inPieces(part, pieces))).rejects.toMatchObject({ code: 'IncompleteBody' });
    }),
  );
});

test.each([
  ['a chunk longer than its size', '1\r\nab\r\n0\r\n\r\n'],
  ['data after the end', '0\r\n\r\nmore\r\n'],
  ['a size that is none', '-1\r\na\r\n0\r\n\r\n'],
  ['an endless line', 'a'.repeat(10_000)],
  ['a trailer without a name', '0\r\n:x\r\n\r\n'],
])('%s is refused', async (_, text) => {
  await expect(decode(inPieces(Buffer.from(text), [7]))).rejects.toMatchObject({
    code: 'IncompleteBody',
    status: 400,
  });
});
