import { AwsError } from './http-answer';

/** Longest chunk header or trailer line; real ones have about 150 bytes. */
const maxLineBytes = 8192;

/**
 * Decodes the `aws-chunked` content encoding, in which the SDK sends streams: chunks of `<hex size>[;extensions]`, data, then
 * trailers. Chunk signatures are read over. Yields the data without copying it; fills `trailers` (lower-case names) by the
 * time it ends. Throws IncompleteBody, 400, for a body that is malformed or cut off.
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const decoder = new ChunkDecoder(trailers);
  for await (const bytes of body) yield* decoder.push(bytes);
  decoder.end();
}

class ChunkDecoder {
  #expects: 'size' | 'data' | 'end of data' | 'trailer' | 'nothing' = 'size';
  #dataLeft = 0;
  /** The beginning of a line whose end has not come yet. */
  #line: Buffer = Buffer.alloc(0);

  constructor(private readonly trailers: Map<string, string>) {}

  *push(bytes: Buffer): Generator<Buffer> {
    let rest = this.#line.length === 0 ? bytes : Buffer.concat([this.#line, bytes]);
    this.#line = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.#expects === 'data') {
        const data = rest.subarray(0, this.#dataLeft);
        rest = rest.subarray(data.length);
        this.#dataLeft -= data.length;
        if (this.#dataLeft === 0) this.#expects = 'end of data';
        yield data;
      } else {
        const end = rest.indexOf('\r\n');
        if (end > maxLineBytes || (end < 0 && rest.length > maxLineBytes))
          throw incomplete('a line is too long');
        if (end < 0) {
          this.#line = rest;
          return;
        }
        this.#readLine(rest.toString('latin1', 0, end));
        rest = rest.subarray(end + 2);
      }
    }
  }

  end(): void {
    if (this.#expects !== 'nothing') throw incomplete(`it ends where ${this.#expects} was expected`);
  }

  #readLine(line: string): void {
    switch (this.#expects) {
      case 'size':
        this.#dataLeft = chunkSize(line);
        this.#expects = this.#dataLeft === 0 ? 'trailer' : 'data';
        return;
      case 'end of data':
        if (line !== '') throw incomplete('a chunk is longer than its size');
        this.#expects = 'size';
        return;
      case 'trailer':
        if (line === '') this.#expects = 'nothing';
        else this.#readTrailer(line);
        return;
      default:
        throw incomplete('there is data after its end');
    }
  }

  #readTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon < 1) throw incomplete('a trailer has no name');
    this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function chunkSize(line: string): number {
  const size = line.split(';', 1)[0] ?? '';
  if (!/^[0-9a-f]{1,12}$/i.test(size)) throw incomplete('a chunk does not begin with its size');
  return Number.parseInt(size, 16);
}

function incomplete(why: string): AwsError {
  return new AwsError('IncompleteBody', 400, `The aws-chunked body is not complete: ${why}.`);
}
