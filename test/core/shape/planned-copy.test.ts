import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDB } from '../../../core/shape/duckdb';
import { type CopyFiles, PlannedCopy } from '../../../core/shape/planned-copy';

describe('a planned copy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planned-copy-'));
  const opened = openDuckDB({ memoryMegabytes: 100, temporaryDirectory: folder });
  const from = join(folder, 'from');
  const to = join(folder, 'to');

  afterAll(async () => {
    await (await opened).close();
    rmSync(folder, { recursive: true });
  });

  const statement = ({ pages, stage }: CopyFiles) =>
    `COPY (SELECT page.n FROM read_json('${pages}', format = 'unstructured', records = false, columns = {page: 'STRUCT(n BIGINT)'}) WHERE page.n > 0) TO '${stage}' (FORMAT csv, HEADER false)`;

  it('reads what the file holds this time, also after it failed, and plans once', async () => {
    const { connection, folder: own } = await opened;
    const prepare = jest.spyOn(connection, 'prepare');
    const copy = new PlannedCopy(connection, own);
    const written: string[] = [];
    for (const content of ['1\n2', 'this is no JSON', '3', '-1', '4\n5\n6']) {
      writeFileSync(from, content.replace(/-?\d+/g, '{"n":$&}'));
      const rows = await copy.run({ from, to }, statement).catch(() => 'failed');
      written.push(`${rows}: ${readFileSync(to, 'utf8').trim().replaceAll('\n', ' ')}`);
    }
    expect(written).toEqual(['2: 1 2', 'failed: 1 2', '1: 3', '0: ', '3: 4 5 6']);
    expect(prepare).toHaveBeenCalledTimes(1);
    expect(readdirSync(own)).toEqual([]);
  });

  it('plans another statement anew', async () => {
    const { connection, folder: own } = await opened;
    const copy = new PlannedCopy(connection, own);
    writeFileSync(from, '{"n":1}\n{"n":2}');
    expect(await copy.run({ from, to }, statement)).toBe(2);
    expect(await copy.run({ from, to }, (files) => statement(files).replace('n > 0', 'n > 1'))).toBe(1);
    expect(readFileSync(to, 'utf8')).toBe('2\n');
  });

  it('leaves nothing where there is nothing to read', async () => {
    const { connection, folder: own } = await opened;
    rmSync(to, { force: true });
    const run = new PlannedCopy(connection, own).run({ from: join(folder, 'none'), to }, statement);
    await expect(run).rejects.toThrow(/No files found/);
    expect(existsSync(to)).toBe(false);
    expect(readdirSync(own)).toEqual([]);
  });
});
