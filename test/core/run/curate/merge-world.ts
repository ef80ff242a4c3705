import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CurationInput, KeyProof, Merge, MergedFile } from '../../../../core/run/curate/curation-engine';
import { duckdbEngine } from '../../../../core/run/curate/duckdb-engine';
import { type OpenDuckDB, openDuckDB } from '../../../../core/shape/duckdb';
import { copyStatement } from '../../../../core/shape/stage/copy';
import { readStage } from '../../../../core/shape/stage/read-stage';
import { tableOf } from '../../../../core/shape/stage/table';
import type { Dataset, StageFormat } from '../../../../core/source/source';

const csv = { type: 'csv', compression: 'gzip', sorted: false, neutralise: false } as const;

/** Every way in which a stage object can be written. */
export const formats: readonly (readonly [string, StageFormat])[] = [
  ['Parquet', { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false }],
  [
    'Parquet, snappy, small row groups',
    { type: 'parquet', compression: 'snappy', rowGroupSize: 2048, sorted: false },
  ],
  ['JSON lines', { type: 'jsonl', compression: 'gzip', sorted: false }],
  ['JSON lines, zstd', { type: 'jsonl', compression: 'zstd', sorted: false }],
  ['CSV', csv],
  ['CSV, neutralised', { ...csv, compression: 'zstd', neutralise: true }],
];

/** What was merged, and how. */
export interface Merged {
  readonly files: readonly MergedFile[];
  readonly proof: KeyProof;
  /** Copies of the files, which outlive the merge. */
  readonly paths: readonly string[];
}

/** A folder of stage objects that is a lake too, and DuckDB to write and to read them. */
export class MergeWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'merge-'));
  readonly lake = {
    download: async (key: string, file: string) => {
      if (key.endsWith('gone')) return false;
      await copyFile(join(this.folder, key), file);
      return true;
    },
  };
  #names = 0;
  #duckdb: OpenDuckDB | undefined;

  async open(): Promise<void> {
    this.#duckdb = await openDuckDB({ memoryMegabytes: 300, temporaryDirectory: this.folder });
  }

  async close(): Promise<void> {
    await this.#duckdb?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    if (!this.#duckdb) throw new Error('open it first');
    return (await this.#duckdb.connection.runAndReadAll(sql)).getRowsJson();
  }

  /** Writes the rows of a query as a stage object of the dataset. */
  async write(query: string, dataset: Dataset): Promise<CurationInput> {
    const key = `object-${this.#names++}.${tableOf(dataset).extension}`;
    const file = join(this.folder, key);
    const [[records] = []] = await this.rows(copyStatement(query, file, dataset));
    return { key, bytes: statSync(file).size, records: Number(records) };
  }

  async merge(
    inputs: readonly CurationInput[],
    dataset: Dataset,
    { targetBytes = 128_000_000, memoryMegabytes = 200 } = {},
  ): Promise<Merged> {
    const { format } = dataset;
    const parquet = format.type === 'parquet' ? format : { compression: 'zstd' as const, rowGroupSize: 2048 };
    const merge: Merge = { name: 'shop/orders run x', table: tableOf(dataset), parquet, inputs, targetBytes };
    const engine = duckdbEngine({ workFolder: this.folder, memoryMegabytes });
    const files: MergedFile[] = [];
    const paths: string[] = [];
    const merged = engine.merge(merge, this.lake);
    for (;;) {
      const next = await merged.next();
      if (next.done) return { files, paths, proof: next.value };
      const path = join(this.folder, `merged-${this.#names++}.${merge.table.extension}`);
      await copyFile(next.value.file, path);
      files.push(next.value);
      paths.push(path);
    }
  }

  /** The rows of stage objects or merged files as readers see them, in order. */
  read(dataset: Dataset, paths: readonly string[], columns = '*'): Promise<readonly (readonly unknown[])[]> {
    const [first] = paths;
    if (first === undefined) return Promise.resolve([]);
    return this.rows(`SELECT ${columns} FROM ${readStage(tableOf(dataset), paths)}`);
  }

  path({ key }: CurationInput): string {
    return join(this.folder, key);
  }
}
