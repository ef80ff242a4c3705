/**
 * Makes the DuckDB layer's ZIP file and prints its path, and nothing else, on stdout: the contract of an
 * executable asset. The CDK CLI runs it in the project's folder.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, relative, sep } from 'node:path';
import { duckdbPackages } from './duckdb-packages';
import { projectRoot } from './project-root';
import { type ZipEntry, zip } from './zip';

/** What Lambda unpacks for a function, its layers included (AWS Lambda, "Quotas"); the function needs a few MB itself. */
const largestLayerBytes = 240 * 1024 * 1024;

const required = [
  'nodejs/node_modules/@duckdb/node-bindings/package.json',
  'nodejs/node_modules/@duckdb/node-bindings-linux-arm64/duckdb.node',
  'nodejs/node_modules/@duckdb/node-bindings-linux-arm64/libduckdb.so',
  'nodejs/node_modules/detect-libc/package.json',
];

try {
  process.stdout.write(`${buildLayer()}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** The ZIP file is left where it is, for the CLI to upload. */
function buildLayer(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baseload-duckdb-layer-'));
  const workFolder = join(folder, 'install');
  mkdirSync(workFolder);
  try {
    const entries = collect(install(workFolder));
    check(entries);
    const file = join(folder, 'layer.zip');
    writeFileSync(file, zip(entries));
    return file;
  } finally {
    rmSync(workFolder, { recursive: true });
  }
}

/** Installs the binding for Lambda's platform, whatever this one is, and gives the node_modules folder. */
function install(folder: string): string {
  const { packageJson, packageLock } = duckdbPackages();
  writeFileSync(join(folder, 'package.json'), packageJson);
  writeFileSync(join(folder, 'package-lock.json'), packageLock);
  const settings = join(projectRoot, '.npmrc');
  if (existsSync(settings)) copyFileSync(settings, join(folder, '.npmrc'));

  const platform = ['--os=linux', '--cpu=arm64', '--libc=glibc'];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = spawnSync('npm', ['ci', ...platform, ...quiet], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32', // npm is a .cmd file there
  });
  if (npm.error || npm.status !== 0) {
    const detail = npm.error?.message ?? npm.stderr.trim();
    throw new Error(`npm could not install DuckDB's binding for linux-arm64: ${detail}`);
  }
  return join(folder, 'node_modules');
}

function collect(folder: string): ZipEntry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.package-lock.json')
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = posix.join('nodejs/node_modules', ...relative(folder, file).split(sep));
      return { path, content: readFileSync(file) };
    });
}

function check(entries: readonly ZipEntry[]): void {
  const missing = required.filter((path) => !entries.some((entry) => entry.path === path));
  if (missing.length > 0) throw new Error(`the DuckDB layer would lack ${missing.join(', ')}`);
  const bytes = entries.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes > largestLayerBytes) {
    throw new Error(
      `the DuckDB layer has ${bytes} bytes, more than the ${largestLayerBytes} that fit into Lambda`,
    );
  }
}
