import { crc32 } from 'node:zlib';
import type { Check } from '../check';
import { assertRefused, assertSame } from '../seen';
import { get, put } from './calls';

const document =
  'https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html';

function crc32Of(body: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

/** Checksums, which the SDK sends with every PUT by itself. */
export const checksumChecks: readonly Check[] = [
  {
    id: 's3-checksum',
    behaviour: "the SDK's own CRC32 of a body is taken, kept, and given back to a GET that asks for it",
    document,
    async run(place) {
      const { ChecksumCRC32 } = await put(place, 'object', 'body');
      assertSame('the checksum in the answer to PUT', ChecksumCRC32, crc32Of('body'));
      const { ChecksumCRC32: kept, text } = await get(place, 'object', { ChecksumMode: 'ENABLED' });
      assertSame('the body and the checksum by GET', [text, kept], ['body', crc32Of('body')]);
    },
  },
  {
    id: 's3-checksum-wrong',
    behaviour: 'a body that is not what its CRC32 says is refused, and nothing is written: 400 BadDigest',
    document,
    async run(place) {
      const wrong = put(place, 'object', 'body', { ChecksumCRC32: crc32Of('another') });
      await assertRefused('the PUT', wrong, { names: ['BadDigest'], status: 400 });
      await assertRefused('a GET after it', get(place, 'object'), { names: ['NoSuchKey'], status: 404 });
    },
  },
];
