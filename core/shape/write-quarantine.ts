import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { PageOrigin } from '../extract/range/fetched-range';
import { elements, locate, type Span } from '../json/json-text';
import type { Path } from '../source/path';
import { pageBodies } from './page-bodies';

/** One record that does not fit, by where it stands. */
export interface UnfitRecord {
  /** Ordinal of the page in its file, from 0. */
  readonly ordinal: number;
  /** Position of the record in its page, from 0. */
  readonly position: number;
  /** Undefined where the record as a whole is at fault. */
  readonly column: string | undefined;
  readonly reason: string;
}

/** Where the records come from and go to. */
export interface QuarantineFiles {
  readonly pagesFile: string;
  readonly records: Path;
  /** One per body in the file. */
  readonly origins: readonly PageOrigin[];
  readonly quarantineFile: string;
}

/**
 * Writes unfit records, given in order, as gzipped JSON lines: `{"slice","page","position","column","reason","record"}`; column is null where the
 * record as a whole is at fault. The record is the source's own text, byte by byte (line breaks between its tokens become spaces),
 * since any JSON reader would round some numbers. Answers how many were written. Holds one page in memory.
 */
export async function writeQuarantine(
  unfit: AsyncIterable<UnfitRecord>,
  files: QuarantineFiles,
): Promise<number> {
  let count = 0;
  const lines = async function* () {
    const pages = new PageCursor(files);
    try {
      for await (const { ordinal, position, column, reason } of unfit) {
        const record = await pages.record(ordinal, position);
        const origin = files.origins[ordinal];
        const head = { slice: origin?.slice, page: origin?.page, position, column: column ?? null, reason };
        yield Buffer.concat([Buffer.from(`${JSON.stringify(head).slice(0, -1)},"record":`), record, end]);
        count += 1;
      }
    } finally {
      await pages.close();
    }
  };
  await pipeline(Readable.from(lines()), createGzip({ level: 1 }), createWriteStream(files.quarantineFile));
  return count;
}

const end = Buffer.from('}\n');

/** JSON has line breaks between its tokens only: in a string they are escaped. */
function onOneLine(json: Buffer): Buffer {
  const line = Buffer.from(json);
  for (let at = 0; at < line.length; at += 1) if (line[at] === 0x0a || line[at] === 0x0d) line[at] = 0x20;
  return line;
}

/** Walks through a file of pages once, giving out records in order. */
class PageCursor {
  readonly #bodies: ReturnType<typeof pageBodies>;
  readonly #path: Path;
  #ordinal = -1;
  #page: Buffer = Buffer.alloc(0);
  #records: readonly Span[] = [];

  constructor({ pagesFile, records }: QuarantineFiles) {
    this.#bodies = pageBodies(pagesFile);
    this.#path = records;
  }

  async record(ordinal: number, position: number): Promise<Buffer> {
    await this.#moveTo(ordinal);
    const span = this.#records[position];
    if (span === undefined) throw new Error(`record ${position} of body ${ordinal} cannot be found again`);
    return onOneLine(this.#page.subarray(span.start, span.end));
  }

  async close(): Promise<void> {
    await this.#bodies.return(undefined);
  }

  async #moveTo(ordinal: number): Promise<void> {
    if (ordinal === this.#ordinal) return;
    let bytes: Buffer | undefined;
    for (; this.#ordinal < ordinal; this.#ordinal += 1) bytes = (await this.#bodies.next()).value?.bytes;
    if (bytes === undefined) throw new Error(`body ${ordinal} cannot be found again`);
    this.#page = bytes;
    const start = locate(this.#page, this.#path);
    this.#records = start === undefined ? [] : [...elements(this.#page, start)];
  }
}
