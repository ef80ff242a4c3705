import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import * as guards from '../../core/extract/guard-errors';
import {
  athenaType,
  columnTypes,
  glueType,
  javascriptType,
  parquetType,
  sparkType,
} from '../../core/shape/type/column-types';
import { sqlType } from '../../core/shape/type/sql-type';
import type { Column } from '../../core/source/column';
import * as columns from '../../core/source/columns';
import * as define from '../../core/source/define-source';
import { shaping } from '../../core/source/schema/shaping-schema';

const root = join(__dirname, '../..');
const text = readFileSync(join(root, 'docs/sources.md'), 'utf8');
const shapingText = readFileSync(join(root, 'docs/shaping.md'), 'utf8');

/** The fenced examples of a page, each with the line that it begins in. */
function examplesIn(page: string) {
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ index, 1: code = '' }) => ({
    line: page.slice(0, index).split('\n').length + 1,
    code,
  }));
}

const examples = examplesIn(text);

const base = `name: 'acme', baseUrl: 'https://api.acme.example', auth: { type: 'none' }, limits: { requestsPerSecond: 50 }`;
const required = `name: 'things', request: { path: '/things' }, pagination: { type: 'single' }, records: '', key: ['id']`;
const dataset = `{ ${required}, columns: { id: bigint() } }`;
const imports = `
    import { ${Object.keys(columns).join(', ')} } from '../core/source/columns';
    import { defineSource, secret } from '../core/source/define-source';`;

/** An example as a source file: it is one, or a dataset of one, or options of one. */
function asFile(code: string): string {
  if (code.includes('defineSource(')) return code;
  if (code.startsWith('{'))
    return `${imports} export default defineSource({ ${base}, datasets: [${code}] });`;
  return `${imports} export default defineSource({ ${base}, datasets: [${dataset}], ${code} });`;
}

/** The same of the page on shaping, whose examples are datasets, or options of one. */
function asDatasetFile(code: string): string {
  if (code.startsWith('{')) return asFile(code);
  return `${imports} const options = { ${code} };
    const columns = { id: bigint(), ...options.columns };
    export default defineSource({ ${base}, datasets: [{ ${required}, ...options, columns }] });`;
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

/** The column that an expression of builders makes. */
function built(code: string): Column {
  return new Function(...Object.keys(columns), `return ${code}`)(...Object.values(columns));
}

/** What links within a page lead to. */
function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The names of everything that interfaces of a folder of core/source declare, in files whose names match. */
function optionsIn(pattern: RegExp): readonly string[] {
  const folder = join(root, 'core/source');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    pattern.test(file),
  );
  const named = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/readonly (\w+)\??:/g)].map(
      ([, name = '']) => name,
    ),
  );
  return [...new Set(named)];
}

function unnamed(options: readonly string[], page: string): readonly string[] {
  return options.filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
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
    const options = optionsIn(/(-input|^slices|^pagination)\.ts$/);
    expect(options.length).toBeGreaterThan(80);
    // Of a format; they are on the page on shaping.
    const elsewhere = ['compression', 'rowGroupSize', 'sorted', 'neutralise'];
    expect(unnamed(options, text).filter((name) => !elsewhere.includes(name))).toEqual([]);
    expect(unnamed(elsewhere, shapingText)).toEqual([]);
  });

  test('names every guard, and no other', () => {
    const table = text.slice(text.indexOf('## Guards'), text.indexOf('## Coming from dlt'));
    const named = [...table.matchAll(/^\| `(\w+Error)` /gm)].map(([, name = '']) => name);
    expect(named.toSorted()).toEqual(Object.keys(guards).toSorted());
  });

  test.each([
    ['sources.md', text],
    ['shaping.md', shapingText],
  ])('%s links only to headings that are there', (_name, page) => {
    const links = [...page.matchAll(/\]\(([\w.]*)#([^)]+)\)/g)];
    const pages: Readonly<Record<string, string>> = {
      '': page,
      'sources.md': text,
      'shaping.md': shapingText,
      'deploy.md': readFileSync(join(root, 'docs/deploy.md'), 'utf8'),
    };
    expect(links.length).toBeGreaterThan(10);
    const dangling = links.filter(
      ([, to = '', heading = '']) => !headingsOf(pages[to] ?? '').includes(heading),
    );
    expect(dangling.map(([link]) => link)).toEqual([]);
  });
});

describe('docs/shaping.md', () => {
  const shapingExamples = examplesIn(shapingText);

  test('has examples of every builder', () => {
    const code = shapingExamples.map((example) => example.code).join('\n');
    const missing = Object.keys(columns).filter((name) => !code.includes(`${name}(`));
    expect(missing).toEqual([]);
    expect(shapingExamples.length).toBeGreaterThanOrEqual(14);
  });

  test.each(shapingExamples.map(({ line, code }) => [line, code] as const))(
    'the example in line %i is a source that is accepted',
    (_line, code) => {
      expect(define.isDefinedSource(run(asDatasetFile(code)))).toBe(true);
    },
  );

  test('an example with a mistake would be refused', () => {
    expect(() => run(asDatasetFile('lineage: ["_run"],'))).toThrow("source 'acme' has 1 problem");
    expect(() => run(asDatasetFile('columns: { a: varchar({ trim: true }) },'))).toThrow('an unknown option');
  });

  test('names every option of a column and of a dataset', () => {
    // Of a built column, not of a source file.
    const inner = ['columnType', 'options', 'valueType', 'of', 'fields', 'path'];
    const options = optionsIn(/^column\.ts$/).filter((name) => !inner.includes(name));
    expect(options).toEqual(expect.arrayContaining(['elementIndex', 'verbatim', 'onUnfit', 'keepFirst']));
    expect(unnamed(options, shapingText)).toEqual([]);
    expect(unnamed(Object.keys(shaping), shapingText)).toEqual([]);
  });

  /** The rows of the tables that begin with a builder, by its code: the texts of the other cells. */
  const rowsByBuilder = [...shapingText.matchAll(/^\| `([a-z]+\(.*?\))` \| (.*) \|$/gm)].map(
    ([, code = '', cells = '']) => ({
      columnType: built(code).columnType,
      code,
      cells: cells.split(/(?<!\\)\|/).map((cell) => cell.trim()),
    }),
  );

  test('says what every type is where tables are read', () => {
    const read = rowsByBuilder.filter(({ cells }) => cells.length === 6);
    const expected = read.map(({ columnType: type, code }) => ({
      code,
      cells: [parquetType, glueType, athenaType, sparkType, sqlType, javascriptType].map(
        (nameOf) => `\`${nameOf(type).replaceAll('|', '\\|')}\``,
      ),
    }));
    expect(read).toMatchObject(expected);
    expect(read.map(({ columnType }) => columnType.type)).toEqual(Object.keys(columnTypes));
  });

  test('names every rule that a record can break', () => {
    const source = readFileSync(join(root, 'core/shape/rules.ts'), 'utf8');
    const rules = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, rule = '']) => rule);
    expect(rules.length).toBeGreaterThanOrEqual(12);
    expect(rules.filter((rule) => !shapingText.includes(`\`${rule}\``))).toEqual([]);
  });
});
