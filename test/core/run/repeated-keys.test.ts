import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { PermanentError } from '../../../core/errors';
import type { ManifestObject } from '../../../core/run/manifest';
import { repeatedKeys } from '../../../core/run/repeated-keys';
import { aReceipt } from './run-fixture';

const folder = mkdtempSync(join(tmpdir(), 'repeated-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A lake whose objects are Parquet files with the columns 'a b' and c. */
const lake = {
  async download(key: string, file: string) {
    if (key === 'gone') return false;
    await copyFile(join(folder, key), file);
    return true;
  },
};

let files = 0;

async function write(rows: readonly (readonly [number, string])[]): Promise<ManifestObject> {
  const key = `${files++}.parquet`;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const values = rows.map(([a, c]) => `(${a}::BIGINT, '${c}')`).join(', ');
  const query = rows.length === 0 ? "SELECT 1::BIGINT, '' WHERE false" : `VALUES ${values}`;
  await connection.run(
    `COPY (SELECT * FROM (${query}) AS t("a b", c)) TO '${join(folder, key)}' (FORMAT parquet)`,
  );
  connection.closeSync();
  return { key, bytes: 1, etag: 'e', receipt: aReceipt({ staged: rows.length }) };
}

const find = (objects: readonly ManifestObject[], key: readonly string[] = ['a b', 'c']) =>
  repeatedKeys({ key: [...key] }, objects, { lake, workFolder: folder, memoryMegabytes: 100 });

test('keys that come once each are no problem, nor are runs without records', async () => {
  expect(
    await find([
      await write([
        [1, 'x'],
        [1, 'y'],
      ]),
      await write([[2, 'x']]),
      await write([]),
    ]),
  ).toBeUndefined();
  expect(await find([])).toBeUndefined();
});

test('a key that comes twice is named, in one object or in two', async () => {
  const twice = await find([
    await write([[1, 'x']]),
    await write([
      [2, 'y'],
      [1, 'x'],
    ]),
  ]);
  expect(twice).toMatch(/^1 key came more than once, such as \[1,"x"\] \(a b, c\): .*sort the request/);
  expect(
    await find([
      await write([
        [7, 'x'],
        [7, 'x'],
        [7, 'x'],
      ]),
    ]),
  ).toContain('1 key came more than once');
  expect(
    await find(
      [
        await write([
          [1, 'x'],
          [1, 'y'],
        ]),
      ],
      ['a b'],
    ),
  ).toContain('such as [1] (a b)');
});

test('integers beyond 2^53 are told apart', async () => {
  const rows = ['9007199254740992', '9007199254740993'].map((id) => [id as unknown as number, 'x'] as const);
  expect(await find([await write(rows)], ['a b'])).toBeUndefined();
});

test('counts every key that repeats, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(40), { maxLength: 12 }), { maxLength: 6 }), async (ids) => {
      const objects = await Promise.all(ids.map((some) => write(some.map((id) => [id, 'x'] as const))));
      const all = ids.flat();
      const repeated = new Set(all.filter((id, index) => all.indexOf(id) !== index)).size;
      const found = await find(objects);
      if (repeated === 0) expect(found).toBeUndefined();
      else expect(found).toMatch(new RegExp(`^${repeated} keys? came`));
    }),
    { numRuns: 15 },
  );
});

test('an object that is gone is an error, and nothing is left behind', async () => {
  const object = { ...(await write([[1, 'x']])), key: 'gone' };
  await expect(find([object])).rejects.toThrow(PermanentError);
  expect(readdirSync(folder).filter((name) => !name.endsWith('.parquet'))).toEqual([]);
});
