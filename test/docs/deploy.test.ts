import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { addBaseload } from '../../lib/baseload-app';
import { BaseloadStack } from '../../lib/baseload-stack';
import { SampleStack } from '../../lib/sample/sample-stack';
import { usualEnvironments } from '../../lib/usual-environments';
import geonames from '../../sources/geonames';
import tides from '../lib/fixtures/sources/tides';
import { fixtureSources } from '../lib/fixtures/synthesize';
import { projectWithoutSettings } from '../support/without-settings';

const root = join(__dirname, '..', '..');
const text = readFileSync(join(root, 'docs/deploy.md'), 'utf8');

const sampleAlone = { sources: [{ file: 'sources/geonames.ts', source: geonames }], problems: [] };

/** The words of each `npx cdk …` of the page; what the shell would put in stands as it is written. */
const cdkCommands = [...text.matchAll(/npx cdk ([^`#|;\n]+)/g)].map(([, words = '']) => words.trim());

/** An option and what follows it: of `-c key=value` the two of the pair. */
function contextOf(words: readonly string[]): Record<string, string> {
  const pairs = words.flatMap((word, at) => (word === '-c' ? [words[at + 1] ?? ''] : []));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', value = ''] = pair.split(/=(.*)/s);
      return [key, value];
    }),
  );
}

it('tells of what there is to do with the CDK', () => {
  const named = new Set(cdkCommands.map((words) => words.split(' ')[0]));
  expect([...named].sort()).toEqual(['bootstrap', 'deploy', 'destroy', 'diff', 'import', 'ls', 'synth']);
});

describe.each([...new Set(cdkCommands)])('npx cdk %s', (line) => {
  const [command = '', ...words] = line.split(/\s+/);
  const stacks = words.filter(
    (word) => word.startsWith('baseload-') && !words.includes('--custom-permissions-boundary'),
  );

  it('is about stacks that there are, with context that means something', () => {
    const app = new App({ context: contextOf(words) });
    expect(addBaseload(app, sampleAlone, usualEnvironments)).toEqual([]);
    const there = app.node.children.filter(Stack.isStack).map(({ stackName }) => stackName);
    expect(stacks.filter((stack) => !there.includes(stack))).toEqual([]);
    // Keys without a colon are anybody's; these are ours.
    const plain = Object.keys(contextOf(words)).filter((key) => !key.includes(':'));
    const ours = ['alarmEmail', 'sample', 'sources', 'environment'];
    expect(plain.filter((key) => !ours.includes(key))).toEqual([]);
  });

  it('has options that the CLI has', () => {
    const options = words.filter((word) => word.startsWith('--'));
    if (options.length === 0) return;
    const cdk = join(root, 'node_modules/aws-cdk/bin/cdk');
    const help = execFileSync(process.execPath, [cdk, command, '--help'], { encoding: 'utf8', cwd: root });
    expect(options.filter((option) => !new RegExp(`${option}\\b(?!-)`).test(help))).toEqual([]);
  });
});

it('a stack or key that is not there would be found', () => {
  const app = new App({ context: { 'dev:geonams:baseUrl': 'https://example.com' } });
  expect(addBaseload(app, sampleAlone, usualEnvironments)).not.toEqual([]);
});

describe('what it and the runbook write into cdk.json', () => {
  const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const blocks = [...`${text}\n${runbook}`.matchAll(/^```json\n(\{ "context":[\s\S]*?)^```/gm)];
  const contexts = blocks.map(
    ([, json = '']) =>
      z
        .object({ context: z.record(z.string(), z.unknown()) })
        .parse(JSON.parse(json.replaceAll('….', 'abc.'))).context,
  );
  const orders = tides.datasets.map((one) => ({ ...one, name: 'orders' }));
  const shop = { file: 'sources/shop.ts', source: { ...tides, name: 'shop', datasets: orders } };
  const sources = [shop, ...sampleAlone.sources];

  it('is something', () => {
    expect(contexts.length).toBeGreaterThan(5);
  });

  it.each(contexts)('%j is good', (context) => {
    expect(addBaseload(new App({ context }), { sources, problems: [] }, usualEnvironments)).toEqual([]);
  });
});

it('shows how a refused environment is told of, as the CDK does', () => {
  const [, shown = '', long = ''] = /^```\n(ERROR source '([^']+)'[\s\S]*?)^```/m.exec(text) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'baseload-docs-'));
  const project = projectWithoutSettings();
  try {
    const geonamesFile = readFileSync(join(root, 'sources/geonames.ts'), 'utf8');
    // Of 65 characters, with the other names around it, in staging only
    const longFile = geonamesFile
      .replaceAll("'../", `'${root}/`)
      .replace("name: 'geonames'", `name: '${long}'`);
    writeFileSync(join(folder, 'long.ts'), longFile);
    const cdk = join(root, 'node_modules/aws-cdk/bin/cdk');
    const words = [
      'synth',
      'baseload-staging',
      '--quiet',
      '-c',
      `sources=${folder}`,
      '--output',
      join(folder, 'out'),
    ];
    const { status, stderr } = spawnSync(process.execPath, [cdk, ...words], {
      encoding: 'utf8',
      cwd: project,
    });
    expect(long).toHaveLength(40);
    for (const line of shown.trim().split('\n')) expect(stderr).toContain(`${line}\n`);
    expect(status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(project, { recursive: true });
  }
});

it('names scripts that package.json has', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
  expect(named).toContain('smoke:aws');
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

it('links to files that are there, and to headings that they have', () => {
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)/g)];
  expect(links.length).toBeGreaterThan(5);
  const dead = links.filter(([, to = '', heading]) => {
    const file = join(root, 'docs', to);
    if (!existsSync(file)) return true;
    return (
      heading !== undefined &&
      !new RegExp(`^#+ ${heading.replaceAll('-', '[ -]')}$`, 'mi').test(readFileSync(file, 'utf8'))
    );
  });
  expect(dead.map(([link]) => link)).toEqual([]);
});

describe('of what the stacks hold', () => {
  const app = new App();
  const environment = { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } };
  new BaseloadStack(app, 'baseload-prod', { environment, sources: fixtureSources });
  new SampleStack(app, { concurrency: 10 });
  const stacks = app.node.findAll().filter(Stack.isStack);
  const templates = stacks.map((stack) => Template.fromStack(stack).toJSON());

  it('every kind of resource is in the table of costs, and no other', () => {
    const there = templates.flatMap(({ Resources }) =>
      Object.values<{ Type: string }>(Resources).map(({ Type }) => Type),
    );
    const named = [...text.matchAll(/`((?:AWS|Custom)::[\w:]+)`/g)].map(([, type = '']) => type);
    // Where somebody is to be mailed.
    const elsewhere = ['AWS::SNS::Subscription'];
    expect([...new Set(there)].filter((type) => !named.includes(type))).toEqual([]);
    expect(named.filter((type) => !there.includes(type) && !elsewhere.includes(type))).toEqual([]);
  });

  it('every output is told, and no other', () => {
    // What a nested stack puts out is for its parent.
    const there = stacks.flatMap((stack, at) =>
      stack.nestedStackParent ? [] : Object.keys(templates[at]?.Outputs),
    );
    const table = text.slice(text.indexOf('| output | is |'), text.indexOf('## Staging and prod'));
    const named = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );
    expect(named.toSorted()).toEqual(there.toSorted());
  });
});

it('says of environments what they are', () => {
  const kept = (days: number) => new RegExp(`\\| page bodies as received are kept \\|.*\\b${days} days`);
  expect(text).toMatch(kept(usualEnvironments.dev.rawRetention.toDays()));
  expect(text).toMatch(kept(usualEnvironments.staging.rawRetention.toDays()));
  expect(usualEnvironments.prod.rawRetention.toDays()).toBe(365);
  expect(
    [usualEnvironments.staging, usualEnvironments.prod].map(({ undeleteWindow }) => undeleteWindow?.toDays()),
  ).toEqual([7, 30]);
  expect(text).toContain('| no | for 7 days | for 30 days |');
});
