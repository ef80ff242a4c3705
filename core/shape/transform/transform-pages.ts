import { isUtf8 } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NotJsonError } from '../../extract/guard-errors';
import type { PageOrigin } from '../../extract/range/fetched-range';
import { openBrace } from '../../json/json-bytes';
import type { Dataset, RecordOrigin, SourceRecord, SourceValue, Transform } from '../../source/source';
import { inspectPages } from '../inspect-pages';
import { pageBodies } from '../page-bodies';
import type { PageFacts } from '../page-facts';
import { bodyName } from '../pages-name';
import { type PageLayout, type PageValue, pageLayout } from '../sql/sql-pages';
import { factsOfPage } from './facts-of-page';
import { jsonAt, pageParts, textAt } from './page-parts';
import { parseExact } from './parse-exact';
import { type TransformOutcome, transformRecord } from './transform-record';

/** A range whose records are to be transformed. */
export interface RangeToTransform {
  readonly dataset: Dataset;
  /** A file of page bodies as received. */
  readonly pagesFile: string;
  /** One per body. */
  readonly origins: readonly PageOrigin[];
  /** Where the transformed records go; overwritten. */
  readonly file: string;
}

/** What became of the records of a range. received + added = rows + dropped + unfit. */
export interface TransformedPages {
  /** One per page, in order; `records` are those received. */
  readonly pages: readonly PageFacts[];
  /** Records in the file. */
  readonly rows: number;
  /** Records received of which the transform made none. */
  readonly dropped: number;
  /** Records received that could not be transformed, in order. */
  readonly unfit: readonly UntransformedRecord[];
  /** Bytes of the file's longest line. */
  readonly longestLine: number;
}

export interface UntransformedRecord {
  /** Of the page in its file, from 0. */
  readonly ordinal: number;
  /** Of the record in its page, from 0. */
  readonly position: number;
  readonly reason: string;
}

/** Characters that are written at once. */
const chunkLength = 256 * 1024;

/**
 * Calls the dataset's transform with every record of a file of pages, and writes what it returns, a line for each page:
 * `{"values":[{"t":"a text"},{"j":{…}},null],"records":[{"p":0,"e":null,"r":{…}}]}`. `values` are those of the columns with the option
 * `page`, in their order: JSON as it stands in the page for those that are read from JSON, texts for the others; p is the position of the source's record, e the index in the array that the transform returned,
 * null where it returned one record. A record that is no object stays as it is. Holds one page in memory.
 * Throws for malformed pages as inspectPages does; then there is no file.
 */
export async function transformPages(range: RangeToTransform): Promise<TransformedPages> {
  const work = new PagesWork(range);
  try {
    await pipeline(Readable.from(work.lines()), createWriteStream(range.file));
  } catch (error) {
    await rm(range.file, { force: true });
    if (error instanceof UnusablePage || error instanceof SyntaxError)
      throw await explanation(range, work.pages.length);
    throw error;
  }
  return work;
}

/** A page is not what it should be; inspectPages says why. */
class UnusablePage extends Error {}

/** Goes through the pages once and keeps count. */
class PagesWork implements TransformedPages {
  readonly pages: PageFacts[] = [];
  readonly unfit: UntransformedRecord[] = [];
  rows = 0;
  dropped = 0;
  longestLine = 0;
  readonly #range: RangeToTransform;
  readonly #transform: Transform;
  readonly #layout: PageLayout;
  readonly #secretive: boolean;

  constructor(range: RangeToTransform) {
    const { transform, columns } = range.dataset;
    if (transform === undefined) throw new TypeError(`${range.dataset.name} has no transform`);
    const options = Object.values(columns).map((column) => column.options);
    this.#range = range;
    this.#transform = transform;
    this.#layout = pageLayout(range.dataset);
    this.#secretive = options.some(({ mask }) => mask !== undefined);
  }

  async *lines(): AsyncGenerator<Buffer> {
    const { pagesFile, origins } = this.#range;
    for await (const { bytes, ended } of pageBodies(pagesFile)) {
      const origin = origins[this.pages.length];
      if (!ended || !isUtf8(bytes) || origin === undefined) throw new UnusablePage();
      yield* chunks(this.#line(bytes, origin));
    }
    if (this.pages.length !== origins.length) throw new UnusablePage();
  }

  *#line(bytes: Buffer, { parameters, page }: PageOrigin): Generator<string> {
    const { records, total, values } = this.#layout;
    const paths = values.map(({ path }) => path);
    const parts = pageParts(bytes, records, total === undefined ? paths : [...paths, total]);
    const facts = parts && factsOfPage(this.pages.length, bytes, parts, total);
    if (parts === undefined || facts === undefined) throw new UnusablePage();
    const opening = `{"values":[${values.map((value) => pageValue(parts.envelope, value))}],"records":[`;
    yield opening;
    let length = Buffer.byteLength(opening) + closing.length;
    let separator = '';
    const origin = Object.freeze({ parameters: Object.freeze({ ...parameters }), page });
    for (const [position, { start, end }] of parts.records.entries()) {
      const outcome = this.#outcome(bytes.subarray(start, end), origin);
      for (const row of this.#rowsOf(outcome, position)) {
        yield separator + row;
        length += Buffer.byteLength(row) + separator.length;
        separator = ',';
      }
    }
    yield closing;
    this.pages.push(facts);
    this.longestLine = Math.max(this.longestLine, length);
  }

  #outcome(json: Buffer, origin: RecordOrigin): TransformOutcome {
    const text = json.toString('utf8');
    const record = parsed(text);
    if (record === undefined) return { unfit: 'the record is nested too deeply to be transformed' };
    if (!isRecord(record, json)) return { records: [oneLine(text)], several: false };
    return transformRecord(record, { transform: this.#transform, origin, secretive: this.#secretive });
  }

  #rowsOf(outcome: TransformOutcome, position: number): string[] {
    if ('unfit' in outcome) {
      this.unfit.push({ ordinal: this.pages.length, position, reason: outcome.unfit });
      return [];
    }
    const { records, several } = outcome;
    this.rows += records.length;
    if (records.length === 0) this.dropped += 1;
    return records.map((record, index) => `{"p":${position},"e":${several ? index : null},"r":${record}}`);
  }
}

const closing = ']}\n';

function* chunks(pieces: Iterable<string>): Generator<Buffer> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkLength) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}

/** One of `values` in a line. */
function pageValue(envelope: Buffer, { path, document }: PageValue): string {
  const found = document ? jsonAt(envelope, path) : textAt(envelope, path);
  if (found === undefined) return 'null';
  return document ? `{"j":${oneLine(found)}}` : `{"t":${JSON.stringify(found)}}`;
}

/** Undefined for what is nested beyond the depth of the stack; throws a SyntaxError. */
function parsed(json: string): SourceValue | undefined {
  try {
    return parseExact(json);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What inspectPages finds wrong, or what only reading by spans can see. */
async function explanation(range: RangeToTransform, ordinal: number): Promise<NotJsonError> {
  const { dataset, pagesFile: path, origins } = range;
  const inspected = { dataset: dataset.name, path, layout: pageLayout(dataset), origins };
  await inspectPages(inspected);
  return new NotJsonError(
    `${bodyName(inspected, ordinal)} cannot be read: a name on the way to its records or its total occurs twice`,
  );
}

function isRecord(value: SourceValue, json: Buffer): value is SourceRecord {
  return typeof value === 'object' && json[0] === openBrace;
}

/** JSON has line breaks between its tokens only. */
function oneLine(json: string): string {
  return json.replace(/[\r\n]/g, ' ');
}
