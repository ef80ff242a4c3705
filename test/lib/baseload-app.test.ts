import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { LoadedSource } from '../../core/source/load-sources';
import { addBaseload } from '../../lib/baseload-app';
import { usualEnvironments } from '../../lib/usual-environments';
import { flags, projectWithoutSettings } from '../support/without-settings';
import tides from './fixtures/sources/tides';

const projectRoot = resolve(__dirname, '../..');
const sources = join(__dirname, 'fixtures/sources');
let folder: string;
let project: string;
beforeAll(() => {
  project = projectWithoutSettings();
  folder = mkdtempSync(join(tmpdir(), 'baseload-app-'));
});
afterAll(() => {
  for (const made of [folder, project]) rmSync(made, { recursive: true });
});

/** The environment of a person who types a command: none of what the tests set up, nor CI, with which the CDK says on stdout what it else says on stderr. */
function shell(): NodeJS.ProcessEnv {
  const { CDK_CONTEXT_JSON, CDK_VALIDATION, CI, ...environment } = process.env;
  return { ...environment, HOME: folder };
}

/** Runs bin/app.ts as the CDK CLI does, without bundling and validation. */
function runApp(
  context: Record<string, unknown>,
  outdir = mkdtempSync(join(folder, 'out-')),
): SpawnSyncReturns<string> & { outdir: string } {
  const result = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: {
      ...shell(),
      CDK_OUTDIR: outdir,
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ ...flags, 'aws:cdk:bundling-stacks': [], sources, ...context }),
    },
  });
  return { ...result, outdir };
}

/** Runs the CDK CLI, as on a machine without a network: a proxy that does not answer stands for it. */
function cdk(...words: string[]): SpawnSyncReturns<string> {
  const offline = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };
  const output = words.includes('--output') ? [] : ['--output', mkdtempSync(join(folder, 'out-'))];
  return spawnSync(
    process.execPath,
    [join(projectRoot, 'node_modules/aws-cdk/bin/cdk'), ...words, ...output],
    {
      cwd: project,
      encoding: 'utf8',
      env: { ...shell(), ...offline },
    },
  );
}

function template(outdir: string, stack: string) {
  return JSON.parse(readFileSync(join(outdir, `${stack}.template.json`), 'utf8'));
}

function stacksIn(outdir: string): string[] {
  return readdirSync(outdir)
    .filter((name) => /^baseload-.*\.template\.json$/.test(name))
    .map((name) => name.replace('.template.json', ''))
    .sort();
}

test('makes the stack of every environment that is deployed, of the sources in the folder, and says nothing', () => {
  const { status, stdout, stderr, outdir } = runApp({});
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(stacksIn(outdir)).toEqual(['baseload-dev', 'baseload-prod', 'baseload-staging']);
  const { Resources } = template(outdir, 'baseload-dev');
  const queues = Object.values<{ Type: string; Properties: { QueueName: string } }>(Resources)
    .filter(({ Type }) => Type === 'AWS::SQS::Queue')
    .map(({ Properties }) => Properties.QueueName);
  expect(queues).toEqual(expect.arrayContaining(['baseload-dev-harbour-pages', 'baseload-dev-tides-pages']));
});

test('makes one stack alone where the context names an environment, and applies the settings', () => {
  const { status, outdir } = runApp({
    environment: 'local',
    'local:harbour:baseUrl': 'http://127.0.0.1:9/v1',
    'local:harbour:lanes': '8',
  });
  expect(status).toBe(0);
  expect(stacksIn(outdir)).toEqual(['baseload-local']);
  const text = JSON.stringify(template(outdir, 'baseload-local'));
  expect(text).toContain('"MaximumConcurrency":8');
  expect(text).toContain('http://127.0.0.1:9/v1');
});

test('applies a setting for one environment to that one', () => {
  const { outdir } = runApp({ 'harbour:lanes': '8', 'prod:harbour:lanes': '4' });
  const lanes = ['dev', 'staging', 'prod'].map((environment) => {
    const text = JSON.stringify(template(outdir, `baseload-${environment}`));
    return [...text.matchAll(/"MaximumConcurrency":(\d+)/g)].map(([, found]) => Number(found)).sort();
  });
  expect(lanes).toEqual([
    [2, 8],
    [2, 8],
    [2, 4],
  ]);
});

