import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { baseload, temporaryFolder } from '../support/baseload-process';
import { type ScriptedApi, startScriptedApi } from '../support/scripted-api';

const projectRoot = join(__dirname, '..', '..');
const work = temporaryFolder();
const core = (file: string) => JSON.stringify(join(projectRoot, 'core', 'source', file));
let api: ScriptedApi;

beforeAll(async () => {
  const data = Array.from({ length: 2000 }, (_, id) => ({ id, name: 'x'.repeat(100) }));
  api = await startScriptedApi(() => ({ body: { data, total: data.length } }));
});
afterAll(async () => {
  await api.close();
  work.remove();
});

/** Datasets of one source in a folder of their own: name by what they have beside the usual. */
function sourcesOf(name: string, datasets: Readonly<Record<string, string>>): Record<string, string> {
  const folder = join(work.path, name);
  mkdirSync(folder, { recursive: true });
  const declared = Object.entries(datasets).map(
    ([dataset, more]) => `{ name: '${dataset}', request: { path: '/things' }, records: 'data', key: ['id'],
      pagination: { type: 'page-number', pageSize: 2000, total: { type: 'body', path: 'total' } },
      columns: { id: bigint() }, ${more} }`,
  );
  writeFileSync(
    join(folder, `${name}.ts`),
    `import { defineSource } from ${core('define-source')};
     import { bigint, date, varchar } from ${core('columns')};
     console.log('the source file is read');
     export default defineSource({
       name: '${name}', baseUrl: '${api.baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 100 },
       datasets: [${declared.join(', ')}],
     });`,
  );
  return { BASELOAD_SOURCES: folder };
}

const data = () => join(work.path, 'data');

describe('what no record can pass', () => {
  const wrong = `columns: {
    id: bigint(),
    nofn: varchar({ sql: 'nofn(value)' }),
    sum: varchar({ sql: 'sum(value)' }),
    sub: varchar({ sql: '(select 1)' }),
    home: varchar({ sql: "getenv('HOME')" }),
    dice: varchar({ sql: 'random()' }),
    look: varchar({ pattern: '(?<=x)y' }),
  }`;
  const defaults = `columns: {
    id: bigint(), letter: varchar({ enum: ['a'], default: 'b' }), day: date({ format: '%d.%m.%Y', default: '2024-01-01' }),
    ordered: varchar({ min: 'a' }),
  }`;
  const columns = (index: number, ...names: string[]) =>
    names.map(
      (name) => new RegExp(`datasets\\[${index}\\]\\.columns\\.${name.replace('.', '\\.')} +received`),
    );

  test('validate tells all of it at once, and what is fine', async () => {
    const variables = sourcesOf('wrong', { sql: wrong, defaults, fine: '' });
    const finished = await baseload(data(), ['validate'], variables);
    expect(finished).toMatchObject({ code: 2, stdout: '' });
    expect(finished.stderr).toContain("✘ wrong/wrong.ts: source 'wrong' has 8 problems:");
    const paths = columns(0, 'nofn.sql', 'sum.sql', 'sub.sql', 'home.sql', 'dice.sql', 'look.pattern');
    for (const path of [...paths, ...columns(1, 'letter.default', 'day.default')])
      expect(finished.stderr).toMatch(path);
    const json = await baseload(data(), ['validate', '--json'], variables);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      sources: [],
      problems: [{ message: expect.any(String) }],
    });
  }, 60_000);

  test('validate names the schedules that the clocks skip, and ends well', async () => {
    const at = (hour: number) =>
      `schedule: { type: 'cron', hour: ${hour}, minute: 5, timeZone: 'Europe/Berlin' }`;
    const variables = sourcesOf('clocks', { skipped: at(2), always: at(4) });
    const warning =
      'clocks/skipped does not start on 2026-03-29: clocks in Europe/Berlin go past 2:05 that day; choose another time, or UTC';
    const { code, stdout } = await baseload(data(), ['validate'], variables);
    expect({ code, warned: stdout.split('\n').filter((line) => line.startsWith('!')) }).toEqual({
      code: 0,
      warned: [expect.stringMatching(`^! .*/clocks\\.ts  ${warning}$`)],
    });
    const json = await baseload(data(), ['validate', '--json'], variables);
    expect(JSON.parse(json.stdout)).toMatchObject({ sources: [{ warnings: [warning] }], problems: [] });
  }, 60_000);

  test('preview and run refuse it before they ask for anything, and the dataset beside it is fine', async () => {
    const variables = sourcesOf('wrong', { sql: wrong, defaults, fine: '' });
    const before = api.requests.length;
    for (const command of ['preview', 'run']) {
      const finished = await baseload(data(), [command, 'defaults'], variables);
      expect(finished).toMatchObject({ code: 2, stdout: '' });
      expect(finished.stderr).toContain("source 'wrong' has 2 problems:");
    }
    expect(api.requests.length).toBe(before);
    expect((await baseload(data(), ['preview', 'fine'], variables)).code).toBe(0);
  }, 60_000);

  test.each(['validate', 'list', 'run'])(
    '%s ends with 2 without a folder of sources',
    async (command) => {
      const args = command === 'run' ? [command, 'things'] : [command];
      const finished = await baseload(data(), args, { BASELOAD_SOURCES: join(work.path, 'nowhere') });
      expect(finished).toMatchObject({ code: 2, stdout: '' });
      expect(finished.stderr).toContain('cannot be read as a folder of sources');
    },
    60_000,
  );
});

