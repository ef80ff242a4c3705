import { EventEmitter, once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes of pages that may wait for an earlier one, beyond those that are in flight. */
const maximumWaitingBytes = 16 * 1024 * 1024;
/**
 * Bodies are written as soon as so many bytes or bodies are there, and no more at once: a call to the thread pool for each
 * body would cost as much as fetching it (bench/extract.ts).
 */
const batch = { bytes: 1024 * 1024, bodies: 256 };

const newline = Buffer.from('\n');
/** Stands for a page that is not there. */
const nothing = Buffer.alloc(0);

/** A file of page bodies in the order of their positions, each followed by '\n', whatever the order in which they arrive. */
export class PageFile {
  readonly #handle: FileHandle;
  readonly #waiting = new Map<number, Buffer>();
  readonly #progress = new EventEmitter();
  #waitingBytes = 0;
  /** The next one to write. */
  #next = 0;
  /** The first one that is not there; those between are ready. */
  #missing = 0;
  #readyBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #failure: { readonly error: unknown } | undefined;
  #bytes = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
    this.#progress.setMaxListeners(0); // every request under way may wait
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
   * Takes the body of the page at `position`, from 0, which is written after those before it, many together, and by a
   * `flush` at the latest. While many bytes wait to be written, resolves only when they are fewer, so that memory stays
   * flat. Rejects when a write has failed, and when `signal` aborts.
   */
  async put(position: number, body: Buffer, signal: AbortSignal): Promise<void> {
    this.#waiting.set(position, body);
    this.#waitingBytes += body.length;
    this.#countReady();
    if (!this.#isWriting && this.#hasBatch) this.#writing = this.#writeWhile(() => this.#hasBatch);
    while (this.#waitingBytes > maximumWaitingBytes && !this.#failure) {
      await once(this.#progress, 'written', { signal });
    }
    this.#throwFailure();
  }

  /** There is no page at `position`: those behind it need not wait. Rejects as `put` does. */
  async skip(position: number, signal: AbortSignal): Promise<void> {
    await this.put(position, nothing, signal);
  }

  /** Writes everything that can be written; rejects when a write has failed. */
  async flush(): Promise<void> {
    await this.#writing;
    this.#writing = this.#writeWhile(() => this.#next < this.#missing);
    await this.#writing;
    this.#throwFailure();
  }

  /** Closes the file when what is under way is written. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #countReady(): void {
    for (let body = this.#waiting.get(this.#missing); body; body = this.#waiting.get(this.#missing)) {
      this.#missing += 1;
      this.#readyBytes += body.length;
    }
  }

  get #hasBatch(): boolean {
    return this.#readyBytes >= batch.bytes || this.#missing - this.#next >= batch.bodies;
  }

  async #writeWhile(goesOn: () => boolean): Promise<void> {
    this.#isWriting = true;
    try {
      while (!this.#failure && goesOn()) {
        const ready = this.#takeReady();
        await this.#write(ready.flatMap((body) => (body === nothing ? [] : [body, newline])));
        const bytes = sizeOf(ready);
        this.#bytes += bytes;
        this.#waitingBytes -= bytes;
        this.#progress.emit('written');
      }
    } catch (error) {
      this.#failure = { error };
      this.#progress.emit('written'); // whoever waits is told
    }
    this.#isWriting = false;
  }

  /** Not copied into one: that would cost as much as the writing. A write may be a partial one (POSIX writev). */
  async #write(pieces: readonly Buffer[]): Promise<void> {
    const { bytesWritten } = await this.#handle.writev([...pieces]);
    if (bytesWritten < sizeOf(pieces)) {
      await this.#handle.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
    }
  }

  /** The bodies that come next in the file, as far as they are there and fit one write. */
  #takeReady(): Buffer[] {
    const ready: Buffer[] = [];
    let bytes = 0;
    for (
      let body = this.#waiting.get(this.#next);
      body && (ready.length === 0 || (bytes + body.length <= batch.bytes && ready.length < batch.bodies));
      body = this.#waiting.get(this.#next)
    ) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      bytes += body.length;
      ready.push(body);
    }
    this.#readyBytes -= bytes;
    return ready;
  }
}

function sizeOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((bytes, { length }) => bytes + length, 0);
}
