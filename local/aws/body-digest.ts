import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError, notImplemented } from './http-answer';

/** A checksum that a client vouches for and S3 keeps beside the object. */
export interface Checksum {
  /** As in the header's name: x-amz-checksum-<algorithm>. */
  readonly algorithm: ChecksumAlgorithm;
  /** base64 */
  readonly value: string;
}

export type ChecksumAlgorithm = 'crc32' | 'sha1' | 'sha256';

const headerPrefix = 'x-amz-checksum-';
/** Headers that begin alike but are no checksum. */
const otherHeaders = new Set(['x-amz-checksum-mode', 'x-amz-checksum-type', 'x-amz-checksum-algorithm']);

/** Which checksum the headers, or the trailers they announce, will carry; 501 for an algorithm that Baseload never uses. */
export function declaredChecksum(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ChecksumAlgorithm | undefined {
  const announced = String(headers['x-amz-trailer'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const name = [...Object.keys(headers), ...announced].find(
    (header) => header.startsWith(headerPrefix) && !otherHeaders.has(header),
  );
  if (name === undefined) return undefined;
  const algorithm = name.slice(headerPrefix.length);
  if (algorithm === 'crc32' || algorithm === 'sha1' || algorithm === 'sha256') return algorithm;
  throw notImplemented(`S3 PutObject with ${name}`);
}

/** What the client said of a body. */
export interface ExpectedDigest {
  readonly bytes: number;
  /** base64 */
  readonly contentMd5: string | undefined;
  /** The base64 value of the header, or trailer, with this name. */
  readonly checksum: (name: string) => string | undefined;
}

/** Everything that is computed of a body while it passes: its length, its MD5 and one declared checksum. */
export class BodyDigest {
  bytes = 0;
  readonly #md5 = createHash('md5');
  readonly #hash: Hash | undefined;
  #crc = 0;

  constructor(private readonly algorithm: ChecksumAlgorithm | undefined) {
    this.#hash = algorithm === 'sha1' || algorithm === 'sha256' ? createHash(algorithm) : undefined;
  }

  async *through(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const bytes of body) {
      this.bytes += bytes.length;
      this.#md5.update(bytes);
      this.#hash?.update(bytes);
      if (this.algorithm === 'crc32') this.#crc = crc32(bytes, this.#crc);
      yield bytes;
    }
  }

  /**
   * Ends the computation and compares it with what the client said. Throws IncompleteBody for another length, BadDigest for
   * another Content-MD5 or checksum, InvalidRequest when the announced checksum did not come; all 400.
   */
  finish(expected: ExpectedDigest): { md5: string; checksum: Checksum | undefined } {
    if (this.bytes !== expected.bytes) {
      throw new AwsError(
        'IncompleteBody',
        400,
        `The body has ${this.bytes} bytes where ${expected.bytes} were announced.`,
      );
    }
    const md5 = this.#md5.digest();
    if (expected.contentMd5 !== undefined && expected.contentMd5 !== md5.toString('base64')) {
      throw badDigest('Content-MD5');
    }
    return { md5: md5.toString('hex'), checksum: this.#finishChecksum(expected.checksum) };
  }

  #finishChecksum(stated: ExpectedDigest['checksum']): Checksum | undefined {
    if (this.algorithm === undefined) return undefined;
    const expected = stated(`${headerPrefix}${this.algorithm}`);
    if (expected === undefined) {
      throw new AwsError(
        'InvalidRequest',
        400,
        `The announced ${headerPrefix}${this.algorithm} did not come with the body.`,
      );
    }
    const value = (this.#hash?.digest() ?? bigEndian(this.#crc)).toString('base64');
    if (value !== expected) throw badDigest(this.algorithm.toUpperCase());
    return { algorithm: this.algorithm, value };
  }
}

function bigEndian(crc: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes;
}

function badDigest(what: string): AwsError {
  return new AwsError('BadDigest', 400, `The ${what} you specified did not match the calculated checksum.`);
}
