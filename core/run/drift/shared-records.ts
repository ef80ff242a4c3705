import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError } from '../../errors';
import type { Plan } from '../../plan/plan';
import { identifier } from '../../shape/sql/sql-text';
import { readStage } from '../../shape/stage/read-stage';
import { concurrently } from '../concurrently';
import type { Lake } from '../ports';

/** An object with records of one slice, and what it is told by. */
export interface NumberedObject {
  readonly key: string;
  readonly number: number;
  /** Two slices may hold the same record: then it says nothing of either. */
  readonly slice: number;
}

/** Tells `share` of pairs of objects of a slice that have a record in common, by its key: all that share any are connected by such pairs. */
export type FindSharedRecords = (
  plan: Plan,
  objects: readonly NumberedObject[],
  share: (one: number, other: number) => void,
) => Promise<void>;

export interface SharedRecordsServices {
  readonly lake: Pick<Lake, 'download'>;
  /** Where objects are kept while they are read. */
  readonly workFolder: string;
  /** What DuckDB may use; 128 bits of a hash of each record's key, the rest goes to `workFolder`. */
  readonly memoryMegabytes: number;
}

/** Objects fetched at once; they are removed again. */
const filesAtOnce = 16;

/** See FindSharedRecords. A PermanentError when one of the objects is gone. */
export async function sharedRecords(
  table: Plan,
  objects: readonly NumberedObject[],
  share: (one: number, other: number) => void,
  { lake, workFolder, memoryMegabytes }: SharedRecordsServices,
): Promise<void> {
  // Loaded here only: most runs need no such proof.
  const { openDuckDB }: typeof import('../../shape/duckdb') = require('../../shape/duckdb');
  const folder = await mkdtemp(join(workFolder, 'shared-'));
  try {
    const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder });
    try {
      const { connection } = duckdb;
      await connection.run('CREATE TABLE keys (hash UHUGEINT, slice UINTEGER, object UINTEGER)');
      const key = `md5_number(CAST(json_array(${table.key.map(identifier).join(', ')}) AS VARCHAR))`;
      const fetched = concurrently(objects, filesAtOnce, async ({ key, number, slice }) => {
        const file = join(folder, `${number}.${table.extension}`);
        if (await lake.download(key, file)) return { file, number, slice };
        throw new PermanentError(`${key} was removed from the lake while the run was verified`);
      });
      for await (const { file, number, slice } of fetched) {
        await connection.run(
          `INSERT INTO keys SELECT ${key}, ${slice}, ${number} FROM ${readStage(table, [file])}`,
        );
        await rm(file);
      }
      const firsts =
        'SELECT hash, slice, min(object) AS first FROM keys GROUP BY ALL HAVING min(object) <> max(object)';
      const pairs = await connection.stream(
        `SELECT DISTINCT first, object FROM keys JOIN (${firsts}) USING (hash, slice) WHERE object <> first`,
      );
      for (let chunk = await pairs.fetchChunk(); chunk?.rowCount; chunk = await pairs.fetchChunk()) {
        for (const [one, other] of chunk.getRows()) share(Number(one), Number(other));
      }
    } finally {
      await duckdb.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
