import { EventEmitter, once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes of pages that may wait for an earlier one, beyond those that are in flight. */
const maximumWaitingBytes = 16 * 1024 * 1024;
/** Bodies are written together up to so many bytes and bodies: small pages would otherwise cost a system call each. */
const mostWritten = { bytes: 1024 * 1024, bodies: 256 };

const newline = Buffer.from('\n');

/** A file of page bodies in the order of their positions, each followed by '\n', whatever the order in which they arrive. */
export class PageFile {
  readonly #handle: FileHandle;
  readonly #waiting = new Map<number, Buffer>();
  readonly #progress = new EventEmitter();
  #waitingBytes = 0;
  #next = 0;
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
   * Takes the body of the page at `position`, from 0, which is written when those before it are. While many bytes wait
   * to be written, resolves only when they are fewer, so that memory stays flat. Rejects when a write has failed, and
   * when `signal` aborts.
   */
  async put(position: number, body: Buffer, signal: AbortSignal): Promise<void> {
    this.#waiting.set(position, body);
    this.#waitingBytes += body.length;
    if (!this.#isWriting) this.#writing = this.#writeReady();
    while (this.#waitingBytes > maximumWaitingBytes && !this.#failure) {
      await once(this.#progress, 'written', { signal });
    }
    this.#throwFailure();
  }

  /** Resolves when everything that could be written is; rejects when a write has failed. */
  async flush(): Promise<void> {
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

  async #writeReady(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let ready = this.#takeReady(); ready.length > 0; ready = this.#takeReady()) {
        await this.#write(ready.flatMap((body) => [body, newline]));
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
      body &&
      (ready.length === 0 || (bytes + body.length <= mostWritten.bytes && ready.length < mostWritten.bodies));
      body = this.#waiting.get(this.#next)
    ) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      bytes += body.length;
      ready.push(body);
    }
    return ready;
  }
}

function sizeOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((bytes, { length }) => bytes + length, 0);
}
