import { elements, locate, type Span } from '../json/json-text';
import type { Path } from '../source/path';
import { pageBodies } from './page-bodies';

/**
 * Walks through a file of page bodies once, giving out elements of the array at `path` in each: the source's own bytes. Bodies must be asked for in
 * order. Holds one body in memory, and reads no further than it is asked to.
 */
export class RecordCursor {
  readonly #bodies: ReturnType<typeof pageBodies>;
  readonly #path: Path;
  #ordinal = -1;
  #body: Buffer = Buffer.alloc(0);
  #left: Iterator<Span> = [].values();
  #spans: Span[] = [];

  constructor(file: string, path: Path) {
    this.#bodies = pageBodies(file);
    this.#path = path;
  }

  /** The element at `position` of body `ordinal`, both from 0; undefined where the body has no such element. */
  async element(ordinal: number, position: number): Promise<Buffer | undefined> {
    await this.#moveTo(ordinal);
    while (this.#spans.length <= position) {
      const next = this.#left.next();
      if (next.done) return undefined;
      this.#spans.push(next.value);
    }
    const span = this.#spans[position];
    return span && this.#body.subarray(span.start, span.end);
  }

  /** The same, where it must be there. */
  async record(ordinal: number, position: number): Promise<Buffer> {
    const found = await this.element(ordinal, position);
    if (found === undefined) throw new Error(`record ${position} of body ${ordinal} cannot be found again`);
    return found;
  }

  /** Frees the file. */
  async close(): Promise<void> {
    await this.#bodies.return(undefined);
  }

  async #moveTo(ordinal: number): Promise<void> {
    if (ordinal === this.#ordinal) return;
    let body: Buffer | undefined;
    for (; this.#ordinal < ordinal; this.#ordinal += 1) body = (await this.#bodies.next()).value?.bytes;
    if (body === undefined) throw new Error(`body ${ordinal} cannot be found again`);
    this.#body = body;
    const start = locate(body, this.#path);
    this.#left = start === undefined ? [].values() : elements(body, start);
    this.#spans = [];
  }
}
