import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { PermanentError } from '../../../../core/errors';
import { sharedRecords } from '../../../../core/run/drift/shared-records';
import { aPlan } from '../run-fixture';

const folder = mkdtempSync(join(tmpdir(), 'shared-records-'));
const work = mkdtempSync(join(tmpdir(), 'shared-records-work-'));
afterAll(() => {
  for (const one of [folder, work]) rmSync(one, { recursive: true, force: true });
});

const lake = {
  async download(key: string, file: string) {
    if (key === 'gone') return false;
    await copyFile(join(folder, key), file);
    return true;
  },
};
const services = { lake, workFolder: work, memoryMegabytes: 100 };

/** An object with the records of some ids, in a slice. */
async function anObject(number: number, slice: number, ids: readonly number[]) {
  const key = `${number}.parquet`;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT unnest([${ids.join(', ')}])::BIGINT AS id, 'a' AS name) TO '${join(folder, key)}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  return { key, number, slice };
}

describe('sharedRecords', () => {
  it('connects the objects of a slice that have a record in common, and no others', async () => {
    const objects = [
      await anObject(0, 0, [1, 2, 3]),
      await anObject(1, 0, [3, 4]),
      await anObject(2, 0, [4, 5]),
      await anObject(3, 0, [6, 7]),
      await anObject(4, 0, [3, 9]),
      await anObject(5, 1, [6, 1]), // another slice
    ];
    const pairs: string[] = [];
    await sharedRecords(aPlan(), objects, (one, other) => pairs.push(`${one}-${other}`), services);
    expect(pairs.sort()).toEqual(['0-1', '0-4', '1-2']);
    expect(readdirSync(work)).toEqual([]);
  });

  it('says which object is gone, and leaves nothing behind', async () => {
    const objects = [{ key: 'gone', number: 0, slice: 0 }];
    const found = sharedRecords(aPlan(), objects, () => {}, services);
    await expect(found).rejects.toThrow(PermanentError);
    await expect(found).rejects.toThrow('gone was removed from the lake');
    expect(readdirSync(work)).toEqual([]);
  });
});
