import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError } from '../../errors';
import { concurrently } from '../concurrently';
import type { Lake } from '../ports';
import type { CurationInput, Merge } from './curation-engine';
import type { MergeStatements } from './merge-statements';

/** Objects fetched at once. */
const fetchedAtOnce = 16;
/** What goes into one spool: enough that a spool is worth opening, little enough that it need not lie twice on the disk. */
const spoolBytes = 64_000_000;
const spoolObjects = 500;

/** Runs a statement; resolves to its rows. */
export type RunSql = (sql: string) => Promise<readonly (readonly unknown[])[]>;

export interface SpoolServices {
  readonly statements: MergeStatements;
  readonly folder: string;
  readonly lake: Pick<Lake, 'download'>;
  readonly run: RunSql;
}

/** What has been fetched. */
export interface Spooled {
  /** Rows in all. */
  readonly rows: number;
  /** Paths of the spools. */
  readonly files: readonly string[];
}

/** Fetches all inputs, some at a time, into spools; each object is removed again when its rows are in one. */
export async function spool(merge: Merge, services: SpoolServices): Promise<Spooled> {
  const { statements, folder, run } = services;
  const files: string[] = [];
  let rows = 0;
  for (const batch of batches(merge.inputs)) {
    const fetched = await fetchAll(batch, merge, services);
    const file = join(folder, `spool-${files.length}.parquet`);
    const [[written] = []] = await run(statements.spool(fetched, file, rows));
    const records = batch.reduce((sum, input) => sum + input.records, 0);
    if (Number(written) !== records) {
      throw new PermanentError(
        `${merge.name}: the objects from ${batch[0]?.key} to ${batch.at(-1)?.key} have ${written} rows, and ${records} by their receipts: something else has written there; start the run over`,
      );
    }
    for (const path of fetched) await rm(path);
    for (const statement of statements.note(files.length, file)) await run(statement);
    files.push(file);
    rows += records;
  }
  return { rows, files };
}

function* batches(inputs: readonly CurationInput[]): Generator<CurationInput[]> {
  let batch: CurationInput[] = [];
  let bytes = 0;
  for (const input of inputs) {
    batch.push(input);
    bytes += input.bytes;
    if (bytes < spoolBytes && batch.length < spoolObjects) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Paths of the objects, in their order. */
async function fetchAll(
  batch: readonly CurationInput[],
  { name, table }: Merge,
  { folder, lake }: SpoolServices,
): Promise<string[]> {
  const fetched = concurrently(batch.entries(), fetchedAtOnce, async ([n, { key, bytes }]) => {
    const file = join(folder, `object-${n}.${table.extension}`);
    const there = await lake.download(key, file);
    if (there && (await stat(file)).size === bytes) return file;
    throw new PermanentError(
      `${name}: ${key} ${there ? 'is another object than it was' : 'was removed from the lake'} before the run was merged; start the run over`,
    );
  });
  const files: string[] = [];
  for await (const file of fetched) files.push(file);
  return files;
}
