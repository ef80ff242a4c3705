import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const projectRoot = resolve(__dirname, '../..');
const sources = join(__dirname, 'fixtures/sources');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseload-app-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The environment of a person who types a command: none of what the tests set up. */
function shell(): NodeJS.ProcessEnv {
  const { CDK_CONTEXT_JSON, CDK_VALIDATION, ...environment } = process.env;
  return { ...environment, HOME: folder };
}

/** Runs bin/app.ts as the CDK CLI does, without bundling and validation. */
function runApp(context: Record<string, unknown>): SpawnSyncReturns<string> & { outdir: string } {
  const outdir = mkdtempSync(join(folder, 'out-'));
  const result = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: {
      ...shell(),
      CDK_OUTDIR: outdir,
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], sources, ...context }),
    },
  });
  return { ...result, outdir };
}

function template(outdir: string, stack: string) {
  return JSON.parse(readFileSync(join(outdir, `${stack}.template.json`), 'utf8'));
}

test('makes the dev stack of the sources in the folder, and says nothing', () => {
  const { status, stdout, stderr, outdir } = runApp({});
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  const { Resources } = template(outdir, 'baseload-dev');
  const queues = Object.values<{ Type: string; Properties: { QueueName: string } }>(Resources)
    .filter(({ Type }) => Type === 'AWS::SQS::Queue')
    .map(({ Properties }) => Properties.QueueName);
  expect(queues).toEqual(expect.arrayContaining(['baseload-dev-harbour-pages', 'baseload-dev-tides-pages']));
});

test('applies the environment and the settings of the context', () => {
  const { status, outdir } = runApp({
    environment: 'local',
    'harbour:baseUrl': 'http://127.0.0.1:9/v1',
    'harbour:lanes': '8',
  });
  expect(status).toBe(0);
  const text = JSON.stringify(template(outdir, 'baseload-local'));
  expect(text).toContain('"MaximumConcurrency":8');
  expect(text).toContain('http://127.0.0.1:9/v1');
});

test('says every problem in a sentence, without a stack trace, and makes nothing', () => {
  const broken = mkdtempSync(join(folder, 'sources-'));
  writeFileSync(join(broken, 'half.ts'), 'export default {');
  writeFileSync(join(broken, 'none.ts'), 'export const nothing = 1;');
  const { status, stderr, outdir } = runApp({ sources: broken, environment: 'production' });
  expect(status).toBe(2);
  expect(stderr).toContain(
    'context \'environment\' is "production": choose one of local, dev, staging, prod\n',
  );
  expect(stderr).toMatch(/half\.ts/);
  expect(stderr).toMatch(/none\.ts/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(outdir)).toEqual([]);
});

test('refuses a setting that names nothing', () => {
  const { status, stderr } = runApp({ 'harbor:lanes': 4 });
  expect(status).toBe(2);
  expect(stderr).toBe("context 'harbor:lanes' names no source: there is harbour, tides\n");
});

test('refuses an empty folder', () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  const { status, stderr } = runApp({ sources: empty });
  expect(status).toBe(2);
  expect(stderr).toBe(`${empty} declares no source: add a file to it\n`);
});

test('refuses a name that no function can have', () => {
  const long = mkdtempSync(join(folder, 'long-'));
  const name = 'a'.repeat(40);
  const declared = readFileSync(join(sources, 'tides.ts'), 'utf8')
    .replaceAll('../../../../core', join(projectRoot, 'core'))
    .replace("name: 'tides'", `name: '${name}'`);
  writeFileSync(join(long, 'long.ts'), declared);
  expect(runApp({ sources: long, environment: 'prod' }).status).toBe(0);
  const { status, stderr } = runApp({ sources: long, environment: 'staging' });
  expect(status).toBe(2);
  expect(stderr).toBe(
    `source '${name}' makes a function name of 65 characters, and Lambda allows 64: shorten it by 1\n`,
  );
});

describe('cdk synth --strict', () => {
  let home: string;
  let outdir: string;
  let result: SpawnSyncReturns<string>;
  beforeAll(() => {
    outdir = join(folder, 'strict');
    home = join(folder, 'home');
    mkdirSync(home);
    const cdk = join(projectRoot, 'node_modules/aws-cdk/bin/cdk');
    const context = ['--context', 'environment=prod', '--context', `sources=${sources}`];
    // A proxy that does not answer stands for a machine without a network.
    const offline = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };
    result = spawnSync(
      process.execPath,
      [cdk, 'synth', '--strict', '--quiet', '--output', outdir, ...context],
      { cwd: projectRoot, encoding: 'utf8', env: { ...shell(), ...offline, HOME: home } },
    );
  }, 120_000);

  test('finds nothing to complain about in the template, and says nothing', () => {
    const { status, stdout, stderr } = result;
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(join(outdir, 'validation-report.json'))).toBe(true);
  });

  test('leaves no trace at home', () => {
    expect(readdirSync(home)).toEqual([]);
  });

  test('bundles with each function the source that is its own, and no other', () => {
    const { Resources } = template(outdir, 'baseload-prod');
    const functions = Object.values<{
      Type: string;
      Properties: { FunctionName: string; Code: { S3Key: string } };
    }>(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const hosts = functions.map(({ Properties: { FunctionName, Code } }) => {
      const asset = join(outdir, `asset.${Code.S3Key.replace(/\.zip$/, '')}`, 'index.mjs');
      const found = readFileSync(asset, 'utf8').match(/api\.harbour\.example|tides\.example/g);
      return [FunctionName, [...new Set(found)]];
    });
    expect(Object.fromEntries(hosts)).toEqual({
      'baseload-prod-harbour-fan-out': ['api.harbour.example'],
      'baseload-prod-harbour-worker': ['api.harbour.example'],
      'baseload-prod-tides-fan-out': ['tides.example'],
      'baseload-prod-tides-worker': ['tides.example'],
      'baseload-prod-reconcile': [],
    });
  });
});
