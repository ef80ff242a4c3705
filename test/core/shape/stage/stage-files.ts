import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { type OpenDuckDB, openDuckDB } from '../../../../core/shape/duckdb';
import { copyStatement } from '../../../../core/shape/stage/copy';
import { stageExtension } from '../../../../core/shape/stage/table';
import type { Dataset } from '../../../../core/source/source';

/** Writes stage files as the shaper does, for the tests of one file. */
export interface StageFiles {
  readonly duckdb: OpenDuckDB;
  /** Writes the rows of a query and answers where. */
  write(query: string, dataset: Dataset): Promise<string>;
}

/** Opens DuckDB before the tests of a file, and removes what they wrote after them. */
export function stageFiles(): () => StageFiles {
  const folder = mkdtempSync(join(tmpdir(), 'stage-'));
  let files: StageFiles;
  let written = 0;
  beforeAll(async () => {
    const duckdb = await openDuckDB({ memoryMegabytes: 300, temporaryDirectory: folder });
    files = {
      duckdb,
      async write(query, dataset) {
        const file = join(folder, `${written++}.${stageExtension(dataset.format)}`);
        await duckdb.connection.run(copyStatement(query, file, dataset));
        return file;
      },
    };
  });
  afterAll(async () => {
    await files.duckdb.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => files;
}

/** The text of a compressed file, with decompressors that are not DuckDB's. */
export function textOf(file: string): string {
  const bytes = readFileSync(file);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
    file.endsWith('.gz') ? gunzipSync(bytes) : decompress(bytes),
  );
}
