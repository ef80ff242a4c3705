import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import { openDataDirectory } from '../../local/data-directory';

let parent: string;
let path: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'baseload-test-'));
  path = join(parent, 'not', 'there');
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** A pid that belonged to a process and does no longer. */
const deadPid = () => spawnSync(process.execPath, ['--version']).pid;

test('the folder is created, locked with our pid, and unlocked on release', async () => {
  const data = await openDataDirectory(path);
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  await data.release();
  expect(existsSync(join(path, 'lock'))).toBe(false);
  await data.release();
});

test('a folder that cannot be written is told at once, and what to do', async () => {
  const cause = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  const write = jest.spyOn(promises, 'writeFile').mockRejectedValue(cause);
  try {
    await expect(openDataDirectory(path)).rejects.toThrow(
      `the data folder ${path} cannot be written (EROFS): make it writable, or choose another with BASELOAD_DATA`,
    );
  } finally {
    write.mockRestore();
  }
});

test('a second user is told who is the first', async () => {
  const first = await openDataDirectory(path);
  const second = openDataDirectory(path, 100);
  await expect(second).rejects.toThrow(ConfigurationError);
  await expect(second).rejects.toThrow(
    `Another baseload (process ${process.pid}) is using ${path}: wait for it, or stop it.`,
  );
  await first.release();
});

test('a second user who waits gets in when the first leaves', async () => {
  const first = await openDataDirectory(path);
  const second = openDataDirectory(path, 10_000);
  await first.release();
  await (await second).release();
});

test.each([
  ['a process that is dead', () => `${deadPid()}\n`],
  ['an earlier process with our pid', () => `${process.pid}\n`],
])('the lock of %s is taken over', async (_, content) => {
  await (await openDataDirectory(path)).release();
  writeFileSync(join(path, 'lock'), content());
  const data = await openDataDirectory(path, 0);
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  await data.release();
});

test('of many processes that find a stale lock, one at a time gets in', async () => {
  await (await openDataDirectory(path)).release();
  writeFileSync(join(path, 'lock'), `${deadPid()}\n`);
  const inside = join(parent, 'inside');
  const program = join(parent, 'program.ts');
  writeFileSync(
    program,
    `
      import { unlinkSync, writeFileSync } from 'node:fs';
      import { openDataDirectory } from ${JSON.stringify(resolve(__dirname, '../../local/data-directory'))};
      process.send?.('ready');
      process.once('message', async () => {
        const data = await openDataDirectory(${JSON.stringify(path)}, 20_000);
        writeFileSync(${JSON.stringify(inside)}, '', { flag: 'wx' }); // Fails when somebody is inside.
        await new Promise((resolve) => setTimeout(resolve, 20));
        unlinkSync(${JSON.stringify(inside)});
        await data.release();
        process.disconnect();
      });
    `,
  );
  const root = resolve(__dirname, '../..');
  const processes = Array.from({ length: 8 }, () =>
    fork(program, [], { cwd: root, execArgv: ['--import', 'tsx'] }),
  );
  await Promise.all(processes.map((process) => once(process, 'message')));
  const ends = processes.map((process) => once(process, 'exit'));
  for (const process of processes) process.send('go');
  const codes = (await Promise.all(ends)).map(([code]) => code);
  expect(codes).toEqual(processes.map(() => 0));
});
