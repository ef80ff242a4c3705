import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeptTable, TableInput } from './glue-requests';
import { keptTable } from './glue-requests';
import { AwsError } from './http-answer';
import { KeyedLock } from './keyed-lock';
import { giveName, undefinedWhenAbsent } from './object-file';

/** Texts by name: files, or what stands for them in memory. */
interface Texts {
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
}

/** Who writes a table, where and when. */
export interface GlueWriter {
  readonly account: string;
  readonly arn: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The Glue databases of the local AWS. A table is the file `<directory>/<database>/<table>.json` as GetTable answers it, and each version that
 * an update has replaced `<table>.v<VersionId>.json` beside it. Errors are AwsErrors in Glue's words.
 */
export class GlueTables {
  readonly #databases = new Set<string>();
  readonly #lock = new KeyedLock();
  readonly #texts: Texts;

  /** @param directory where tables are kept; in memory where there is none */
  constructor(directory: string | undefined) {
    this.#texts = directory === undefined ? inMemory() : inFiles(directory);
  }

  /** Makes a database, or takes up the one that is in the directory with all its tables. */
  createDatabase(name: string): void {
    this.#databases.add(name);
  }

  async get(database: string, name: string): Promise<KeptTable> {
    const found = await this.#find(database, name);
    if (found) return found;
    throw new AwsError('EntityNotFoundException', 400, `Entity Not Found: table ${database}.${name}`);
  }

  create(database: string, input: TableInput, writer: GlueWriter): Promise<void> {
    return this.#lock.run(key(database, input.Name), async () => {
      if (await this.#find(database, input.Name)) {
        throw new AwsError('AlreadyExistsException', 400, 'Table already exists.');
      }
      const seconds = writer.now / 1000;
      const written = { CreateTime: seconds, UpdateTime: seconds, CreatedBy: writer.arn };
      await this.#keep(database, { ...input, ...written, ...named(database, writer), VersionId: '0' });
    });
  }

  update(
    database: string,
    input: TableInput,
    { VersionId, SkipArchive }: { VersionId?: string | undefined; SkipArchive?: boolean | undefined },
    writer: GlueWriter,
  ): Promise<void> {
    return this.#lock.run(key(database, input.Name), async () => {
      const before = await this.get(database, input.Name);
      if (VersionId !== undefined && VersionId !== before.VersionId) {
        const message = 'Update table failed due to concurrent modifications.';
        throw new AwsError('ConcurrentModificationException', 400, message);
      }
      if (!SkipArchive) {
        await this.#texts.write(key(database, `${input.Name}.v${before.VersionId}`), text(before));
      }
      const { CreateTime, CreatedBy } = before;
      const written = { CreateTime, UpdateTime: writer.now / 1000, CreatedBy };
      const next = String(Number(before.VersionId) + 1);
      await this.#keep(database, { ...input, ...written, ...named(database, writer), VersionId: next });
    });
  }

  async #find(database: string, name: string): Promise<KeptTable | undefined> {
    if (!this.#databases.has(database)) {
      throw new AwsError('EntityNotFoundException', 400, `Database ${database} not found.`);
    }
    // As Glue has it: names are folded to lower case.
    const found = await this.#texts.read(key(database, name.toLowerCase()));
    return found === undefined ? undefined : keptTable.parse(JSON.parse(found));
  }

  #keep(database: string, table: KeptTable): Promise<void> {
    return this.#texts.write(key(database, table.Name), text(table));
  }
}

function named(database: string, { account }: GlueWriter) {
  return { DatabaseName: database, CatalogId: account };
}

function key(database: string, name: string): string {
  return join(database, `${name}.json`);
}

function text(table: KeptTable): string {
  return `${JSON.stringify(table, null, 2)}\n`;
}

function inFiles(directory: string): Texts {
  return {
    read: (name) => readFile(join(directory, name), 'utf8').catch(undefinedWhenAbsent),
    async write(name, written) {
      const path = join(directory, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.next`, written);
      // In one step: half a file would be no table.
      await giveName(`${path}.next`, path, false);
    },
  };
}

function inMemory(): Texts {
  const texts = new Map<string, string>();
  return {
    read: async (name) => texts.get(name),
    write: async (name, written) => void texts.set(name, written),
  };
}
