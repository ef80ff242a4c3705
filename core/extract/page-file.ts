import { EventEmitter, once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes of pages that may wait for an earlier one, beyond those that are in flight. */
const maximumWaitingBytes = 16 * 1024 * 1024;

const newline = Buffer.from('\n');

/** A file of page bodies in page order, each followed by '\n', whatever the order in which they arrive. */
export class PageFile {
  readonly #handle: FileHandle;
  readonly #waiting = new Map<number, Buffer>();
  readonly #progress = new EventEmitter();
  #waitingBytes = 0;
  #next = 0;
  #writing: Promise<void> = Promise.resolve();
  #bytes = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Creates the file, or empties it. */
  static async create(path: string): Promise<PageFile> {
    return new PageFile(await open(path, 'w'));
  }

  /** Bytes of the bodies written so far, without the newlines. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes the body of the page at `position`, from 0, and writes what can be written. While many bytes wait for an
   * earlier page, resolves only when that one has come, so that memory stays flat; rejects when `signal` aborts.
   */
  async put(position: number, body: Buffer, signal: AbortSignal): Promise<void> {
    this.#waiting.set(position, body);
    this.#waitingBytes += body.length;
    this.#writing = this.#writing.then(() => this.#writeReady());
    await this.#writing;
    while (this.#waitingBytes > maximumWaitingBytes) await once(this.#progress, 'written', { signal });
  }

  /** Closes the file when what is under way is written. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {}); // whoever put the page has been told
    await this.#handle.close();
  }

  async #writeReady(): Promise<void> {
    for (let body = this.#waiting.get(this.#next); body; body = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      await this.#handle.appendFile(body);
      await this.#handle.appendFile(newline);
      this.#bytes += body.length;
      this.#waitingBytes -= body.length;
      this.#progress.emit('written');
    }
  }
}
