import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { PermanentError } from '../../../../core/errors';
import type { ManifestObject } from '../../../../core/run/verify/manifest';
import { repeatedKeys } from '../../../../core/run/verify/repeated-keys';
import { copyStatement } from '../../../../core/shape/stage/copy';
import { tableOf } from '../../../../core/shape/stage/table';
import type { StageFormat } from '../../../../core/source/source';
import { datasetOf } from '../../shape/stage/every-type';
import { aReceipt } from '../run-fixture';

const folder = mkdtempSync(join(tmpdir(), 'repeated-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A lake whose objects are files with the columns 'a b' and c. */
const lake = {
  async download(key: string, file: string) {
    if (key === 'gone') return false;
    await copyFile(join(folder, key), file);
    return true;
  },
};

const csv = { type: 'csv', compression: 'gzip', sorted: false, neutralise: false } as const;
const formats: readonly (readonly [string, StageFormat])[] = [
  ['Parquet', { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false }],
  ['JSON lines', { type: 'jsonl', compression: 'gzip', sorted: false }],
  ['CSV', csv],
  ['CSV, neutralised', { ...csv, compression: 'zstd', neutralise: true }],
];
let files = 0;
/** Beyond the first of each key, as found last. */
let rows = 0;

/** Opens the ways to write and to look in one format. */
function inFormat(format: StageFormat) {
  const dataset = datasetOf({ 'a b': { type: 'bigint' }, c: { type: 'varchar' } }, { format });
  const table = tableOf(dataset);
  return {
    async write(rows: readonly (readonly [number | string, string])[]): Promise<ManifestObject> {
      const key = `${files++}.${table.extension}`;
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      const values = rows.map(([a, c]) => `('${a}'::BIGINT, '${c.replaceAll("'", "''")}')`).join(', ');
      const query = rows.length === 0 ? "SELECT 1::BIGINT, '' WHERE false" : `VALUES ${values}`;
      const named = `SELECT * FROM (${query}) AS t("a b", c)`;
      await connection.run(copyStatement(named, join(folder, key), dataset));
      connection.closeSync();
      return { key, bytes: 1, etag: 'e', receipt: aReceipt({ staged: rows.length }) };
    },
    async find(objects: readonly ManifestObject[], key: readonly string[] = ['a b', 'c']) {
      const services = { lake, workFolder: folder, memoryMegabytes: 200 };
      const found = await repeatedKeys({ ...table, key: [...key] }, objects, services);
      rows = found?.rows ?? 0;
      return found?.sentence;
    },
  };
}

describe.each(formats)('%s', (_, format) => {
  const { write, find } = inFormat(format);
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
    const rows = ['9007199254740992', '9007199254740993'].map((id) => [id, 'x'] as const);
    expect(await find([await write(rows)], ['a b'])).toBeUndefined();
  });

  test('counts every key that repeats, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(40), { maxLength: 12 }), { maxLength: 6 }), async (ids) => {
        const objects = await Promise.all(ids.map((some) => write(some.map((id) => [id, 'x'] as const))));
        const all = ids.flat();
        const repeated = new Set(all.filter((id, index) => all.indexOf(id) !== index)).size;
        const found = await find(objects);
        expect(rows).toBe(all.length - new Set(all).size);
        if (repeated === 0) expect(found).toBeUndefined();
        else expect(found).toMatch(new RegExp(`^${repeated} keys? came`));
      }),
      { numRuns: 15 },
    );
  });

  test('an object that is gone is an error, and nothing is left behind', async () => {
    const object = { ...(await write([[1, 'x']])), key: 'gone' };
    await expect(find([object])).rejects.toThrow(PermanentError);
    expect(readdirSync(folder).filter((name) => name.startsWith('keys-'))).toEqual([]);
  });

  test('texts are told apart to the last character, and named as they are', async () => {
    const texts = ['=1', "'=1", "''=1", '1', ' 1', '', '"', 'a\nb', 'a\r\nb', 'é', 'e\u0301', '\ufeff'];
    const once = await write(texts.map((text) => [1, text] as const));
    expect(await find([once])).toBeUndefined();
    expect(await find([once, await write([[1, "'=1"]])])).toContain(
      `1 key came more than once, such as [1,"'=1"] (a b, c)`,
    );
  });
});
