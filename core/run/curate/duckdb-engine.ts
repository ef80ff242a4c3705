import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lake } from '../ports';
import type { CurationEngine, KeyProof, Merge, MergedFile } from './curation-engine';
import { checksumOf, type KeySum, keySum, noKeys, together } from './key-proof';
import { type MergeStatements, mergeStatements } from './merge-statements';
import { inSentences, refuseWithoutRoom } from './room';
import { type RunSql, spool } from './spool';

export interface DuckdbEngineOptions {
  /** Where objects are kept until they are merged, and what does not fit into memory. */
  readonly workFolder: string;
  /** What DuckDB may use; the process needs some 250 more, and the largest file once. */
  readonly memoryMegabytes: number;
}

/** Rows that DuckDB handles at a time, and the fewest of a row group. */
const vectorRows = 2048;

/**
 * Merges on this machine. Objects are fetched some at a time and kept as Parquet with the place in which each row was seen; hashes of all
 * keys tell which rows are repeated; a sample of the keys tells where the files part; then each file is selected, sorted and written by
 * itself. So memory is bounded by the sort of one file, which spills, and the disk by the bytes of the objects.
 */
export function duckdbEngine(options: DuckdbEngineOptions): CurationEngine {
  const { workFolder } = options;
  return {
    async *merge(merge, lake) {
      await refuseWithoutRoom(merge, workFolder);
      const folder = await mkdtemp(join(workFolder, 'curate-'));
      try {
        return yield* mergeIn(folder, merge, lake, options);
      } catch (error) {
        throw inSentences(error, merge);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function* mergeIn(
  folder: string,
  merge: Merge,
  lake: Pick<Lake, 'download'>,
  { memoryMegabytes }: DuckdbEngineOptions,
): AsyncGenerator<MergedFile, KeyProof> {
  // Loaded here only: most invocations of reconcile have nothing to merge.
  const { openDuckDB }: typeof import('../../shape/duckdb') = require('../../shape/duckdb');
  const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder });
  const run: RunSql = async (sql) => (await duckdb.connection.runAndReadAll(sql)).getRows();
  try {
    const statements = mergeStatements(merge);
    for (const statement of statements.begin) await run(statement);
    const { rows, files: spools } = await spool(merge, { statements, folder, lake, run });
    await run(statements.findRepeated);
    const before = await sumOf(statements.distinctKeys, run);
    const parts = partsOf(merge, rows, before.keys);
    if (parts > 1) await run(statements.cut(spools, parts));
    const mostRows = await rowsOfGroup(spools, rows, memoryMegabytes);
    let after = noKeys;
    for (let part = 0; part < parts; part++) {
      const within = (await run(statements.spoolsOf({ part, parts }))).map(([n]) => spools[Number(n)] ?? '');
      const file = join(folder, `part-${part}.${merge.table.extension}`);
      await run(statements.write({ part, parts }, { spools: within, file, mostRows }));
      const written = await sumOf(statements.readBack(file), run);
      after = together(after, written);
      // A sample may cut between two keys that have none between them; a table without rows has a file all the same.
      if (written.keys > 0 || before.keys === 0) yield await describe(file, written.keys, statements, run);
      await rm(file);
    }
    refuseOtherKeys(merge, before, after);
    return { rows, keys: before.keys, checksum: checksumOf(after) };
  } finally {
    await duckdb.close();
  }
}

/** Bytes of the objects say how many files they make; the share that is left out counts for nothing. */
function partsOf({ inputs, targetBytes }: Merge, rows: number, keys: number): number {
  const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0);
  return Math.max(1, Math.round((bytes * (rows === 0 ? 0 : keys / rows)) / targetBytes));
}

/** DuckDB holds a row group in memory while it writes it: a tenth of what it may use, at four times the size that rows have in the spools. */
async function rowsOfGroup(
  spools: readonly string[],
  rows: number,
  memoryMegabytes: number,
): Promise<number> {
  const sizes = await Promise.all(spools.map(async (file) => (await stat(file)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes === 0) return Number.MAX_SAFE_INTEGER;
  const most = (memoryMegabytes * 100_000) / ((4 * bytes) / rows);
  return Math.max(vectorRows, Math.floor(most / vectorRows) * vectorRows);
}

async function sumOf(sql: string, run: RunSql): Promise<KeySum> {
  const [row = []] = await run(sql);
  return keySum(row);
}

async function describe(
  file: string,
  records: number,
  statements: MergeStatements,
  run: RunSql,
): Promise<MergedFile> {
  const { size: bytes } = await stat(file);
  if (records === 0) return { file, bytes, records };
  const [[first, last] = []] = await run(statements.edges(file));
  return { file, bytes, records, firstKey: String(first), lastKey: String(last) };
}

/** Each row of the files counts as a key here: one that stood in them twice would show. */
function refuseOtherKeys({ name }: Merge, before: KeySum, after: KeySum): void {
  if (before.keys === after.keys && checksumOf(before) === checksumOf(after)) return;
  throw new Error(
    `${name} was merged into files with ${after.keys} rows and key checksum ${checksumOf(after)}, from objects with ${before.keys} keys and ${checksumOf(before)}: nothing is published`,
  );
}
