import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DuckdbLayer } from '../../../lib/function/duckdb-layer';

const projectRoot = resolve(__dirname, '../../..');
const version: string = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')).packages[
  'node_modules/@duckdb/node-bindings'
].version;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseload-layer-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The layer's template and the asset that the CDK CLI publishes for it. */
function synthesize() {
  const app = new App({ outdir: mkdtempSync(join(folder, 'out-')) });
  const stack = new Stack(app, 'Stack');
  new DuckdbLayer(stack, 'Duckdb');
  const { directory } = app.synth();
  const { files } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8'));
  const assets = Object.entries<{ source: { executable?: string[] } }>(files);
  const [hash, asset] = assets.find(([, { source }]) => source.executable) ?? [];
  return { template: Template.fromStack(stack), directory, hash, executable: asset?.source.executable ?? [] };
}

describe('at synth', () => {
  test('the layer is a command to run, and nothing is built', () => {
    const { template, directory, hash, executable } = synthesize();
    expect(executable).toEqual(['node', '--import', 'tsx', 'lib/function/build-duckdb-layer.ts']);
    expect(readdirSync(directory).filter((name) => name.startsWith('asset'))).toEqual([]);
    template.hasResourceProperties('AWS::Lambda::LayerVersion', {
      CompatibleArchitectures: ['arm64'],
      CompatibleRuntimes: ['nodejs24.x'],
      Content: { S3Key: hash },
      Description: `DuckDB's native binding ${version}, linux-arm64`,
    });
  });

  test('its name does not change from one synth to the next', () => {
    const { hash } = synthesize();
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(synthesize().hash).toBe(hash);
  });
});

/** Runs the command as the CDK CLI does: in the project's folder, without a shell. */
function build(environment: NodeJS.ProcessEnv): SpawnSyncReturns<string> {
  const [command = '', ...rest] = synthesize().executable;
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  return spawnSync(command, rest, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temporary, ...environment },
  });
}

/** An npm that notes what it was asked, is talkative, and then does what the lines say. */
function fakeNpm(...lines: string[]): { PATH: string; notes: string } {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const notes = join(bin, 'notes');
  const script = `#!${process.execPath}
    const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
    const { dirname } = require('node:path');
    const write = (path, content) => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, content); };
    console.log('added 3 packages');
    writeFileSync(${JSON.stringify(notes)}, JSON.stringify({
      arguments: process.argv.slice(2),
      manifest: JSON.parse(readFileSync('package.json', 'utf8')),
      lock: JSON.parse(readFileSync('package-lock.json', 'utf8')),
    }));
    ${lines.join('\n')}`;
  writeFileSync(join(bin, 'npm'), script);
  chmodSync(join(bin, 'npm'), 0o755);
  return { PATH: `${bin}${delimiter}${process.env.PATH}`, notes };
}

const installed = [
  "write('node_modules/.package-lock.json', '{}');",
  "write('node_modules/@duckdb/node-bindings/package.json', '{}');",
  "write('node_modules/@duckdb/node-bindings-linux-arm64/libduckdb.so', 'library');",
  "write('node_modules/detect-libc/package.json', '{}');",
];
const complete = [
  ...installed,
  "write('node_modules/@duckdb/node-bindings-linux-arm64/duckdb.node', 'binding');",
];

describe('when it is published', () => {
  test('prints the path of the ZIP file and nothing else, and leaves only that file', () => {
    const { PATH } = fakeNpm(...complete);
    const { stdout, stderr, status } = build({ PATH });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const file = stdout.trim();
    expect(file.split('\n')).toHaveLength(1);
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(join(file, '..'))).toEqual(['layer.zip']);
    const archive = readFileSync(file, 'latin1');
    expect(archive).toContain('nodejs/node_modules/@duckdb/node-bindings-linux-arm64/duckdb.node');
    expect(archive).not.toContain('.package-lock.json');
  });

  test("installs the lock file's versions, by their checksums, for Lambda's platform and without scripts", () => {
    const { PATH, notes } = fakeNpm(...complete);
    expect(build({ PATH }).status).toBe(0);
    const asked = JSON.parse(readFileSync(notes, 'utf8'));
    expect(asked.arguments).toEqual(
      expect.arrayContaining(['ci', '--os=linux', '--cpu=arm64', '--libc=glibc', '--ignore-scripts']),
    );
    expect(asked.manifest.dependencies).toEqual({ '@duckdb/node-bindings': version });
    expect(asked.lock.packages['node_modules/@duckdb/node-bindings-linux-arm64']).toMatchObject({
      version,
      integrity: expect.stringMatching(/^sha512-/),
    });
  });

  test('says what is missing rather than publish half a layer', () => {
    const { stdout, stderr, status } = build({ PATH: fakeNpm(...installed).PATH });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'the DuckDB layer would lack nodejs/node_modules/@duckdb/node-bindings-linux-arm64/duckdb.node\n',
    );
  });

  test('says why npm failed', () => {
    const { PATH } = fakeNpm("console.error('npm error network'); process.exit(1);");
    const { stdout, stderr, status } = build({ PATH });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe("npm could not install DuckDB's binding for linux-arm64: npm error network\n");
  });
});

/** Needs npm's registry, or a warm npm cache. */
const online = process.env.BASELOAD_ONLINE_TESTS === 'true' ? test : test.skip;

online(
  'the real layer is DuckDB for ARM, and fits into Lambda',
  () => {
    const { stdout, stderr, status } = build({});
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('unzip', ['-q', stdout.trim(), '-d', unpacked]);
    const library = readFileSync(
      join(unpacked, 'nodejs/node_modules/@duckdb/node-bindings-linux-arm64/libduckdb.so'),
    );
    expect(library.subarray(1, 4).toString()).toBe('ELF');
    expect(library.readUInt16LE(18)).toBe(183); // e_machine: EM_AARCH64
    expect(library.length).toBeLessThan(240 * 1024 * 1024);
  },
  120_000,
);
