import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import * as guards from '../../core/extract/guard-errors';
import * as columns from '../../core/source/columns';
import * as define from '../../core/source/define-source';

const root = join(__dirname, '../..');
const text = readFileSync(join(root, 'docs/sources.md'), 'utf8');

/** The fenced examples, each with the line that it begins in. */
const examples = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ index, 1: code = '' }) => ({
  line: text.slice(0, index).split('\n').length + 1,
  code,
}));

const base = `name: 'acme', baseUrl: 'https://api.acme.example', auth: { type: 'none' }, limits: { requestsPerSecond: 50 }`;
const dataset = `{ name: 'things', request: { path: '/things' }, pagination: { type: 'single' }, records: '', key: ['id'], columns: { id: bigint() } }`;

/** An example as a source file: it is one, or a dataset of one, or options of one. */
function asFile(code: string): string {
  if (code.includes('defineSource(')) return code;
  const imports = `
    import { bigint, boolean, date, decimal, double, integer, json, timestamp, varchar } from '../core/source/columns';
    import { defineSource, secret } from '../core/source/define-source';`;
  if (code.startsWith('{'))
    return `${imports} export default defineSource({ ${base}, datasets: [${code}] });`;
  return `${imports} export default defineSource({ ${base}, datasets: [${dataset}], ${code} });`;
}

/** Runs a source file and returns its default export. */
function run(file: string): unknown {
  const { code } = transformSync(file, { loader: 'ts', format: 'cjs', logLevel: 'silent' });
  const modules: Readonly<Record<string, unknown>> = {
    '../core/source/columns': columns,
    '../core/source/define-source': define,
  };
  const required = (name: string): unknown => {
    if (!Object.hasOwn(modules, name)) throw new Error(`an example imports ${name}`);
    return modules[name];
  };
  const module = { exports: { default: undefined } };
  new Function('require', 'module', 'exports', code)(required, module, module.exports);
  return module.exports.default;
}

describe('docs/sources.md', () => {
  test('has examples of every kind of pagination and of slices', () => {
    expect(examples.length).toBeGreaterThanOrEqual(20);
    for (const type of [
      'page-number',
      'offset',
      'single',
      'cursor',
      'next-link',
      'keyset',
      'values',
      'windows',
      'records',
    ])
      expect(examples.map(({ code }) => code).join()).toContain(`type: '${type}'`);
  });

  test.each(examples.map(({ line, code }) => [line, code] as const))(
    'the example in line %i is a source that is accepted',
    (_line, code) => {
      expect(define.isDefinedSource(run(asFile(code)))).toBe(true);
    },
  );

  test('an example with a mistake would be refused', () => {
    expect(() => run(asFile('limits: { requestPerSecond: 1 },'))).toThrow(
      "did you mean 'requestsPerSecond'?",
    );
    expect(() => run(asFile('{ name: "x" }'))).toThrow("source 'acme' has");
  });

  test('names every option that a source file may hold', () => {
    const folder = join(root, 'core/source');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(-input|^column|^slices|^pagination)\.ts$/.test(file),
    );
    expect(files.length).toBeGreaterThanOrEqual(6);
    const options = files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/readonly (\w+)\??:/g)].map(
        ([, name = '']) => name,
      ),
    );
    // Of a built column, not of a source file; and the places of a built parameter are in examples.
    const inner = ['columnType', 'options', 'valueType', 'precision', 'scale'];
    const missing = [...new Set(options)].filter(
      (name) => !inner.includes(name) && !new RegExp(`\\b${name}\\b`).test(text),
    );
    expect(missing).toEqual([]);
  });

  test('names every guard, and no other', () => {
    const table = text.slice(text.indexOf('## Guards'), text.indexOf('## Coming from dlt'));
    const named = [...table.matchAll(/^\| `(\w+Error)` /gm)].map(([, name = '']) => name);
    expect(named.toSorted()).toEqual(Object.keys(guards).toSorted());
  });

  test('links only to headings that are there', () => {
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !headings.includes(link))).toEqual([]);
  });
});
