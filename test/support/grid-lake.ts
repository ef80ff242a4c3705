import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PagesRange, Plan, Sequence } from '../../core/plan/plan';
import { stageKey, stagePrefix } from '../../core/run/keys';
import { rangeOfKey } from '../../core/run/missing/present-ranges';
import type { Lake, ListedObject, ObjectHead } from '../../core/run/ports';
import { type Receipt, toMetadata } from '../../core/run/range/receipt';

type Grid = Extract<Sequence, { type: 'pages' }>;

/** Keys of one answer to a LIST, as S3 has it. */
const keysPerPage = 1000;

/**
 * A lake whose stage objects of one grid are made up when they are asked for, so that there may be a million of them in no memory; documents
 * are kept in files. Counts what it is asked.
 */
export class GridLake implements Lake {
  readonly asked = { lists: 0, heads: 0 };
  /** How many of the grid's ranges exist, from the first. */
  present: number;
  readonly #documents = new Map<string, { file: string; bytes: number; etag: number }>();
  #writes = 0;

  private constructor(
    readonly plan: Plan,
    readonly grid: Grid,
    readonly folder: string,
    readonly receiptOf: (range: PagesRange) => Receipt,
  ) {
    this.present = Math.ceil(grid.pages / grid.pagesPerRange);
  }

  static async open(plan: Plan, receiptOf: (range: PagesRange) => Receipt): Promise<GridLake> {
    const [grid] = plan.sequences;
    if (grid?.type !== 'pages') throw new Error('the plan is no grid');
    return new GridLake(plan, grid, await mkdtemp(join(tmpdir(), 'grid-lake-')), receiptOf);
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  async put(key: string, body: string | { readonly file: string }): Promise<void> {
    const text = typeof body === 'string' ? body : await readFile(body.file, 'utf8');
    const file = join(this.folder, String(this.#writes++));
    await writeFile(file, text);
    this.#documents.set(key, { file, bytes: text.length, etag: this.#writes });
  }

  async putIfAbsent(key: string, body: string | { readonly file: string }): Promise<'created' | 'exists'> {
    if (this.#documents.has(key)) return 'exists';
    await this.put(key, body);
    return 'created';
  }

  async tag(): Promise<void> {}

  async replace(key: string, body: string, etag: string | undefined): Promise<'replaced' | 'conflict'> {
    if (this.#etag(key) !== etag) return 'conflict';
    await this.put(key, body);
    return 'replaced';
  }

  async remove(key: string, etag: string): Promise<'removed' | 'conflict'> {
    if (this.#etag(key) !== etag) return 'conflict';
    this.#documents.delete(key);
    return 'removed';
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    this.asked.heads++;
    const document = this.#documents.get(key);
    if (document) return { key, bytes: document.bytes, etag: String(document.etag), metadata: {} };
    const range = rangeOfKey(stagePrefix(this.plan), key);
    if (!range || range.index >= this.present) return undefined;
    const { pagesPerRange, firstPage, pages, ...grid } = this.grid;
    const before = range.index * pagesPerRange;
    const most = Math.min(pagesPerRange, pages - before);
    const whole: PagesRange = { ...grid, index: range.index, firstPage: firstPage + before, pages: most };
    return { ...this.#listed(key), metadata: toMetadata(this.receiptOf(whole)) };
  }

  async get(key: string): Promise<{ text: string; etag: string } | undefined> {
    const document = this.#documents.get(key);
    return document && { text: await readFile(document.file, 'utf8'), etag: String(document.etag) };
  }

  download(): Promise<boolean> {
    return Promise.reject(new Error('nobody reads the records'));
  }

  removeAll(): Promise<number> {
    return Promise.reject(new Error('nobody removes anything'));
  }

  async *list(
    prefix: string,
    { after }: { readonly after?: string | undefined } = {},
  ): AsyncGenerator<ListedObject> {
    this.asked.lists++;
    let listed = 0;
    for (const object of prefix === stagePrefix(this.plan) ? this.#stage(after) : this.#documentsIn(prefix)) {
      if (after !== undefined && object.key <= after) continue;
      if (listed > 0 && listed % keysPerPage === 0) {
        await new Promise(setImmediate); // the next page
        this.asked.lists++;
      }
      listed++;
      yield object;
    }
  }

  *#stage(after: string | undefined): Generator<ListedObject> {
    const first = after === undefined ? undefined : rangeOfKey(stagePrefix(this.plan), after);
    for (let index = first === undefined ? 0 : first.index + 1; index < this.present; index++) {
      yield this.#listed(stageKey(this.plan, { slice: this.grid.slice, index }));
    }
  }

  *#documentsIn(prefix: string): Generator<ListedObject> {
    for (const key of [...this.#documents.keys()].sort()) {
      const { bytes = 0, etag } = this.#documents.get(key) ?? {};
      if (key.startsWith(prefix)) yield { key, bytes, etag: String(etag) };
    }
  }

  #listed(key: string): ListedObject {
    return { key, bytes: 10, etag: `etag of ${key.slice(-20)}` };
  }

  #etag(key: string): string | undefined {
    const etag = this.#documents.get(key)?.etag;
    return etag === undefined ? undefined : String(etag);
  }
}
