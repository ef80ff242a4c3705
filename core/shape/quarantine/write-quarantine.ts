import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { PageOrigin } from '../../extract/range/fetched-range';
import type { Path } from '../../source/path';
import type { Dataset } from '../../source/source';
import { RecordCursor } from '../record-cursor';
import type { Rule } from '../rules';
import { recordMasker, type Salts } from './mask-record';

/** One row that does not fit, by where its record stands. */
export interface UnfitRecord {
  /** Ordinal of the page in its file, from 0. */
  readonly ordinal: number;
  /** Position of the record in its page, from 0. */
  readonly position: number;
  /** Index in the exploded list, or among what transform made of the record; undefined where neither. */
  readonly element?: number | undefined;
  /** Undefined where the record as a whole is at fault. */
  readonly column: string | undefined;
  readonly rule: Rule;
  /** The offending text, at most 100 characters, masked where its column is. */
  readonly value: string | undefined;
  /** One sentence. */
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

/** Longer records stand on the first of their lines only: of 10,000 elements of one record, all may be unfit. */
const longestRepeated = 64 * 1024;

/**
 * Writes unfit rows as gzipped JSON lines, in the order of their records: `{"slice","page","position","element"?,"column","rule","value","reason","record"}`.
 * Column is null where the record as a whole is at fault. The record is the source's own text, byte by byte (line breaks between its tokens become
 * spaces), since any JSON reader would round some numbers; but see recordMasker for masked columns. A record of more than 64 KiB with several unfit
 * elements stands on the first of their lines, and null on the others. Answers how many lines were written. Holds one page in memory.
 */
export async function writeQuarantine(
  unfit: Iterable<UnfitRecord>,
  files: QuarantineFiles & { readonly dataset: Dataset; readonly salts: Salts },
): Promise<number> {
  let count = 0;
  const masked = recordMasker(files.dataset, files.salts);
  const lines = async function* () {
    const pages = new RecordCursor(files.pagesFile, files.records);
    try {
      let last: UnfitRecord | undefined;
      let shown: Buffer = none;
      for (const one of inOrder(unfit)) {
        const again = one.ordinal === last?.ordinal && one.position === last.position;
        if (!again) shown = onOneLine(masked(await pages.record(one.ordinal, one.position)));
        yield line(one, files.origins[one.ordinal], again && shown.length > longestRepeated ? none : shown);
        last = one;
        count += 1;
      }
    } finally {
      await pages.close();
    }
  };
  await pipeline(Readable.from(lines()), createGzip({ level: 1 }), createWriteStream(files.quarantineFile));
  return count;
}

const none = Buffer.from('null');
const end = Buffer.from('}\n');

function inOrder(unfit: Iterable<UnfitRecord>): UnfitRecord[] {
  return [...unfit].sort(
    (a, b) => a.ordinal - b.ordinal || a.position - b.position || (a.element ?? -1) - (b.element ?? -1),
  );
}

function line(unfit: UnfitRecord, origin: PageOrigin | undefined, record: Buffer): Buffer {
  const { position, element, column = null, rule, value = null, reason } = unfit;
  const head = { slice: origin?.slice, page: origin?.page, position, element, column, rule, value, reason };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head).slice(0, -1)},"record":`), record, end]);
}

/** JSON has line breaks between its tokens only: in a string they are escaped. */
function onOneLine(json: Buffer): Buffer {
  const text = Buffer.from(json);
  for (let at = 0; at < text.length; at += 1) if (text[at] === 0x0a || text[at] === 0x0d) text[at] = 0x20;
  return text;
}
