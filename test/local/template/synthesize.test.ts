import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '../../../core/errors';
import { synthesize, whatTheAppSaid } from '../../../local/template/synthesize';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'baseload-test-'));
  symlinkSync(resolve(__dirname, '../../../node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'cdk.json'), '{ "context": { "colour": "red", "size": 1 } }');
  mkdirSync(join(root, 'bin'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function synthesizeApp(app: string, context: Record<string, unknown> = {}) {
  writeFileSync(join(root, 'bin/app.ts'), app);
  return synthesize({ projectRoot: root, outDirectory: join(root, 'out'), context });
}

const app = (bundle: string) => `
  import { mkdirSync, writeFileSync } from 'node:fs';
  import { App, CfnOutput, Stack } from 'aws-cdk-lib';
  import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
  mkdirSync('code', { recursive: true });
  writeFileSync('code/index.mjs', ${JSON.stringify(bundle)});
  const app = new App();
  const stack = new Stack(app, 'baseload-' + app.node.tryGetContext('environment'));
  const props = { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromAsset('code') };
  new Function(stack, 'Worker', props);
  for (const name of ['colour', 'size']) new CfnOutput(stack, name, { value: String(app.node.tryGetContext(name)) });
`;

test('reads back stacks, templates and the folders of assets, with the context of cdk.json and the caller’s', async () => {
  const [stack, ...others] = await synthesizeApp(app('export const handler = 1;'), {
    environment: 'local',
    size: 2,
  });
  expect(others).toEqual([]);
  expect(stack?.name).toBe('baseload-local');
  expect(stack?.template.Outputs).toMatchObject({ colour: { Value: 'red' }, size: { Value: '2' } });
  const [worker] = Object.values(stack?.template.Resources ?? {}).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  );
  const { S3Key } = Object(worker?.Properties.Code);
  expect(readFileSync(join(stack?.assets.get(S3Key) ?? '', 'index.mjs'), 'utf8')).toBe(
    'export const handler = 1;',
  );
});

test('assets that a new synthesis no longer uses are deleted', async () => {
  const [first] = await synthesizeApp(app('export const handler = 1;'));
  const [second] = await synthesizeApp(app('export const handler = 2;'));
  const [old] = [...(first?.assets.values() ?? [])];
  const [current] = [...(second?.assets.values() ?? [])];
  expect(current).not.toBe(old);
  expect(existsSync(old ?? '')).toBe(false);
  expect(existsSync(current ?? '')).toBe(true);
});

test('an app that prints what is wrong and exits is reported in its own words', async () => {
  const failing = synthesizeApp(`
    console.error("sources/geonames.ts: datasets[0].key must name a column; it names 'idd'");
    console.error('sources/orders.ts: no default export');
    process.exit(2);
  `);
  await expect(failing).rejects.toThrow(ConfigurationError);
  await expect(failing).rejects.toThrow(
    /^sources\/geonames.ts: datasets\[0\].key must name a column; it names 'idd'\nsources\/orders.ts: no default export$/,
  );
});

test('an app that throws is reported by the error’s message, without a stack trace', async () => {
  const failing = synthesizeApp(`
    console.warn('(node:1) Warning: not this');
    function build(): never { throw new TypeError('geonames:lanes must be 2 to 1000, and is 1'); }
    build();
  `);
  await expect(failing).rejects.toThrow(/^geonames:lanes must be 2 to 1000, and is 1$/);
});

test('an app that does not compile is reported by what the compiler says', async () => {
  await expect(synthesizeApp('const = 1;')).rejects.toThrow(
    'app.ts:1:6: ERROR: Expected identifier but found "="',
  );
});

test('an app that says nothing is reported by how it ended', async () => {
  await expect(synthesizeApp('process.exit(7)')).rejects.toThrow('bin/app.ts ended with 7');
});

test('an app without a stack is refused', async () => {
  const empty = synthesizeApp(`import { App } from 'aws-cdk-lib'; new App();`);
  await expect(empty).rejects.toThrow('has no stack');
});

test('the message of an error may have several lines', () => {
  const stderr = `/project/app.ts:3\n  throw new Error();\n  ^\n\nValidationError: first\nsecond\n    at build (x.ts:1:1)\n\nNode.js v20\n`;
  expect(whatTheAppSaid(stderr)).toBe('first\nsecond');
});
