import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const lock = (version: string) => ({
  packages: {
    '': { name: 'a-project' },
    'node_modules/a': { version },
    'node_modules/for-another-platform': { version: '1.0.0', optional: true },
  },
});

let folder: string;

/** A project with a lockfile, and an npm that only notes that it was called. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseload-install-'));
  for (const part of ['bin', 'node_modules', 'fake']) mkdirSync(join(folder, part));
  copyFileSync(resolve(__dirname, '../../bin/install.js'), join(folder, 'bin/install.js'));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock('1.0.0')));
  writeFileSync(join(folder, 'fake/npm'), '#!/bin/sh\ntouch called\n', { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs it, and says whether it called npm. */
function install(): boolean {
  rmSync(join(folder, 'called'), { force: true });
  const env = { ...process.env, PATH: `${join(folder, 'fake')}${delimiter}${process.env.PATH}` };
  const { status } = spawnSync(process.execPath, ['bin/install.js'], { cwd: folder, env });
  expect(status).toBe(0);
  return existsSync(join(folder, 'called'));
}

const installed = (version: string) =>
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify(lock(version)));

test('installs what is not there, once', () => {
  expect([install(), install()]).toEqual([true, false]);
});

test('installs again when the lockfile has changed', () => {
  install();
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock('1.0.1')));
  expect([install(), install()]).toEqual([true, false]);
});

test('takes what npm ci has installed, where that is what the lockfile says', () => {
  installed('1.0.0');
  expect(install()).toBe(false);
});

test('does not take what another lockfile asked for', () => {
  installed('0.9.0');
  expect(install()).toBe(true);
});
