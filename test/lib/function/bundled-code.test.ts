import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { BundledCode, type BundledCodeProps, bundle } from '../../../lib/function/bundled-code';

const projectRoot = resolve(__dirname, '../../..');
const entry = join(__dirname, '../fixtures/handler.ts');
const sourceFile = join(__dirname, '../fixtures/sources/harbour.ts');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseload-bundles-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Synthesizes a function with this code and gives the folder of its asset. */
function synthesize(props: BundledCodeProps, stacks: string[] = ['**'], outdir?: string): string {
  const app = new App({
    outdir: outdir ?? mkdtempSync(join(folder, 'out-')),
    postCliContext: { 'aws:cdk:bundling-stacks': stacks },
  });
  const stack = new Stack(app, 'Stack');
  new LambdaFunction(stack, 'Function', {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: new BundledCode(props),
  });
  const assembly = app.synth();
  const manifest = JSON.parse(readFileSync(join(assembly.directory, 'Stack.assets.json'), 'utf8'));
  const [asset] = Object.values<{ source: { path: string; packaging: string } }>(manifest.files).filter(
    ({ source }) => source.packaging === 'zip',
  );
  return join(assembly.directory, asset?.source.path ?? 'none');
}

/** Loads the bundle as Lambda does, in a process of its own, and prints what the expression gives. */
function run(
  bundleFolder: string,
  expression: string,
  variables: NodeJS.ProcessEnv = { NODE_PATH: join(projectRoot, 'node_modules') },
): unknown {
  const script = `import(${JSON.stringify(join(bundleFolder, 'index.mjs'))})
    .then(async (bundle) => process.stdout.write(JSON.stringify(${expression})))`;
  const stdout = execFileSync(process.execPath, ['-e', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...variables,
      NODE_OPTIONS: '--enable-source-maps',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  return JSON.parse(stdout);
}

describe('a bundle', () => {
  let asset: string;
  beforeAll(() => {
    asset = synthesize({ entry, sourceFile });
  });

  test('is one module that holds the source and the AWS SDK, and finds DuckDB by NODE_PATH', () => {
    expect(readdirSync(asset).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    expect(run(asset, 'await bundle.handler()')).toEqual({ source: 'harbour', answer: 42, retries: 3 });
  });

  test('names the line of the original file in a stack', () => {
    const stack = run(asset, '(() => { try { bundle.fail() } catch (error) { return error.stack } })()');
    const line =
      readFileSync(entry, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('on purpose')) + 1;
    expect(stack).toContain(`test/lib/fixtures/handler.ts:${line}`);
    expect(stack).toContain('fail');
  });

  test('is small and does not carry its sources', () => {
    expect(statSync(join(asset, 'index.mjs')).size).toBeLessThan(1_500_000);
    const map = JSON.parse(readFileSync(join(asset, 'index.mjs.map'), 'utf8'));
    expect(map.sourcesContent).toBeUndefined();
  });

  test('is the same bytes under the same name wherever it is made', () => {
    expect(asset.split('/').at(-1)).toMatch(/^asset\.[0-9a-f]{64}$/);
    expect(synthesize({ entry, sourceFile }).split('/').at(-1)).toBe(asset.split('/').at(-1));
    for (const file of readdirSync(asset)) {
      expect(readFileSync(join(asset, file), 'utf8')).not.toContain(projectRoot);
    }
  });

  test('gets another name with another source', () => {
    const other = synthesize({ entry, sourceFile: join(__dirname, '../fixtures/sources/tides.ts') });
    expect(other.split('/').at(-1)).not.toBe(asset.split('/').at(-1));
    expect(run(other, '(await bundle.handler()).source')).toBe('tides');
  });

  test('is kept when it is made again into the same folder', () => {
    const outdir = join(asset, '..');
    const before = statSync(join(asset, 'index.mjs')).mtimeMs;
    expect(synthesize({ entry, sourceFile }, ['**'], outdir)).toBe(asset);
    expect(statSync(join(asset, 'index.mjs')).mtimeMs).toBe(before);
    expect(readdirSync(outdir).filter((name) => name.startsWith('asset.'))).toHaveLength(1);
  });
});

describe('the definition of a dataset with a transform', () => {
  const definition =
    "import source from 'baseload:source'; import { definitionHash } from 'ROOT/core/source/definition-hash';";
  const entries = {
    fanOut: `${definition} export const hash = definitionHash(source.datasets[0]);`,
    // Other names in the same scopes, so that the minifier calls things otherwise
    worker: `${definition} import { parsePath } from 'ROOT/core/source/path'; export const other = parsePath; export const map = new Map(source.datasets.map((record) => [record.name, definitionHash(record)])); export const hash = map.get('ships');`,
  };
  const helper = 'export const clean = (text: string) => text.trim();\n';
  const source = (transform: string) =>
    `import { clean } from './helper';\nimport { bigint } from 'ROOT/core/source/columns';\nimport { defineSource } from 'ROOT/core/source/define-source';\nexport default defineSource({ name: 'harbour', baseUrl: 'https://harbour.example', auth: { type: 'none' }, limits: { requestsPerSecond: 1 }, datasets: [{ name: 'ships', request: { path: '/ships' }, pagination: { type: 'single' }, records: 'data', key: ['id'], columns: { id: bigint() }, transform: ${transform} }] });\n`;
  const usual = '(record) => ({ ...record, name: clean(String(record.name)) })';
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text.replaceAll('ROOT', projectRoot));
    return path;
  };

  /** The hash that a bundle computes of the source as it stands. */
  function hashIn(handler: keyof typeof entries): unknown {
    const made = mkdtempSync(join(folder, 'bundle-'));
    const props = { entry: write(`${handler}.ts`, entries[handler]), sourceFile: join(folder, 'harbour.ts') };
    for (const { path, contents } of bundle(props))
      writeFileSync(join(made, path.split('/').at(-1) ?? ''), contents);
    return run(made, 'bundle.hash');
  }

  let before: unknown;
  beforeAll(() => {
    write('helper.ts', helper);
    write('harbour.ts', source(usual));
    before = hashIn('worker');
  });

  test('is the same in the bundles of two functions, whose code is minified differently', () => {
    expect(before).toMatch(/^[0-9a-f]{16}$/);
    expect(hashIn('fanOut')).toBe(before);
  });

  test('changes with the transform, and with what it imports', () => {
    write('harbour.ts', source('(record) => record'));
    const changed = hashIn('fanOut');
    expect(changed).not.toBe(before);
    expect(hashIn('worker')).toBe(changed);
    write('harbour.ts', source(usual));
    write('helper.ts', helper.replace('trim', 'trimEnd'));
    expect([before, changed]).not.toContain(hashIn('fanOut'));
  });

  test('does not change with comments, in it or in another source', () => {
    write('helper.ts', `// Says why\n${helper}`);
    write('harbour.ts', `/** A source. */\n${source(`/* as it was */ ${usual}`)}`);
    write('tides.ts', '// Says why\nexport default 1;\n');
    expect(hashIn('fanOut')).toBe(before);
    expect(hashIn('worker')).toBe(before);
  });
});

test('the fan-out starts without DuckDB: only reading the records of parents takes it', () => {
  const asset = synthesize({ entry: join(projectRoot, 'lambda/fan-out.ts'), sourceFile });
  const limits = { requestsPerSecond: 1, burst: 0, lanes: 2, inFlight: 1 };
  const variables = {
    AWS_REGION: 'eu-central-1',
    BASELOAD_ENVIRONMENT: 'prod',
    LAKE_BUCKET: 'lake',
    PAGE_QUEUE_URL: 'https://sqs.example/pages',
    SOURCE_SETTINGS: JSON.stringify({ baseUrl: 'https://harbour.example', limits }),
  };
  expect(readFileSync(join(asset, 'index.mjs'), 'utf8').includes('@duckdb/node-bindings')).toBe(true);
  expect(run(asset, 'Object.keys(bundle)', variables)).toEqual(['handler']);
});

test('nothing is bundled for a stack that is not bundled, and names still differ', () => {
  const one = synthesize({ entry, sourceFile }, []);
  const two = synthesize({ entry, sourceFile: 'tides.ts' }, []);
  expect(existsSync(one)).toBe(false);
  expect(one.split('/').at(-1)).not.toBe(two.split('/').at(-1));
});

describe('what a bundle defines', () => {
  const entry = () => join(folder, 'defined.ts');
  const values = { EXPECTED: [{ name: "it's `here`", at: [3, null, 0.5], nested: { on: true } }], LIMIT: 7 };
  beforeAll(() =>
    writeFileSync(
      entry(),
      'export const seen = typeof EXPECTED === "undefined" ? null : [EXPECTED, LIMIT];\n',
    ),
  );

  test('is in its code as it was given, the same bytes each time', () => {
    const asset = synthesize({ entry: entry(), define: values });
    expect(run(asset, 'bundle.seen')).toEqual([values.EXPECTED, values.LIMIT]);
    expect(synthesize({ entry: entry(), define: values }).split('/').at(-1)).toBe(asset.split('/').at(-1));
  });

  test('names another bundle, also one that is not made', () => {
    const name = (define: Record<string, unknown> | undefined, stacks: string[]) =>
      synthesize({ entry: entry(), ...(define && { define }) }, stacks)
        .split('/')
        .at(-1);
    for (const stacks of [['**'], []]) {
      const names = [undefined, values, { ...values, LIMIT: 8 }].map((define) => name(define, stacks));
      expect(new Set(names).size).toBe(3);
    }
  });

  test('is not there where nothing is defined, and goes beside what a source defines', () => {
    expect(run(synthesize({ entry: entry() }), 'bundle.seen')).toBeNull();
    expect(run(synthesize({ entry: entry(), sourceFile, define: values }), 'bundle.seen')).toHaveLength(2);
  });
});

test('a file that does not compile is named, with the line', () => {
  const broken = join(folder, 'broken.ts');
  writeFileSync(broken, "export const fine = 1;\nimport { x } from './nowhere';\nexport const y = x;\n");
  expect(() => bundle({ entry: broken })).toThrow(
    /broken\.ts cannot be bundled: .*broken\.ts:2:\d+: Could not resolve "\.\/nowhere"/,
  );
});

test("without a source there is no 'baseload:source'", () => {
  expect(() => bundle({ entry })).toThrow(/Could not resolve "baseload:source"/);
});

describe('the handlers', () => {
  const text = (handler: string, file?: string) =>
    bundle({
      entry: join(projectRoot, 'lambda', `${handler}.ts`),
      ...(file === undefined ? {} : { sourceFile: file }),
    }).find(({ path }) => path.endsWith('.mjs'))?.text ?? '';

  test('of the worker and of reconcile have DuckDB, whose native binding comes from the layer', () => {
    for (const code of [text('worker', sourceFile), text('reconcile')])
      expect(code).toContain('@duckdb/node-bindings');
  });
});
