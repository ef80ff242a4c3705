import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChangingSource, startChangingSource } from '../core/run/increments/changing-source';
import { baseload, temporaryFolder } from '../support/baseload-process';

const hour = 3_600_000;
const data = temporaryFolder();
const sources = temporaryFolder();
let now = Date.now() - 24 * hour;
let source: ChangingSource;

beforeAll(async () => {
  source = await startChangingSource(() => now);
  const core = (name: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', name));
  writeFileSync(
    join(sources.path, 'shop.ts'),
    `import { bigint, timestamp, varchar } from ${core('columns')};
import { defineSource } from ${core('define-source')};
export default defineSource({
  name: 'shop', baseUrl: '${source.baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 200, lanes: 2 },
  datasets: [{
    name: 'items', request: { path: '/items' }, records: 'data', key: ['id'],
    columns: { id: bigint(), name: varchar(), updatedAt: timestamp('updated_at') },
    pagination: { type: 'page-number', pageSize: 4, total: { type: 'body', path: 'total' } },
    incremental: { query: { updated_since: '{since}' } },
  }],
});
`,
  );
});

afterAll(async () => {
  await source.close();
  for (const folder of [data, sources]) folder.remove();
});

const variables = () => ({ BASELOAD_SOURCES: sources.path });
const run = (...more: string[]) => baseload(data.path, ['run', 'items', '--json', ...more], variables());

async function table(): Promise<{ id: number; name: string }[]> {
  const query = ['query', 'select id, name from items order by id', '--json'];
  return JSON.parse((await baseload(data.path, query, variables())).stdout);
}

test('what changed is loaded and merged, from the command line', async () => {
  for (let id = 0; id < 40; id++) source.write(id, 'first');

  const early = await run('--incremental');
  expect(early.code).toBe(2);
  expect(early.stderr).toContain('load everything once first: baseload run shop/items');
  expect(source.requests).toHaveLength(0);

  const full = await run();
  expect({ code: full.code, ...JSON.parse(full.stdout) }).toMatchObject({ code: 0, published: true });
  expect(await table()).toHaveLength(40);

  now = Date.now();
  for (const id of [0, 39]) source.write(id, 'second');
  for (const id of [40, 41]) source.write(id, 'new');
  source.requests.length = 0;
  const changed = await run('--incremental');
  expect({ code: changed.code, ...JSON.parse(changed.stdout) }).toMatchObject({
    code: 0,
    published: true,
    received: 4,
  });
  expect(source.requests.every((query) => query.has('updated_since'))).toBe(true);
  expect(await table()).toEqual([...source.items.values()].map(({ id, name }) => ({ id, name })));

  const proof = await baseload(data.path, ['verify', 'items'], variables());
  expect(proof.code).toBe(0);
  expect(proof.stdout).toMatch(
    /✓ checksums .* in the lake is what its receipt was read from, and the 1 file/,
  );
  expect(proof.stdout).toMatch(
    /is complete: 4 records in 1 page that changed since \S+, merged into the table of run \S+: together 42 records in 1 file\.\n$/,
  );

  const replay = await baseload(
    data.path,
    ['replay', 'items', '--run', JSON.parse(changed.stdout).runId],
    variables(),
  );
  expect(replay.code).toBe(2);
  expect(replay.stderr).toContain('it loaded only what changed, which is no table by itself');
});
