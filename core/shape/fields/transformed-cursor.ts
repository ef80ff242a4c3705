import { endOfValue, locate } from '../../json/json-text';
import { RecordCursor } from '../record-cursor';

/** Walks through a file of transformed records as RecordCursor does through pages: `{"records":[{"p":position,"r":record}, …]}` for each page. */
export class TransformedCursor {
  readonly #entries: RecordCursor;
  #ordinal = -1;
  #entry = 0;
  #position = -1;
  #nth = -1;

  constructor(file: string) {
    this.#entries = new RecordCursor(file, ['records']);
  }

  /** The `nth` of the records made of the one at `position` of body `ordinal`, all from 0; to be asked for in order. */
  async record(ordinal: number, position: number, nth: number): Promise<Buffer> {
    if (ordinal !== this.#ordinal) {
      this.#ordinal = ordinal;
      this.#entry = 0;
      this.#position = -1;
      this.#nth = -1;
    }
    for (;;) {
      const entry = await this.#entries.record(ordinal, this.#entry);
      this.#entry += 1;
      const place = partOf(entry, 'p').toString();
      this.#nth = Number(place) === this.#position ? this.#nth + 1 : 0;
      this.#position = Number(place);
      if (this.#position === position && this.#nth === nth) return partOf(entry, 'r');
    }
  }

  /** Frees the file. */
  close(): Promise<void> {
    return this.#entries.close();
  }
}

function partOf(entry: Buffer, name: string): Buffer {
  const start = locate(entry, [name]);
  if (start !== undefined) return entry.subarray(start, endOfValue(entry, start));
  throw new Error(`a transformed record has no '${name}'`);
}
