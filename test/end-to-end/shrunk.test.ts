import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedDatasets } from '../../cli/tables/published';
import { lakeFolder } from '../../local/lake-folder';
import { baseload, temporaryFolder } from '../support/baseload-process';
import { type ScriptedApi, startScriptedApi } from '../support/scripted-api';

const data = temporaryFolder();
const sources = temporaryFolder();
const variables = { BASELOAD_SOURCES: sources.path };
const pageSize = 10;
/** Records that the source holds, and says it holds: what it gives is always consistent. */
let records = 0;
let api: ScriptedApi;

beforeAll(async () => {
  api = await startScriptedApi(({ query }) => {
    const from = (Number(query.get('page') ?? 1) - 1) * pageSize;
    const length = Math.max(0, Math.min(pageSize, records - from));
    const data = Array.from({ length }, (_, at) => ({ id: from + at + 1, open: (from + at) % 4 === 0 }));
    return { body: { data, total: records } };
  });
});
afterAll(async () => {
  await api.close();
  for (const folder of [data, sources]) folder.remove();
});

/** The source as somebody declared it, with what its dataset has beside the usual. */
function declare(more = ''): void {
  const core = (name: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', name));
  writeFileSync(
    join(sources.path, 'shop.ts'),
    `import { bigint, boolean } from ${core('columns')};
import { defineSource } from ${core('define-source')};
export default defineSource({
  name: 'shop', baseUrl: '${api.baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 200, lanes: 2 },
  datasets: [
    {
      name: 'orders', request: { path: '/orders' }, records: 'data', key: ['id'], ${more}
      pagination: { type: 'page-number', pageSize: ${pageSize}, total: { type: 'body', path: 'total' } },
      columns: { id: bigint(), open: boolean() },
    },
  ],
});
`,
  );
}

async function load(holds: number, command: readonly string[] = ['run', 'orders']) {
  records = holds;
  const { code, stdout, stderr } = await baseload(data.path, [...command, '--json'], variables);
  if (stdout === '') throw new Error(stderr);
  const { runId, published, problems } = JSON.parse(stdout);
  return { code, runId, published, problems };
}

/** What readers see. */
function seen() {
  const [pointer] = publishedDatasets(data.path);
  return { runId: pointer?.runId, records: pointer?.records };
}

const lake = (...path: string[]) => join(lakeFolder(data.path) ?? '', ...path);
const documentOf = (runId: string, name: string) =>
  readFileSync(lake('runs', 'shop', 'orders', runId, name), 'utf8');

/** What others were told of runs that were not published: run and reasons. */
function failures() {
  const folder = join(data.path, 'events');
  const lines = readdirSync(folder).flatMap((bus) =>
    readFileSync(join(folder, bus), 'utf8').trim().split('\n'),
  );
  const found = lines.map((line) => /"RunFailed\/shop\/orders\/([^"\\]+)\\?"/.exec(line)?.[1]);
  return found.filter((runId) => runId !== undefined);
}

const lost = (now: number, before: number, runId: string, maxShrink: number) =>
  expect.stringMatching(
    new RegExp(
      `^the table would have ${now} of the ${before} records that readers see of run ${runId}, which is more than verification.maxShrink ${maxShrink} lets it lose`,
    ),
  );

test('readers keep what they have when a source suddenly gives far less, and nothing', async () => {
  declare();
  // Nothing is a table too, where there was none.
  const empty = await load(0);
  expect(empty).toMatchObject({ code: 0, published: true, problems: [] });
  expect(seen()).toEqual({ runId: empty.runId, records: 0 });
  const first = await load(80);
  expect(first).toMatchObject({ code: 0, published: true });
  const before = seen();
  expect(before).toEqual({ runId: first.runId, records: 80 });

  const none = await load(0);
  expect(none).toMatchObject({ code: 1, published: false, problems: [lost(0, 80, first.runId, 0.5)] });
  expect(seen()).toEqual(before);
  expect(JSON.parse(documentOf(none.runId, 'ending.json'))).toMatchObject({
    ...{ ending: 'refused', reasons: none.problems },
  });
  const { verdict, checks } = JSON.parse(documentOf(none.runId, 'verification.json'));
  expect({
    verdict,
    failed: checks.filter(({ outcome }: { outcome: string }) => outcome === 'failed'),
  }).toEqual({
    verdict: 'short',
    failed: [{ name: 'shrink', outcome: 'failed', sentence: none.problems[0], expected: 80, found: 0 }],
  });
  expect(failures()).toEqual([none.runId]);
  const page = documentOf(none.runId, 'report.html');
  expect(page).toContain('As much as before');
  expect(page).toContain(`npx baseload replay orders --run ${none.runId}`);
  const status = await baseload(data.path, ['status', 'orders'], variables);
  expect(status.stdout).toContain('the table would have 0 of the 80 records that readers see');
}, 180_000);

test('how much it may lose is the dataset’s to say, and what was refused is published without another load', async () => {
  declare('verification: { maxShrink: 0.4 },');
  const { runId } = seen();
  const half = await load(40);
  expect(half).toMatchObject({ code: 1, published: false, problems: [lost(40, 80, runId ?? '', 0.4)] });
  expect(half.problems[0]).toMatch(/; if so few are right, set maxShrink to 0\.5, then replay this run/);
  expect(seen()).toEqual({ runId, records: 80 });

  declare('verification: { maxShrink: 0.6 },');
  const asked = api.requests.length;
  const replayed = await load(40, ['replay', 'orders', '--run', half.runId]);
  expect(replayed).toMatchObject({ code: 0, published: true, problems: [] });
  expect(api.requests).toHaveLength(asked);
  expect(seen()).toEqual({ runId: replayed.runId, records: 40 });

  declare('verification: { maxShrink: 0.6 }, filter: "open",');
  const filtered = await load(40);
  expect(filtered).toMatchObject({ code: 1, problems: [lost(10, 40, replayed.runId, 0.6)] });
  expect(filtered.problems[0]).toContain("the dataset's definition is another than then");
  declare('verification: { maxShrink: 1 },');
  expect(await load(0)).toMatchObject({ code: 0, published: true });
  expect(seen()).toMatchObject({ records: 0 });
}, 240_000);
