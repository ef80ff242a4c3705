import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AwsError } from './http-answer';
import { KeyedLock } from './keyed-lock';
import { listKeys } from './list-keys';
import { errorCode, giveName, md5Of, removeEmptyFolders, statFile, undefinedWhenAbsent } from './object-file';
import { MetadataFolder, type ObjectMetadata, type ObjectTag } from './object-metadata';
import { assertKeyIsPath } from './object-path';
import { nameTaken, noSuchKey, preconditionFailed } from './s3-error';

/** An object without its bytes. */
export interface StoredObject extends ObjectMetadata {
  readonly modifiedAt: Date;
}

/** A whole body on disk that is not an object yet. */
export interface Upload {
  readonly path: string;
  readonly body: BigIntStats;
}

/** What must hold for a write to happen; ETags with or without quotes. */
export type Precondition =
  | { readonly type: 'none' }
  | { readonly type: 'absent' }
  | { readonly type: 'match'; readonly etag: string };

/** The part of a file that an upload needs; lets tests fail a disk. */
export type UploadFile = Pick<FileHandle, 'appendFile' | 'stat' | 'close'>;

/** Uploads that a killed process left behind are swept after a day: younger ones may be another process's. */
const abandonedAfterMilliseconds = 86_400_000;

/**
 * Objects as plain files at `<directory>/<bucket>/<key>`, with their metadata in `<directory>/.metadata`.
 *
 * A body is received in `<directory>/.uploads` and gets its name by one link or rename, after its metadata is on file (see
 * MetadataFolder). So a process killed at any moment leaves each object absent or whole, never a body with another version's
 * metadata. A file that somebody put or edited by hand is an object too, with the MD5 of its bytes and no user metadata.
 */
export class ObjectStore {
  readonly #buckets = new Set<string>();
  readonly #lock = new KeyedLock();

  constructor(
    private readonly directory: string,
    private readonly openUpload: (path: string) => Promise<UploadFile> = (path) => open(path, 'wx'),
  ) {}

  /** Makes the folder for uploads and sweeps what was abandoned there. */
  async prepare(): Promise<void> {
    const uploads = join(this.directory, '.uploads');
    await mkdir(uploads, { recursive: true });
    for (const name of await readdir(uploads)) {
      const path = join(uploads, name);
      const found = await statFile(path);
      if (found && Date.now() - Number(found.mtimeMs) > abandonedAfterMilliseconds)
        await rm(path, { force: true });
    }
  }

  /** Makes a bucket, or takes up the one that is there with all its objects. */
  async createBucket(name: string): Promise<void> {
    await mkdir(join(this.directory, name), { recursive: true });
    this.#buckets.add(name);
  }

