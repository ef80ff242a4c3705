import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Lake, ListedObject, ObjectBody, ObjectHead, PutOptions } from '../../core/run/ports';

/** The calls of a lake, by name. */
export type LakeOperation = keyof Lake;

/** One call, as it is about to happen. */
export interface LakeCall {
  readonly operation: LakeOperation;
  readonly key: string;
}

/**
 * What goes wrong with a call. 'before': it fails and has done nothing. 'after': it takes effect and its answer is
 * lost. 'conflict': it takes effect, its answer is lost, and the client's own second try finds that somebody, namely
 * its first one, was faster; only for conditional writes, others are as without fault.
 */
export type LakeFault = 'before' | 'after' | 'conflict';

/** What happened to an object. */
export interface LakeChange {
  readonly operation: 'put' | 'putIfAbsent' | 'replace' | 'remove';
  readonly key: string;
  /** The new text; undefined when the object is gone. */
  readonly text: string | undefined;
  /** What the object was before; undefined when it is new. */
  readonly before: string | undefined;
}

export interface MemoryLakeOptions {
  /** Awaited before and after every call, so that a test can let others go first. */
  readonly turn?: (call: LakeCall) => Promise<void>;
  /** Asked once per call. @default never a fault */
  readonly fault?: (call: LakeCall) => LakeFault | undefined;
}

interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The error of a call that was made to fail. */
export class LakeFailure extends Error {
  constructor({ operation, key }: LakeCall, when: 'before' | 'after') {
    super(`${operation} ${key} was made to fail ${when} it took effect`);
    this.name = 'LakeFailure';
  }
}

/** Objects in memory, shared by any number of lakes that reach them each with its own faults. */
export class MemoryObjects {
  readonly objects = new Map<string, StoredObject>();
  readonly tags = new Map<string, { readonly name: string; readonly value: string }>();
  readonly changes: LakeChange[] = [];
  /** Called at every change, when it is visible. */
  onChange: (change: LakeChange) => void = () => {};

  set(change: Omit<LakeChange, 'before' | 'text'>, object: StoredObject | undefined): void {
    const before = this.text(change.key);
    // Tags are of a version, as on S3.
    this.tags.delete(change.key);
    if (object) this.objects.set(change.key, object);
    else this.objects.delete(change.key);
    const made = { ...change, before, text: this.text(change.key) };
    this.changes.push(made);
    this.onChange(made);
  }

  text(key: string): string | undefined {
    return this.objects.get(key)?.body.toString('utf8');
  }

  /** In the order of their UTF-8 bytes, as S3 lists them. */
  keys(prefix = ''): string[] {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
}

/** A lake in memory that behaves as S3 does: conditional writes are atomic, lists are consistent and in key order. */
export function memoryLake(objects = new MemoryObjects(), options: MemoryLakeOptions = {}): Lake {
  const { turn = async () => {}, fault = () => undefined } = options;

  /** Runs the effect of a call in one step, between two turns, and spoils it where a fault says so. */
  const call = async <T>(what: LakeCall, effect: () => T, repeated = effect): Promise<T> => {
    await turn(what);
    const spoiled = fault(what);
    if (spoiled === 'before') throw new LakeFailure(what, 'before');
    const answer = effect();
    const answered = spoiled === 'conflict' ? repeated() : answer;
    await turn(what);
    if (spoiled === 'after') throw new LakeFailure(what, 'after');
    return answered;
  };

  return {
    async put(key, body, put) {
      const object = await toObject(body, put);
      return call({ operation: 'put', key }, () => objects.set({ operation: 'put', key }, object));
    },
    async putIfAbsent(key, body, put) {
      const object = await toObject(body, put);
      return call({ operation: 'putIfAbsent', key }, () => {
        if (objects.objects.has(key)) return 'exists';
        objects.set({ operation: 'putIfAbsent', key }, object);
        return 'created';
      });
    },
    async replace(key, body, etag) {
      const object = await toObject(body);
      return call(
        { operation: 'replace', key },
        () => {
          if (objects.objects.get(key)?.etag !== etag) return 'conflict';
          objects.set({ operation: 'replace', key }, object);
          return 'replaced';
        },
        () => 'conflict',
      );
    },
    tag: (key, tag) =>
      call({ operation: 'tag', key }, () => {
        if (objects.objects.has(key)) objects.tags.set(key, tag);
      }),
    remove: (key, etag) =>
      call({ operation: 'remove', key }, () => {
        if (objects.objects.get(key)?.etag !== etag) return 'conflict';
        objects.set({ operation: 'remove', key }, undefined);
        return 'removed';
      }),
    head: (key) =>
      call({ operation: 'head', key }, (): ObjectHead | undefined => {
        const found = objects.objects.get(key);
        return found && { ...listed(key, found), metadata: found.metadata };
      }),
    get: (key) =>
      call({ operation: 'get', key }, () => {
        const found = objects.objects.get(key);
        return found && { text: found.body.toString('utf8'), etag: found.etag };
      }),
    async download(key, file) {
      const found = await call({ operation: 'download', key }, () => objects.objects.get(key));
      if (found) await writeFile(file, found.body);
      return found !== undefined;
    },
    async removeAll(keys) {
      let count = 0;
      for await (const key of keys) {
        await call({ operation: 'removeAll', key }, () =>
          objects.set({ operation: 'remove', key }, undefined),
        );
        count++;
      }
      return count;
    },
    async *list(prefix, options = {}): AsyncGenerator<ListedObject> {
      // Page by page, so that others write while it goes on.
      for (let { after } = options; ; ) {
        const page = await call({ operation: 'list', key: prefix }, () =>
          nextPage(objects, prefix, after).map((key) => listed(key, objects.objects.get(key))),
        );
        yield* page;
        if (page.length < keysPerPage) return;
        after = page.at(-1)?.key;
      }
    },
  };
}

/** Small, so that every list of a test has several pages. */
const keysPerPage = 3;

function nextPage(objects: MemoryObjects, prefix: string, after: string | undefined): string[] {
  const keys = objects.keys(prefix);
  const start =
    after === undefined ? 0 : keys.findIndex((key) => Buffer.from(key).compare(Buffer.from(after)) > 0);
  return start < 0 ? [] : keys.slice(start, start + keysPerPage);
}

function listed(key: string, object: StoredObject | undefined): ListedObject {
  return { key, bytes: object?.body.length ?? 0, etag: object?.etag ?? '' };
}

async function toObject(body: ObjectBody, { metadata = {} }: PutOptions = {}): Promise<StoredObject> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : await readFile(body.file);
  const etag = createHash('md5').update(bytes).digest('hex');
  return { body: bytes, etag, metadata: { ...metadata } };
}
