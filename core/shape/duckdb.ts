import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BIGINT,
  BOOLEAN,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBScalarFunction,
  VARCHAR,
} from '@duckdb/node-api';
import type { PageFacts } from './page-facts';

/** What DuckDB may use. */
export interface DuckDBOptions {
  /** DuckDB's own limit, at least 100. With 300 and 50,000 records a range the process peaks near 400 (bench/shape.ts). */
  readonly memoryMegabytes: number;
  /** Where DuckDB puts what does not fit; each instance in a folder of its own, which it removes. */
  readonly temporaryDirectory: string;
  /** @default 1 */
  readonly threads?: number;
}

/** An instance with its one connection. */
export interface OpenDuckDB {
  readonly connection: DuckDBConnection;
  /** For files of its user; removed with the instance, made by nobody. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Opens an in-memory DuckDB that is set up for shaping: UTC, no extensions from the network, records in page order. */
export async function openDuckDB(options: DuckDBOptions): Promise<OpenDuckDB> {
  const own = join(options.temporaryDirectory, `duckdb-${process.pid}-${randomUUID()}`);
  // DuckDB makes the last folder of its path, and fails where it must spill and the one above is not there
  await mkdir(own, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.max(100, Math.floor(options.memoryMegabytes))}MB`,
    threads: String(options.threads ?? 1),
    temp_directory: join(own, 'spill'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
    // Precaution: nothing here is worth caching, and DuckDB 1.5.5 was seen to read a Parquet file that another instance had
    // written again at the same path partly from its cache (this instance, which writes the file itself, was not)
    enable_external_file_cache: 'false',
    // Its allocator keeps what is freed for each of the threads that Node runs statements on by turns: 900 MB after ten ranges of 50,000
    // records, where these keep it near 360 (bench/shape.ts)
    allocator_background_threads: 'true',
    allocator_flush_threshold: '16MB',
    allocator_bulk_deallocation_flush_threshold: '16MB',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  // See shapeQuery: conditions must not be moved below what they are computed from
  await connection.run("SET disabled_optimizers = 'filter_pushdown'");
  await connection.run('SET lock_configuration = true');
  return {
    connection,
    folder: join(own, 'files'),
    async close() {
      connection.closeSync();
      instance.closeSync();
      await rm(own, { recursive: true, force: true });
    },
  };
}

/**
 * Registers the SQL function `observe(ordinal, records, total, first)`, which is true and tells `listener`. It is called once per page while a
 * range is being staged, which spares a second reading of the pages.
 */
export function registerObserver(connection: DuckDBConnection, listener: (page: PageFacts) => void): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'observe',
      returnType: BOOLEAN,
      parameterTypes: [BIGINT, BIGINT, VARCHAR, VARCHAR],
      // NULLs must reach the listener, and no call may be left out
      specialHandling: true,
      volatile: true,
      mainFunction: (_info, pages, answers) => {
        for (let row = 0; row < pages.rowCount; row += 1) {
          const [ordinal, records, total, first] = pages.getRowValues(row);
          listener({
            ordinal: Number(ordinal),
            records: typeof records === 'bigint' ? Number(records) : undefined,
            total: typeof total === 'string' ? total : undefined,
            firstRecord: typeof first === 'string' ? first : undefined,
          });
          answers.setItem(row, true);
        }
        answers.flush();
      },
    }),
  );
}
