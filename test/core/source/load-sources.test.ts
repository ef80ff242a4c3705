import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { explainLoadError } from '../../../core/source/explain-load-error';
import { type LoadedSources, loadSources } from '../../../core/source/load-sources';

const root = resolve(__dirname, '../../..');
const core = (name: string) => JSON.stringify(join(root, 'core/source', name));

/** The text of a good source file; `changes` is put into its definition. */
function good(name: string, changes = ''): string {
  return `import { bigint } from ${core('columns')};
import { defineSource } from ${core('define-source')};

export default defineSource({
  name: '${name}',
  baseUrl: 'http://127.0.0.1:1',
  auth: { type: 'none' },
  limits: { requestsPerSecond: 5 },
  datasets: [
    {
      name: 'things',
      request: { path: '/things' },
      pagination: { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } },
      records: 'items',
      key: ['id'],
      columns: { id: bigint() },
    },
  ],
  ${changes}
});
`;
}

const broken: Readonly<Record<string, string>> = {
  'a.ts': good('first'),
  'b-duplicate.ts': good('first'),
  'c-empty.ts': 'export {};',
  'd-plain.ts': "export default { name: 'plain' };",
  'e-syntax.ts': 'export default {\n  a: 1,\n  b: = 2,\n};\n',
  'f-throws.ts': "const a: number = 1;\n\nthrow new RangeError('bad ' + a + '\\nsecond line');\n",
  'g-text.ts': "throw 'a text';",
  'h-import.ts': "import './nowhere';\nexport default 1;\n",
  'i-options.ts': good('options', 'lanes: 4, limits: { requestsPerSecond: 5, lanes: 1 },'),
  'j-imports-broken.ts': "import './broken/part';\nexport default 1;\n",
  'k-hostile.ts':
    "throw Object.defineProperty(new Error('x'), 'message', { get: () => { throw new Error('y'); } });",
  'z.ts': good('last'),
  'index.ts': "throw new Error('index');",
  'types.d.ts': 'export const broken: = 1;',
  'a.test.ts': "throw new Error('test');",
  '.hidden.ts': "throw new Error('hidden');",
  'notes.md': '# not code',
};

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'load-sources-')), 'sources');
  mkdirSync(join(folder, 'broken'), { recursive: true });
});
afterEach(() => rmSync(resolve(folder, '..'), { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** As the command line does it: in a process of its own, under tsx. */
function loadUnderTsx(): LoadedSources {
  const script = `console.log(JSON.stringify(require(${core('load-sources')}).loadSources(process.argv[1])))`;
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--eval', script, folder], { cwd: root });
  return JSON.parse(output.toString());
}

describe('loadSources', () => {
  test('loads what the project ships', () => {
    const { sources, problems } = loadSources(join(root, 'sources'));
    expect(problems).toEqual([]);
    expect(sources).toContainEqual({
      file: join(root, 'sources/geonames.ts'),
      source: expect.objectContaining({ name: 'geonames' }),
    });
  });

  test('loads TypeScript, CommonJS, and files that are not called like their source, in order', () => {
    const cjs = `const { defineSource } = require(${core('define-source')});
      const { bigint } = require(${core('columns')});
      module.exports = ${good('script').split('export default ')[1]}`;
    write({ 'b.ts': good('typed'), 'a.js': cjs });
    const { sources, problems } = loadSources(folder);
    expect(problems).toEqual([]);
    expect(sources.map(({ file, source }) => [file, source.name])).toEqual([
      [join(folder, 'a.js'), 'script'],
      [join(folder, 'b.ts'), 'typed'],
    ]);
  });

  test('has no sources and no problems in an empty folder, and says when there is no folder', () => {
    expect(loadSources(folder)).toEqual({ sources: [], problems: [] });
    const missing = join(folder, 'missing');
    expect(loadSources(missing)).toEqual({
      sources: [],
      problems: [
        { file: missing, message: expect.stringContaining(`${missing} cannot be read as a folder`) },
      ],
    });
  });

  test('leaves out a source that shares a secret with another one which writes it back', () => {
    const auth = (type: string) => good('x').replace(/auth: \{[^}]*\}/, `auth: ${type}`);
    const refresh =
      "{ type: 'oauth2-refresh-token', tokenUrl: 'https://a.example/t', clientId: 'me', refreshToken: { secret: 'shop/refresh' } }";
    write({
      'a.ts': auth(refresh).replace("'x'", "'first'"),
      'b.ts': auth("{ type: 'bearer', token: { secret: 'shop/refresh' } }").replace("'x'", "'second'"),
    });
    const { sources, problems } = loadSources(folder);
    expect(sources.map(({ source }) => source.name)).toEqual(['first']);
    expect(problems).toEqual([
      {
        file: join(folder, 'b.ts'),
        message:
          "sources/b.ts names the secret 'shop/refresh' as source 'first' does, and a refresh token that is replaced is written back to it: give each source a token and a secret of its own",
      },
    ]);
  });

  test('gives one sentence for each file that is wrong, and the other sources', () => {
    write(broken);
    writeFileSync(join(folder, 'broken/part.ts'), 'let x = ;');
    const { sources, problems } = loadUnderTsx();
    expect(sources.map(({ source }) => source.name)).toEqual(['first', 'last']);
    expect(
      Object.fromEntries(problems.map(({ file, message }) => [file.slice(folder.length + 1), message])),
    ).toEqual({
      'b-duplicate.ts':
        "sources/b-duplicate.ts declares source 'first', as a.ts does: give one of them another name",
      'c-empty.ts': 'sources/c-empty.ts has no default export: write `export default defineSource({ … })`',
      'd-plain.ts':
        'sources/d-plain.ts has a default export that is not a source: write `export default defineSource({ … })`',
      'e-syntax.ts': 'sources/e-syntax.ts:3:5: Unexpected "="',
      'f-throws.ts': 'sources/f-throws.ts:3:7: bad 1',
      'g-text.ts': "sources/g-text.ts throws 'a text': throw nothing while it is loaded",
      'h-import.ts': expect.stringMatching(
        /^sources\/h-import\.ts(:1:\d+)?: Cannot find module '\.\/nowhere'$/,
      ),
      'i-options.ts': [
        "sources/i-options.ts:4:16: source 'options' has 2 problems:",
        '  limits.lanes  received 1                  allowed: a whole number from 2 to 1000',
        '  lanes         received an unknown option  allowed: name, baseUrl, auth, tls, http, network, limits, datasets',
      ].join('\n'),
      'j-imports-broken.ts': `sources/j-imports-broken.ts imports ${join(folder, 'broken/part.ts')}:1:8: Unexpected ";"`,
      'k-hostile.ts': expect.stringMatching(
        /^sources\/k-hostile\.ts(:1:\d+)?: it throws an Error without a message$/,
      ),
    });
  });

  test('says as much under another transform', () => {
    write(broken);
    const { sources, problems } = loadSources(folder);
    expect(sources.map(({ source }) => source.name)).toEqual(['first', 'last']);
    const messages = problems.map(({ message }) => message);
    expect(messages).toHaveLength(10);
    expect(messages).toContainEqual(
      expect.stringMatching(/^sources\/e-syntax\.ts:3:\d+: Expression expected$/),
    );
    expect(messages).toContainEqual('sources/f-throws.ts:3:7: bad 1');
    expect(messages.join('\n')).not.toMatch(/^ {4}at /m);
  });
});

describe('explainLoadError', () => {
  test.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [{ message: 'x' }, 'an object'],
  ])('has a sentence for a thrown %p', (thrown, described) => {
    const sentence = `x.ts throws ${described}: throw nothing while it is loaded`;
    expect(explainLoadError(thrown, '/a/x.ts', 'x.ts')).toBe(sentence);
  });

  test('reads the place from what Node itself says of a syntax error', () => {
    const error = new SyntaxError("Unexpected token '='");
    error.stack = `/a/x.js:12\n  b: = 2\n     ^\n\nSyntaxError: Unexpected token '='\n    at wrapSafe`;
    expect(explainLoadError(error, '/a/x.js', 'sources/x.js')).toBe("sources/x.js:12: Unexpected token '='");
  });
});