  hasBucket(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** Writes a body to disk as it comes, holding one chunk at a time. Removes what it wrote when the body fails. */
  async receive(body: AsyncIterable<Buffer>): Promise<Upload> {
    const path = join(this.directory, '.uploads', randomUUID());
    const file = await this.openUpload(path);
    try {
      for await (const bytes of body) await file.appendFile(bytes);
      return { path, body: await file.stat({ bigint: true }) };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Removes an upload that was not stored; harmless after `store`. */
  async discard(upload: Upload): Promise<void> {
    await rm(upload.path, { force: true });
  }

  /**
   * Makes an upload the object `metadata.key`, if `precondition` holds. Throws PreconditionFailed, 412; NoSuchKey, 404, for
   * 'match' without an object; InvalidRequest, 400, when the key needs a folder where an object is, or the other way round.
   */
  async store(
    bucket: string,
    upload: Upload,
    metadata: ObjectMetadata,
    precondition: Precondition,
  ): Promise<void> {
    const path = this.#path(bucket, metadata.key);
    await this.#lock.run(path, async () => {
      const previous = await statFile(path);
      if (precondition.type === 'absent' && previous) throw preconditionFailed('If-None-Match');
      if (precondition.type === 'match') await this.#assertMatch(bucket, metadata.key, precondition.etag);
      const folder = this.#metadata(bucket);
      await folder.write(metadata.key, upload.body, metadata);
      try {
        await giveName(upload.path, path, precondition.type === 'absent');
      } catch (error) {
        await folder.remove(metadata.key, upload.body);
        throw (await this.#explain(error, bucket, metadata.key)) ?? error;
      }
      if (previous) await folder.remove(metadata.key, previous);
    });
  }

  /** Replaces the tags of an object; throws NoSuchKey, 404, when there is none. A new version of the object has no tags. */
  async tag(bucket: string, key: string, tags: readonly ObjectTag[]): Promise<void> {
    const path = this.#path(bucket, key);
    await this.#lock.run(path, async () => {
      const body = await statFile(path);
      if (body === undefined) throw noSuchKey();
      await this.#metadata(bucket).replace(key, body, {
        ...(await this.#known(bucket, key, body)),
        tags: tags.map(([name, value]) => [name, value]),
      });
    });
  }

  /** The object without its bytes; undefined when there is none. */
  async head(bucket: string, key: string): Promise<StoredObject | undefined> {
    const path = this.#path(bucket, key);
    for (;;) {
      const body = await statFile(path);
      if (body === undefined) return undefined;
      const found = await this.#describe(bucket, key, body);
      if (found) return found;
    }
  }

  /** The object with an open file, which stays this version whatever happens to the key; the caller closes it. */
  async open(bucket: string, key: string): Promise<{ object: StoredObject; file: FileHandle } | undefined> {
    const path = this.#path(bucket, key);
    for (;;) {
      if ((await statFile(path)) === undefined) return undefined;
      const file = await open(path, 'r').catch(undefinedWhenAbsent);
      if (file === undefined) return undefined;
      try {
        const object = await this.#describe(bucket, key, await file.stat({ bigint: true }));
        if (object) return { object, file };
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
    }
  }

  /** Deletes an object, or the version that `etag` names; then 404 without an object and 412 for another version. */
  async delete(bucket: string, key: string, etag: string | undefined): Promise<void> {
    const path = this.#path(bucket, key);
    await this.#lock.run(path, async () => {
      if (etag !== undefined) await this.#assertMatch(bucket, key, etag);
      const body = await statFile(path);
      if (body === undefined) return;
      await unlink(path);
      await this.#metadata(bucket).remove(key, body);
      await removeEmptyFolders(dirname(path), join(this.directory, bucket));
    });
  }

  /**
   * At most `limit` objects whose keys begin with `prefix` and are greater than `after`, in the order of their UTF-8 bytes;
   * `lastKey` is where the next page begins, undefined when there is none.
   */
  async list(
    bucket: string,
    { prefix, after, limit }: { prefix: string; after: string; limit: number },
  ): Promise<{ objects: StoredObject[]; lastKey: string | undefined }> {
    if (limit === 0) return { objects: [], lastKey: undefined };
    const keys: string[] = [];
    for await (const key of listKeys(join(this.directory, bucket), prefix, after)) {
      if (keys.push(key) > limit) break;
    }
    const page = keys.slice(0, limit);
    const objects = await Promise.all(page.map((key) => this.head(bucket, key)));
    return {
      objects: objects.filter((object) => object !== undefined),
      lastKey: keys.length > limit ? page.at(-1) : undefined,
    };
  }

  /** Undefined when the body is not the key's any more: look again. */
  async #describe(bucket: string, key: string, body: BigIntStats): Promise<StoredObject | undefined> {
    const known = await this.#metadata(bucket).read(key, body);
    if (known && BigInt(known.bytes) === body.size) return describe(known, body);
    const path = this.#path(bucket, key);
    return await this.#lock.run(path, async () => {
      const now = await statFile(path);
      if (now?.ino !== body.ino || now.mtimeNs !== body.mtimeNs) return undefined;
      return describe(await this.#adopt(bucket, key, now), now);
    });
  }

  /** What is known of a body, under the key's lock. */
  async #known(bucket: string, key: string, body: BigIntStats): Promise<ObjectMetadata> {
    const known = await this.#metadata(bucket).read(key, body);
    return known && BigInt(known.bytes) === body.size ? known : await this.#adopt(bucket, key, body);
  }

  /** Describes a body without metadata of its own: a copied one gets back what its key and MD5 had, any other begins anew. */
  async #adopt(bucket: string, key: string, body: BigIntStats): Promise<ObjectMetadata> {
    const folder = this.#metadata(bucket);
    const etag = `"${await md5Of(this.#path(bucket, key))}"`;
    const same = (await folder.versions(key)).filter((version) => version.etag === etag);
    const [only, ...others] = new Set(same.map((version) => JSON.stringify(version)));
    const metadata: ObjectMetadata =
      only !== undefined && others.length === 0 && same[0] !== undefined
        ? same[0]
        : { key, etag, bytes: Number(body.size), headers: {}, userMetadata: {} };
    await folder.write(key, body, metadata);
    return metadata;
  }

  async #assertMatch(bucket: string, key: string, etag: string): Promise<void> {
    const body = await statFile(this.#path(bucket, key));
    if (body === undefined) throw noSuchKey();
    const current = await this.#known(bucket, key, body);
    if (current.etag.replaceAll('"', '') !== etag.replaceAll('"', '')) throw preconditionFailed('If-Match');
  }

  /** Turns the file system's word on a name that is taken into one that says what to do. */
  async #explain(error: unknown, bucket: string, key: string): Promise<AwsError | undefined> {
    const code = errorCode(error);
    if (code === 'EEXIST' && (await statFile(this.#path(bucket, key)))) {
      return preconditionFailed('If-None-Match');
    }
    if (!['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY'].includes(code)) return undefined;
    const names = key.split('/');
    for (let count = 1; count < names.length; count++) {
      const parent = names.slice(0, count).join('/');
      if (await statFile(join(this.directory, bucket, parent))) {
        return nameTaken(key, `${JSON.stringify(parent)} is an object, and would have to be a folder`);
      }
    }
    return nameTaken(key, 'it is a folder with other objects in it');
  }

  #metadata(bucket: string): MetadataFolder {
    return new MetadataFolder(join(this.directory, '.metadata', bucket));
  }

  #path(bucket: string, key: string): string {
    assertKeyIsPath(key);
    return join(this.directory, bucket, key);
  }
}

function describe(metadata: ObjectMetadata, body: BigIntStats): StoredObject {
  return { ...metadata, modifiedAt: new Date(Number(body.mtimeMs)) };
}
