import type { Table } from '../../plan/plan';
import type { Lake } from '../ports';

/** An object of the lake whose rows go into a table. */
export interface CurationInput {
  readonly key: string;
  readonly bytes: number;
  /** Rows that it must hold. */
  readonly records: number;
}

/** What is to be merged. */
export interface Merge {
  /** '<source>/<dataset> run <runId>', for sentences. */
  readonly name: string;
  readonly table: Table;
  /** How Parquet is written; of other formats nothing need be known. */
  readonly parquet: ParquetWriting;
  /** In the order in which their rows were seen: of the rows with one key, the last of the last input stays. */
  readonly inputs: readonly CurationInput[];
  /** Of a file, about. */
  readonly targetBytes: number;
}

/** As ParquetFormat of a dataset has it. */
export interface ParquetWriting {
  readonly compression: 'zstd' | 'snappy' | 'gzip';
  readonly rowGroupSize: number;
}

/** A file of the merged table; it exists until the next one is asked for. */
export interface MergedFile {
  /** Path of the file. */
  readonly file: string;
  readonly bytes: number;
  readonly records: number;
  /** Smallest and largest key, as JSON text; absent where it has no rows. */
  readonly firstKey?: string | undefined;
  readonly lastKey?: string | undefined;
}

/** What was found out about all keys, by the inputs and by the files that were written. */
export interface KeyProof {
  /** Rows of the inputs. */
  readonly rows: number;
  /** Keys among them, each counted once. */
  readonly keys: number;
  /** Of those keys, whatever their order: exclusive or and sum of 128-bit hashes. */
  readonly checksum: string;
}

/**
 * Merges objects into a table: each key once, in the order of the key, in files of about one size. DuckDB on one machine is the only one
 * so far (duckdb-engine.ts); one that spreads the work over machines would stand beside it, and be chosen where that one is.
 */
export interface CurationEngine {
  /**
   * Yields the files in the order of their keys, at least one, and returns the proof. Throws, and so never returns it, when what it wrote
   * holds another set of keys than what it read, or any of them twice.
   */
  merge(merge: Merge, lake: Pick<Lake, 'download'>): AsyncGenerator<MergedFile, KeyProof>;
}