test('a key that came more than once is told by a preview as by a run', async () => {
  const variables = sourcesOf('twice', { things: 'transform: (r) => (Number(r.id) < 2 ? [r, r] : r)' });
  const finished = await baseload(data(), ['preview', 'things'], variables);
  expect(finished.code).toBe(1);
  expect(finished.stdout).not.toContain('Next:');
  expect(finished.stderr).toContain(
    'A run would not be published: 2 keys came more than once, such as [0], [1] (id): ',
  );
}, 60_000);

test('what the code of a source prints is no part of an answer', async () => {
  const variables = sourcesOf('talks', {
    things: `transform: (r) => { console.log('a record'); process.stdout.write('more\\n'); return r; }`,
  });
  for (const args of [
    ['preview', 'things', '--json'],
    ['list', '--json'],
    ['validate', '--json'],
  ]) {
    const finished = await baseload(data(), args, variables);
    expect(finished.code).toBe(0);
    expect(() => JSON.parse(finished.stdout)).not.toThrow();
    expect(finished.stderr).toContain('the source file is read\n');
  }
  const { stderr } = await baseload(data(), ['preview', 'things', '--json'], variables);
  expect(stderr).toContain('a record\nmore\n');
}, 60_000);

test.each([
  [['preview', 'things', '--records', '2000']],
  [['preview', 'things', '--records', '2000', '--json']],
  [['query', 'select range from range(100000)']],
  [['query', 'select range from range(100000)', '--json']],
])(
  '%j ends quietly when its reader has seen enough',
  async (args) => {
    const command = [process.execPath, join(projectRoot, 'bin', 'baseload.js'), ...args].map(
      (word) => `'${word}'`,
    );
    const shell = spawn('bash', ['-c', `${command.join(' ')} | head -1; exit "\${PIPESTATUS[0]}"`], {
      cwd: projectRoot,
      env: { ...process.env, BASELOAD_DATA: data(), ...sourcesOf('piped', { things: '' }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(shell.stdout),
      text(shell.stderr),
      once(shell, 'close'),
    ]);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr.replace('the source file is read\n', '')).toBe('');
    expect(code).toBe(0);
  },
  60_000,
);

test('a worker process that ends by itself is told within seconds, and its run is blocked', async () => {
  const variables = sourcesOf('exits', { things: 'transform: () => process.exit(3)' });
  const finished = await baseload(data(), ['run', 'things'], variables);
  expect(finished).toMatchObject({ code: 1, stdout: '' });
  const told = finished.stderr.match(/a process of \S+ ended by itself while it worked \(exit status 3\)/g);
  expect(told).toHaveLength(1);
  expect(finished.stderr).toContain('exits/things was not published: 1 of 1 page range could not be loaded.');
  expect(finished.stderr).not.toMatch(/\n\s+at |node:internal/);
}, 90_000);