test('says once what is wrong in every environment', () => {
  const { status, stderr } = runApp({ 'harbour:lanes': '1' });
  expect(status).toBe(2);
  expect(stderr).toBe("context 'harbour:lanes': received 1, allowed: a whole number from 2 to 1000\n");
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

describe('many sources', () => {
  const many = (count: number, length: number): LoadedSource[] =>
    Array.from({ length: count }, (_, index) => {
      const name = `${'s'.repeat(length - 2)}${index + 10}`;
      return { file: join(sources, 'tides.ts'), source: { ...tides, name } };
    });
  const add = (loaded: readonly LoadedSource[]) => {
    const app = new App({ context: { environment: 'prod' } });
    return { app, problems: addBaseload(app, { sources: loaded, problems: [] }, usualEnvironments) };
  };

  test('have room in one stack and in one role: 30, with names as long as they may be', () => {
    const { app, problems } = add(many(30, 40));
    expect(problems).toEqual([]);
    const [stack] = app.node.children.filter((child) => Stack.isStack(child));
    if (!stack) throw new Error('there is a stack');
    const template = Template.fromStack(stack);
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
      const deployed = JSON.stringify(
        Properties.Policies.map(({ PolicyDocument }: { PolicyDocument: object }) => PolicyDocument),
      )
        // The longest of what stands there once it is deployed.
        .replaceAll(
          /\{"Fn::GetAtt":\["[^"]+","Arn"\]\}/g,
          `"arn:aws:sqs:ap-southeast-1:123456789012:baseload-prod-${'s'.repeat(40)}-pages"`,
        );
      expect(deployed.length).toBeLessThan(10_240);
    }
  });

  test('are refused in a sentence where there are too many', () => {
    expect(add(many(40, 20)).problems).toEqual([
      expect.stringMatching(
        /^40 sources with 40 datasets make \d+ resources in prod, and CloudFormation allows 500 in a stack: /,
      ),
    ]);
  });

  test('are refused where a role has no room for what it is to reach: all queues, or all parents of slices', () => {
    const [declared] = tides.datasets;
    if (!declared) throw new Error('there is a dataset');
    const { schedule, ...levels } = declared;
    const unscheduled = many(40, 40).map(({ file, source }) => {
      return { file, source: { ...source, datasets: [levels] } };
    });
    expect(add(unscheduled.slice(0, 36)).problems).toEqual([]);
    expect(add(unscheduled).problems).toEqual([
      expect.stringMatching(
        /^40 sources with 40 datasets make up to 10\d{3} characters of policy in the role Reconcile\/Reconcile of prod, and IAM allows 10240: keep some of them in another folder/,
      ),
    ]);
    const datasets = Array.from({ length: 55 }, (_, index) => {
      const parent = `levels-of-station-${index + 10}`;
      const slices = { type: 'records', dataset: parent, column: 'id', name: 'id' } as const;
      return [
        { ...levels, name: parent },
        { ...levels, name: `parts-of-station-${index + 10}`, slices: [slices] },
      ];
    }).flat();
    const loaded = [{ file: join(sources, 'tides.ts'), source: { ...tides, datasets } }];
    const app = new App({ context: { environment: 'dev' } });
    expect(addBaseload(app, { sources: loaded, problems: [] }, usualEnvironments)).toEqual([
      expect.stringMatching(
        /^1 source with 110 datasets make up to 1\d{4} characters of policy in the role Source-tides\/FanOut of dev, /,
      ),
    ]);
  });

  test('are refused where their alarms are too many for the nested stack, in the environments that have alarms', () => {
    const [levels] = tides.datasets;
    if (!levels) throw new Error('there is a dataset');
    const datasets = Array.from({ length: 110 }, (_, index) => ({ ...levels, name: `levels-${index}` }));
    const loaded = [{ file: join(sources, 'tides.ts'), source: { ...tides, datasets } }];
    const app = new App({ context: { environment: 'prod' } });
    expect(addBaseload(app, { sources: loaded, problems: [] }, usualEnvironments)).toEqual([
      expect.stringMatching(
        /^1 source with 110 datasets make 5\d\d alarms and the like in the nested stack Monitoring of prod, and CloudFormation allows 500 in a stack: /,
      ),
    ]);
    // dev loads nothing by itself, so that nothing can be late and the alarms have room: its stack is there.
    const every = new App();
    expect(addBaseload(every, { sources: loaded, problems: [] }, usualEnvironments)).toEqual([]);
    const refused = every.node.children.filter((child) =>
      child.node.metadata.some(({ data }) => /alarms and the like/.test(String(data))),
    );
    expect(refused.map(({ node }) => node.id)).toEqual(['baseload-prod']);
  });
});

describe('a source whose name no function of staging can have', () => {
  const name = 'a'.repeat(40);
  const sentence = `source '${name}' makes a function name of 65 characters in staging, and Lambda allows 64: shorten it by 1`;
  let long: string;
  beforeAll(() => {
    long = mkdtempSync(join(folder, 'long-'));
    const declared = readFileSync(join(sources, 'tides.ts'), 'utf8')
      .replaceAll('../../../../core', join(projectRoot, 'core'))
      .replace("name: 'tides'", `name: '${name}'`);
    writeFileSync(join(long, 'long.ts'), declared);
  });

  test('is refused there', () => {
    const { status, stderr } = runApp({ sources: long, environment: 'staging' });
    expect({ status, stderr }).toEqual({ status: 2, stderr: `${sentence}\n` });
  });

  test('keeps the CDK from staging, and from no other', () => {
    const outdir = mkdtempSync(join(folder, 'out-'));
    const [prod, staging] = ['baseload-prod', 'baseload-staging'].map((stack) =>
      cdk('synth', stack, '--strict', '--quiet', '--output', outdir, '--context', `sources=${long}`),
    );
    expect([prod?.status, prod?.stdout, prod?.stderr.trim()]).toEqual([0, '', '']);
    expect(JSON.stringify(template(outdir, 'baseload-prod'))).toContain(`baseload-prod-${name}-worker`);
    expect(staging?.status).toBe(1);
    expect(staging?.stderr).toContain(sentence);
    expect(staging?.stderr.match(/^ERROR/gm)).toHaveLength(1);
  });
});

test('what is listed is what can be deployed', () => {
  const { status, stdout } = cdk('ls', '--context', `sources=${sources}`);
  expect(status).toBe(0);
  expect(stdout.trim().split('\n')).toEqual(['baseload-dev', 'baseload-staging', 'baseload-prod']);
});

test('only the functions of the stacks that are asked for are bundled', () => {
  const outdir = mkdtempSync(join(folder, 'one-'));
  const assets = (context: Record<string, unknown>) => {
    runApp(context, outdir);
    return readdirSync(outdir).filter((name) => name.startsWith('asset.')).length;
  };
  expect(assets({ 'aws:cdk:bundling-stacks': ['another'] })).toBe(0);
  expect(assets({ 'aws:cdk:bundling-stacks': ['baseload-dev'] })).toBeGreaterThan(2);
});

describe('cdk synth --strict', () => {
  let outdir: string;
  let result: SpawnSyncReturns<string>;
  beforeAll(() => {
    outdir = join(folder, 'strict');
    result = cdk('synth', '--strict', '--quiet', '--output', outdir, '--context', `sources=${sources}`);
  });

  test('finds nothing to complain about in the templates, and says no more than where they are', () => {
    const { status, stdout, stderr } = result;
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^Successfully synthesized to /),
      expect.stringMatching(/^Supply a stack id \(baseload-dev, baseload-staging, baseload-prod\)/),
    ]);
    expect(existsSync(join(outdir, 'validation-report.json'))).toBe(true);
  });

  test('leaves no trace at home', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
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
