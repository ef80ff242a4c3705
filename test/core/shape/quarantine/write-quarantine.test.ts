import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type UnfitRecord, writeQuarantine } from '../../../../core/shape/quarantine/write-quarantine';
import type { Column, Mask } from '../../../../core/source/column';
import { type Path, parsePath } from '../../../../core/source/path';
import type { Dataset } from '../../../../core/source/source';
import { aDataset } from '../../../support/source-fixture';

const folder = mkdtempSync(join(tmpdir(), 'quarantine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const salts = new Map([['salt', 'pepper']]);
const sha256: Mask = { type: 'sha256', salt: { secret: 'salt' } };
const hashOf = (text: string) => createHash('sha256').update(`pepper${text}`).digest('hex');

const unfitAt = (ordinal: number, position: number, changes: Partial<UnfitRecord> = {}): UnfitRecord => ({
  ...{ ordinal, position, column: 'price', rule: 'type', value: 'n/a', reason: "'n/a' is not a price" },
  ...changes,
});

const masked = (mask: Mask, path: string, options: Column['options'] = {}): Column => ({
  columnType: { type: 'varchar' },
  path,
  options: { mask, ...options },
});

/** Writes unfit records of bodies, and gives back the file's lines. */
async function linesOf(
  bodies: readonly string[],
  unfit: readonly UnfitRecord[],
  dataset: Dataset = aDataset(),
  records: Path = ['data'],
): Promise<string[]> {
  const pagesFile = join(folder, 'pages');
  const quarantineFile = join(folder, 'quarantine.jsonl.gz');
  writeFileSync(pagesFile, bodies.map((body) => `${body}\n`).join(''));
  const origins = bodies.map((_, page) => ({
    ...{ slice: 's-1', page: page + 7, parameters: {}, fetchedAt: '2026-01-31T03:00:00.000Z' },
  }));
  const files = { pagesFile, quarantineFile, records, origins, dataset, salts };
  expect(await writeQuarantine(unfit, files)).toBe(unfit.length);
  return gunzipSync(readFileSync(quarantineFile)).toString('utf8').split('\n').slice(0, -1);
}

/** What stands for one record of a dataset with these columns. */
async function shownAs(record: string, columns: Record<string, Column>, changes: Partial<Dataset> = {}) {
  const [line = ''] = await linesOf([`[${record}]`], [unfitAt(0, 0)], aDataset({ columns, ...changes }), []);
  return line.slice(line.indexOf('"record":') + '"record":'.length, -1);
}

describe('a line', () => {
  it('says where the record stands, what is wrong with it, and what it is', async () => {
    expect(
      await linesOf(
        ['{"data":[{"a":1}]}', '{"data":[{},{"b":2}]}'],
        [unfitAt(0, 0), unfitAt(1, 1, { element: 3, column: undefined, rule: 'object', value: undefined })],
      ),
    ).toEqual([
      `{"slice":"s-1","page":7,"position":0,"column":"price","rule":"type","value":"n/a","reason":"'n/a' is not a price","record":{"a":1}}`,
      `{"slice":"s-1","page":8,"position":1,"element":3,"column":null,"rule":"object","value":null,"reason":"'n/a' is not a price","record":{"b":2}}`,
    ]);
  });

  it('holds the source’s own bytes, on one line', async () => {
    const record = '{"n": 0.1000000000000000055, "big":1e400,\r\n\t"s":"\\ud800 ü \\u0000", "k":1, "k":2 }';
    expect(await shownAs(record, aDataset().columns)).toBe(record.replace('\r\n', '  '));
  });

  it('comes in the order of the records, however they are given', async () => {
    const bodies = ['[0,1,2]', '[3,4]'];
    const unfit = [
      unfitAt(1, 0, { element: 1 }),
      unfitAt(0, 2),
      unfitAt(1, 0, { element: 0 }),
      unfitAt(0, 0),
    ];
    const lines = await linesOf(bodies, unfit, aDataset(), []);
    expect(lines.map((line) => JSON.parse(line)).map(({ record, element }) => [record, element])).toEqual([
      [0, undefined],
      [2, undefined],
      [3, 0],
      [3, 1],
    ]);
  });

  it('repeats a short record for each of its elements, and a long one for the first only', async () => {
    const long = `"${'x'.repeat(70_000)}"`;
    const twice = (position: number) => [0, 1].map((element) => unfitAt(0, position, { element }));
    const lines = await linesOf([`[${long},"y"]`], [...twice(0), ...twice(1)], aDataset(), []);
    expect(lines.map((line) => JSON.parse(line).record?.length ?? null)).toEqual([70_000, null, 1, 1]);
  });

  it('is not written for a record that is not there', async () => {
    await expect(linesOf(['[1]'], [unfitAt(0, 1)], aDataset(), [])).rejects.toThrow(
      'record 1 of body 0 cannot be found again',
    );
    await expect(linesOf(['[1]'], [unfitAt(1, 0)], aDataset(), [])).rejects.toThrow(
      'body 1 cannot be found again',
    );
  });
});

describe('the value of a masked column', () => {
  it('is replaced by what the table shows, and nothing else is touched', async () => {
    const record = '{ "id": 1.0, "mail" : " a@b.c\\n", "iban":"DE4412345678", "pin":1234 ,"x":[1 , 2]}';
    const columns = {
      mail: masked(sha256, 'mail'),
      iban: masked({ type: 'partial', keepLast: 4 }, 'iban'),
      pin: masked('drop', 'pin'),
    };
    expect(await shownAs(record, columns)).toBe(
      `{ "id": 1.0, "mail" : "${hashOf('a@b.c')}", "iban":"********5678", "pin":null ,"x":[1 , 2]}`,
    );
  });

  it.each([
    ['a number’s text', '{"v":1.50}', hashOf('1.50')],
    ['a document’s text', '{"v":{"a": 1}}', hashOf('{"a": 1}')],
    ['an unescaped text', String.raw`{"v":"\u00fc\/"}`, hashOf('ü/')],
  ])('is masked as %s', async (_, record, hash) => {
    expect(await shownAs(record, { v: masked(sha256, 'v') })).toBe(`{"v":"${hash}"}`);
  });

  it('is masked with its white space where the column keeps it', async () => {
    expect(await shownAs('{"v":" a "}', { v: masked(sha256, 'v', { verbatim: true }) })).toBe(
      `{"v":"${hashOf(' a ')}"}`,
    );
  });

  it.each(['null', '" "', '""'])('stays nothing where it is %s', async (value) => {
    expect(await shownAs(`{"v":${value}}`, { v: masked(sha256, 'v') })).toBe('{"v":null}');
  });

  it('is replaced as often as its key occurs', async () => {
    expect(await shownAs('{"a":{"b":"x"},"a":{"b":"y","b":"z"}}', { b: masked('drop', 'a.b') })).toBe(
      '{"a":{"b":null},"a":{"b":null,"b":null}}',
    );
  });

  it('is found by index, and in every element of an exploded list', async () => {
    expect(await shownAs('{"a":["x","y"]}', { a: masked('drop', 'a[1]') })).toBe('{"a":["x",null]}');
    const columns = { mail: masked('drop', 'items[].mail'), all: masked('drop', 'tags') };
    expect(
      await shownAs('{"items":[{"mail":"x"},{"n":1},{"mail":"y"}],"tags":[1]}', columns, {
        explode: 'items',
      }),
    ).toBe('{"items":[{"mail":null},{"n":1},{"mail":null}],"tags":null}');
  });

  it('is found where the element itself is the value', async () => {
    const columns = { tag: masked('drop', 'tags[]') };
    expect(await shownAs('{"tags":["x",null,{"y":1}]}', columns, { explode: 'tags' })).toBe(
      '{"tags":[null,null,null]}',
    );
    expect(await shownAs('{"tags":"x"}', columns, { explode: 'tags' })).toBe('{"tags":null}');
  });

  it('takes with it what stands in its way', async () => {
    const columns = { mail: masked('drop', 'contact.mail') };
    expect(await shownAs('{"contact":"a@b.c","id":1}', columns)).toBe('{"contact":null,"id":1}');
    expect(await shownAs('{"contact":[{"mail":"a@b.c"}]}', columns)).toBe('{"contact":null}');
    expect(await shownAs('"a@b.c"', columns)).toBe('null');
    expect(await shownAs('{"contact":null}', columns)).toBe('{"contact":null}');
  });

  it('is masked once where one masked value is in another', async () => {
    const columns = { inner: masked('drop', 'a.b'), outer: masked(sha256, 'a') };
    expect(await shownAs('{"a":{"b":"x"},"c":1}', columns)).toBe(`{"a":"${hashOf('{"b":"x"}')}","c":1}`);
  });

  it('is not looked for where the column takes its value from elsewhere', async () => {
    const columns = { v: masked('drop', 'v', { slice: 'v' }), w: masked('drop', 'w', { derived: '1' }) };
    expect(await shownAs('{"v":"x","w":1}', columns)).toBe('{"v":"x","w":1}');
  });

  it('may be anywhere in a record that is transformed, so none of it is shown', async () => {
    const columns = { v: masked('drop', 'v') };
    expect(await shownAs('{"V":"x"}', columns, { transform: (record) => record })).toBe('null');
    expect(await shownAs('{"V":"x"}', aDataset().columns, { transform: (record) => record })).toBe(
      '{"V":"x"}',
    );
  });

  it('is in no line in clear, wherever it stands', async () => {
    const secret = 'top-secret-value';
    const key = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(key, { minLength: 1, maxLength: 3 });
    const noise = fc.jsonValue({ maxDepth: 2 });
    await fc.assert(
      fc.asyncProperty(
        path,
        noise,
        fc.nat(3),
        fc.constantFrom(undefined, 1, '\t'),
        async (steps, other, stop, space) => {
          // Also where the way ends too early: the text then stands where an object should be
          const way = steps.slice(0, Math.max(1, steps.length - stop));
          const value = way.reduceRight<unknown>((inner, step) => ({ z: other, [step]: inner }), secret);
          const shown = await shownAs(JSON.stringify(value, null, space), {
            v: masked(sha256, steps.join('.')),
          });
          expect(shown).not.toContain(secret);
          expect(parsePath(steps.join('.')).length).toBe(steps.length);
          expect(JSON.stringify(JSON.parse(shown))).toContain(JSON.stringify(other));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is refused without its salt', async () => {
    const columns = { v: masked({ type: 'sha256', salt: { secret: 'other' } }, 'v') };
    await expect(shownAs('{"v":"x"}', columns)).rejects.toThrow("the salt 'other' has not been read");
  });
});
