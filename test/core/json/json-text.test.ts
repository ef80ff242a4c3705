import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { elements, endOfValue, locate, members } from '../../../core/json/json-text';
import { pageBodies } from '../../../core/shape/page-bodies';

const folder = mkdtempSync(join(tmpdir(), 'json-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hostile = fc.jsonValue({
  stringUnit: fc.constantFrom('"', '\\', '{', ']', ',', ':', 'é', '😀', '\n', 'a'),
});
const spacing = fc.constantFrom(undefined, 1, '\t', '\r\n');

test('elements are the texts of an array’s values, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(hostile), hostile, fc.string(), spacing, (values, other, key, space) => {
      const json = Buffer.from(
        JSON.stringify([{ [`a${key}`]: other, [key]: { data: values } }], null, space),
      );
      const start = locate(json, [0, key, 'data']);
      expect(start).toBeDefined();
      if (start === undefined) return;
      const texts = [...elements(json, start)].map((span) => json.toString('utf8', span.start, span.end));
      expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)));
    }),
  );
});

test('members are an object’s keys and values in their order, those of one key each time', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), hostile)), spacing, (entries, space) => {
      const texts = entries.map(([key, value]) => [key, JSON.stringify(value, null, space)] as const);
      const text = ` {${texts.map(([key, value]) => `${JSON.stringify(key)} : ${value}`).join('\n,')} }`;
      const json = Buffer.from(text);
      const found = [...members(json, 1)].map(({ key, start }) => [
        key,
        json.toString('utf8', start, endOfValue(json, start)),
      ]);
      expect(found).toEqual(texts.map(([key, value]) => [key, value]));
    }),
  );
  expect([...members(Buffer.from('[{"a":1}]'), 0)]).toEqual([]);
});

test('a path that leads nowhere finds nothing', () => {
  const json = Buffer.from(' {"a": [1, {"b": 2}], "a": 3}');
  expect(locate(json, ['b'])).toBeUndefined();
  expect(locate(json, ['a', 2])).toBeUndefined();
  expect(locate(json, ['a', 'b'])).toBeUndefined();
  expect(locate(json, [0])).toBeUndefined();
  expect(locate(json, ['a', 1, 'b', 'c'])).toBeUndefined();
});

test('bodies come out of a file one by one, as they went in', async () => {
  const file = join(folder, 'bodies');
  const body = fc.oneof(hostile, fc.constantFrom([], {}, 5, -1.5e10, null, true, ''));
  await fc.assert(
    fc.asyncProperty(fc.array(body), spacing, async (bodies, space) => {
      writeFileSync(file, bodies.map((value) => `${JSON.stringify(value, null, space)}\n`).join(''));
      const found: unknown[] = [];
      for await (const { bytes, ended } of pageBodies(file)) {
        expect(ended).toBe(true);
        found.push(JSON.parse(bytes.toString('utf8')));
      }
      expect(found).toEqual(JSON.parse(JSON.stringify(bodies)));
    }),
  );
});

test('bodies longer than what is read at once come out whole', async () => {
  const file = join(folder, 'long');
  const lengths = [3_000_000, 10, 1_048_570, 2_500_000];
  writeFileSync(file, lengths.map((length) => `["${'é'.repeat(length)}"]\n`).join(''));
  const found: number[] = [];
  for await (const { bytes } of pageBodies(file)) found.push(JSON.parse(bytes.toString('utf8'))[0].length);
  expect(found).toEqual(lengths);
});
