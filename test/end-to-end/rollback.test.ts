import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChangingSource, startChangingSource } from '../core/run/increments/changing-source';
import { baseload, temporaryFolder } from '../support/baseload-process';

const data = temporaryFolder();
const sources = temporaryFolder();
let source: ChangingSource;

beforeAll(async () => {
  source = await startChangingSource(() => Date.now());
  const core = (name: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', name));
  writeFileSync(
    join(sources.path, 'shop.ts'),
    `import { bigint, varchar } from ${core('columns')};
import { defineSource } from ${core('define-source')};
export default defineSource({
  name: 'shop', baseUrl: '${source.baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 200, lanes: 2 },
  datasets: [{
    name: 'items', request: { path: '/items' }, records: 'data', key: ['id'],
    columns: { id: bigint(), name: varchar() },
    pagination: { type: 'page-number', pageSize: 4, total: { type: 'body', path: 'total' } },
    curate: { targetMegabytes: 1 },
  }],
});
`,
  );
});

afterAll(async () => {
  await source.close();
  for (const folder of [data, sources]) folder.remove();
});

const command = (...words: string[]) => baseload(data.path, words, { BASELOAD_SOURCES: sources.path });
const lake = (...path: string[]) => join(data.path, 's3', 'baseload-local-lakebucket', ...path);

async function load(): Promise<string> {
  const { stdout, stderr, code } = await command('run', 'items', '--json');
  expect([code, stderr]).toEqual([0, expect.anything()]);
  return JSON.parse(stdout).runId;
}

/** Where the catalog's table is. */
function tableLocation(): string {
  const table = readFileSync(join(data.path, 'glue', 'baseload_local', 'shop_items.json'), 'utf8');
  return JSON.parse(table).StorageDescriptor.Location;
}

/** What was emitted on the bus: types and runs. */
function emitted(): string[] {
  const lines = readFileSync(join(data.path, 'events', 'baseload-local.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines
    .map((line) => JSON.parse(line))
    .map((event) => `${event['detail-type']} ${event.detail.runId}`);
}

async function names(): Promise<string[]> {
  const { stdout } = await command('query', 'select distinct name from items order by name', '--json');
  return JSON.parse(stdout).map(({ name }: { name: string }) => name);
}

test('a table is merged, taken back, brought forward, and what nobody needs is removed', async () => {
  const runs: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    for (let id = 0; id < 10; id++) source.write(id, name);
    runs.push(await load());
  }
  const [first = '', second = '', third = ''] = runs;
  expect(await names()).toEqual(['third']);
  const pointer = () => JSON.parse(readFileSync(lake('tables', 'shop', 'items', 'current.json'), 'utf8'));
  expect(pointer().location).toMatch(new RegExp(`^tables/shop/items/run=${third}/`));
  expect(readdirSync(lake(pointer().location))).toEqual(['part-00000.parquet']);
  expect(tableLocation()).toBe(`s3://baseload-local-lakebucket/${pointer().location}`);
  expect([...new Set(emitted())]).toEqual(runs.map((run) => `RunPublished ${run}`));

  const back = await command('rollback', 'items');
  expect(back.code).toBe(0);
  expect(back.stdout).toMatch(new RegExp(`before +${third} +10 `));
  expect(back.stdout).toMatch(new RegExp(`now +${second} +10 `));
  expect(await names()).toEqual(['second']);
  expect(tableLocation()).toContain(`/run=${second}/`);
  const watermark = JSON.parse(readFileSync(lake('tables', 'shop', 'items', 'watermark.json'), 'utf8'));
  expect(watermark).toMatchObject({ runId: second, highestKey: 9, keyColumn: 'id' });

  const unknown = await command('rollback', 'items', '--to', '2020-01-01t00-00-00-000z');
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('is not kept; those that are:'),
  ]);
  expect((await command('rollback', 'nothing')).code).toBe(2);

  const forward = JSON.parse((await command('rollback', 'shop/items', '--to', third, '--json')).stdout);
  expect([forward.before.runId, forward.after.runId]).toEqual([second, third]);
  expect(tableLocation()).toContain(`/run=${third}/`);
  expect(await names()).toEqual(['third']);

  const young = await command('prune', '--keep', '1');
  expect(young.stdout).toContain('Nothing can go.');
  const dry = await command('prune', 'items', '--keep', '1', '--grace', '0');
  expect(dry.stdout).toMatch(new RegExp(`shop/items +${first} +no longer kept +stage tables raw runs`));
  expect(dry.stdout).toContain('Nothing was changed. --apply removes it.');
  expect(existsSync(lake('raw', 'shop', 'items', `run=${first}`))).toBe(true);

  const applied = await command('prune', 'items', '--keep', '1', '--grace', '0', '--apply');
  expect([applied.code, applied.stdout]).toEqual([0, expect.stringMatching(/\d+ objects removed\./)]);
  for (const place of ['stage', 'tables', 'raw'])
    expect(filesBelow(lake(place, 'shop', 'items', `run=${first}`))).toEqual([]);
  expect(filesBelow(lake('runs', 'shop', 'items', first))).toEqual([]);
  expect(await names()).toEqual(['third']);
  expect((await command('rollback', 'items')).code).toBe(0);
  expect(await names()).toEqual(['second']);
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
