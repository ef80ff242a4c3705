import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SampleApi, startSampleApi } from '../../local/sample/sample-api';
import { sampleSettings } from '../../local/sample/settings';
import { baseload, temporaryFolder } from '../support/baseload-process';
import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../support/scripted-api';

const work = temporaryFolder();
const data = join(work.path, 'data');
const temporary = mkdtempSync(join(tmpdir(), 'plan-test-'));
const core = (file: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', file));

const pageSize = 10;
/** Items of each region; all of them where none is asked for. */
const regions: Readonly<Record<string, number>> = { north: 4, east: 95, south: 41, west: 0, centre: 20 };
const all = 1203;
let refuse: Behaviour | undefined;

/** Serves as many items as the path says, by page or by cursor. */
function serve({ path, query }: ReceivedRequest): Behaviour {
  if (refuse) return refuse;
  const region = query.get('region');
  const short = path.startsWith('/short') ? 25 : all;
  const whole = path.startsWith('/empty') ? 0 : query.has('since') ? 12 : short;
  const held = region === null ? whole : (regions[region] ?? 0);
  const page = Number(query.get('page') ?? query.get('cursor') ?? 1);
  const first = (page - 1) * pageSize;
  const items = Array.from({ length: Math.max(0, Math.min(pageSize, held - first)) }, (_, i) => ({
    id: first + i + 1,
    region: region ?? 'any',
    name: `item ${first + i + 1}`,
  }));
  const next = first + pageSize < held ? { next: String(page + 1) } : { next: null };
  return { body: { items, total: held, ...next } };
}

let api: ScriptedApi;
let sample: SampleApi;

beforeAll(async () => {
  api = await startScriptedApi(serve);
  sample = await startSampleApi({ port: 0, requestsPerSecond: 20, burst: 10 });
  writeFileSync(
    join(work.path, 'shop.ts'),
    `import { bigint, varchar } from ${core('columns')};
     import { defineSource, secret } from ${core('define-source')};
     const counted = { type: 'page-number', pageSize: ${pageSize}, total: { type: 'body', path: 'total' } } as const;
     const cursor = { type: 'cursor', pageSize: ${pageSize}, cursor: { type: 'body', path: 'next' } } as const;
     const table = { records: 'items', key: ['id'], columns: { id: bigint(), name: varchar() } };
     const request = { path: '/items' };
     export default defineSource({
       name: 'shop', baseUrl: '${api.baseUrl}', auth: { type: 'bearer', token: secret('shop/token') }, limits: { requestsPerSecond: 1000, lanes: 2 },
       datasets: [
         { ...table, name: 'counted', request, pagination: counted },
         { ...table, name: 'changing', request: { path: '/short' }, pagination: counted, incremental: { query: { since: '{since}' } } },
         { ...table, name: 'empty', request: { path: '/empty' }, pagination: counted },
         { ...table, name: 'single', request: { path: '/short' }, pagination: { type: 'single' } },
         { ...table, name: 'silent', request, pagination: { ...counted, total: { type: 'none' } } },
         { ...table, name: 'chain', request, pagination: cursor },
         { ...table, name: 'totalled', request, pagination: { ...cursor, total: { type: 'body', path: 'total' } } },
         { ...table, name: 'short', request: { path: '/short' }, pagination: cursor },
         {
           name: 'sliced', request: { path: '/items', query: { region: '{region}' } }, pagination: counted, records: 'items', key: ['id', 'region'],
           columns: { id: bigint(), region: varchar() }, slices: [{ type: 'values', name: 'region', values: ${JSON.stringify(Object.keys(regions))} }],
         },
       ],
     });`,
  );
  writeFileSync(
    join(work.path, 'places.ts'),
    `import { bigint, double, varchar } from ${core('columns')};
     import { defineSource, secret } from ${core('define-source')};
     export default defineSource({
       name: 'places', baseUrl: '${sample.baseUrl}', auth: { type: 'bearer', token: secret('places/token') },
       limits: { requestsPerSecond: 20, burst: 10, lanes: 4 },
       datasets: [{
         name: 'cities', request: { path: '/cities' }, records: 'data', key: ['id'], verification: { looks: 0 },
         pagination: { type: 'page-number', pageSize: 500, total: { type: 'body', path: 'meta.total' } },
         columns: {
           id: bigint(), name: varchar(), country: varchar('country.code'), featureCode: varchar(), adminCode: varchar(), population: bigint(),
           longitude: double('location.coordinates[0]'), latitude: double('location.coordinates[1]'),
         },
       }],
     });`,
  );
});
beforeEach(() => {
  refuse = undefined;
});
afterEach(() => {
  // Nothing is loaded, and nothing is left behind.
  expect(readdirSync(temporary).filter((name) => name.startsWith('baseload-'))).toEqual([]);
});
afterAll(async () => {
  await Promise.all([api.close(), sample.close()]);
  work.remove();
  rmSync(temporary, { recursive: true });
});

const variables = {
  BASELOAD_SOURCES: work.path,
  SHOP_TOKEN: 'very-secret-token',
  PLACES_TOKEN: sampleSettings.token,
  TMPDIR: temporary,
};
const plan = (...args: string[]) => baseload(data, ['plan', ...args], variables);
const planned = async (...args: string[]) => {
  const { code, stdout, stderr } = await plan(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};
const asked = () => api.requests.map(({ path }) => path);

test('looks at the first page, one in the middle and the last, and writes nothing', async () => {
  const before = api.requests.length;
  const told = await planned('counted');
  expect(told).toMatchObject({
    known: 'said',
    records: { low: all, high: all },
    pages: { low: 121, high: 121 },
  });
  expect(told.probe).toMatchObject({ requests: 3, pages: 3, records: 23 });
  const pages = asked()
    .slice(before)
    .map((path) => new URLSearchParams(path.split('?')[1]).get('page'));
  expect(pages).toEqual(['1', '61', '121']);
  expect(existsSync(data)).toBe(false);
});

test('does not search for the end of a source that does not say how much it holds', async () => {
  const before = api.requests.length;
  const told = await planned('silent', '--pages', '2');
  expect(told).toMatchObject({
    known: 'unknown',
    atLeast: { records: 20, requests: 2 },
    records: { likely: 1000 },
    pages: { likely: 100 },
  });
  expect(told.notes[0]).toContain('says nowhere how much it holds');
  expect(asked().slice(before)).toHaveLength(2);
});

test('follows a chain from its beginning', async () => {
  const before = api.requests.length;
  expect(await planned('chain')).toMatchObject({ known: 'unknown', probe: { pages: 3, records: 30 } });
  expect(asked().slice(before)).toHaveLength(3);
  const { code, stdout } = await plan('chain', '--quota', '5');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^records +unknown, at least 30; everything below is for each 1,000$/m);
  expect(stdout).toMatch(/^requests +100 for each 1,000 records$/m);
  expect(stdout).toMatch(/^quota +5 requests a day are good for about 50 records; this forecast took 3$/m);
  expect(stdout).toContain('nobody knows how many requests a run takes, but that it is 3 at least');
  expect(await planned('totalled')).toMatchObject({
    known: 'said',
    records: { likely: all },
    pages: { likely: 121 },
  });
  const short = { known: 'read', records: { likely: 25 }, pages: { likely: 3 }, requests: { likely: 3 } };
  expect(await planned('short', '--pages', '5')).toMatchObject(short);
});

test('looks at slices from the first to the last', async () => {
  const told = await planned('sliced');
  // north, south and centre
  expect(told.probe).toMatchObject({ slices: 5, seen: [{ records: 4 }, { records: 41 }, { records: 20 }] });
  expect(told).toMatchObject({ known: 'slices', records: { low: 65 + 8, high: 65 + 82 } });
  const exact = await planned('sliced', '--pages', '5');
  expect(exact).toMatchObject({ known: 'said', records: { low: 160, high: 160 }, pages: { likely: 19 } });
});

test('prints a table for people, and ends with 1 where the quota of a day is not enough', async () => {
  const { code, stdout, stderr } = await plan('counted', '--quota', '100');
  expect(code).toBe(1);
  expect(stdout.split('\n').map((line) => line.slice(0, 9).trim())).toEqual(
    expect.arrayContaining([
      'dataset',
      'records',
      'pages',
      'requests',
      'quota',
      'time',
      'received',
      'stored',
      'cost',
    ]),
  );
  expect(stdout).toContain('1,203, as the source says');
  expect(stderr).toMatch(
    /A run takes 1\d\d requests, which is that of 2 days at a quota of 100 a day; this forecast took 3 of today's\. No limit keeps/,
  );
  expect((await plan('counted', '--quota', '1000')).code).toBe(0);
});

test('says in a sentence why it cannot tell', async () => {
  refuse = { status: 401, body: { message: 'who are you?' } };
  const unknown = await plan('counted');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/401/);
  expect(unknown.stderr + unknown.stdout).not.toContain('very-secret-token');
  expect(unknown.stderr).not.toMatch(/\n\s+at /);
  for (const args of [
    ['nothing'],
    ['counted', '--pages', '0'],
    ['counted', '--quota', 'many'],
    ['counted', '--env', 'moon'],
  ]) {
    const wrong = await plan(...args);
    expect({ args, code: wrong.code, stdout: wrong.stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(wrong.stderr).not.toBe('');
  }
});

test('tells of a dataset that is empty, or comes in one page', async () => {
  const nothing = { known: 'read', records: { high: 0 }, pages: { high: 1 }, bytesStaged: { high: 0 } };
  expect(await planned('empty')).toMatchObject(nothing);
  expect(await planned('single')).toMatchObject({
    known: 'read',
    records: { likely: 10 },
    ranges: { likely: 1 },
  });
  const { code, stdout } = await plan('empty');
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
});

test('tells of what changed since the published run', async () => {
  const early = await plan('changing', '--incremental');
  expect({ code: early.code, stdout: early.stdout }).toEqual({ code: 2, stdout: '' });
  expect(early.stderr).toContain('nothing of shop/changing is published');
  expect((await planned('changing')).notes).toContain(
    'this is a load of everything: --incremental tells of what changed',
  );
  const run = await baseload(data, ['run', 'changing', '--json'], variables);
  expect({ code: run.code, stderr: run.code === 0 ? '' : run.stderr }).toEqual({ code: 0, stderr: '' });
  const before = api.requests.length;
  const told = await planned('changing', '--incremental');
  expect(told).toMatchObject({ known: 'read', records: { likely: 12 }, pages: { likely: 2 } });
  expect(told.notes.join()).toContain('merged into the table of run');
  expect(
    asked()
      .slice(before)
      .every((path) => /since=\d{4}-/.test(path)),
  ).toBe(true);
});

test('forecasts what a run of the sample then takes', async () => {
  const told = await planned('cities');
  sample.resetStats();
  const run = await baseload(data, ['run', 'cities', '--json'], variables);
  expect({ code: run.code, stderr: run.code === 0 ? '' : run.stderr }).toEqual({ code: 0, stderr: '' });
  const summary = JSON.parse(run.stdout);
  const { acceptedAt, requests } = sample.stats();
  expect(told.records).toEqual({ low: summary.records, likely: summary.records, high: summary.records });
  expect(told.requests.likely).toBe(requests);
  expect(told.bytesStaged.likely / summary.bytesOut).toBeGreaterThan(0.8);
  expect(told.bytesStaged.likely / summary.bytesOut).toBeLessThan(1.2);
  // The first request is fan-out's; from the second to the last, lanes load.
  const seconds = ((acceptedAt.at(-1) ?? 0) - (acceptedAt[1] ?? 0)) / 1000;
  expect(told.seconds.likely / seconds).toBeGreaterThan(0.9);
  expect(told.seconds.likely / seconds).toBeLessThan(1.1);
});
