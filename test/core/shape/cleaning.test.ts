import fc from 'fast-check';
import { ConfigurationError } from '../../../core/errors';
import type { ColumnOptions, ColumnType } from '../../../core/source/column';
import { column, dataset, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const bodyOf = (values: readonly unknown[]) => JSON.stringify({ data: values.map((v) => ({ v })) });

/** What becomes of texts in a column with options: values, and the rules that were broken. */
async function shaped(
  options: ColumnOptions,
  texts: readonly unknown[],
  type: ColumnType = { type: 'varchar' },
) {
  const { rows, unfit } = await bench.shape(dataset({ v: column(type, undefined, options) }), [
    bodyOf(texts),
  ]);
  return [...rows.map(({ v }) => v), ...unfit.map(({ rule, value }) => [rule, value])];
}

test.each<[ColumnOptions, unknown[], unknown[]]>([
  [{}, [' a\t', '', ' ', null, 'b'], ['a', null, null, null, 'b']],
  [{ verbatim: true }, [' a\t', '', ' ', null], [' a\t', '', ' ', null]],
  [{ nfc: true }, ['e\u0301'], ['é']],
  [{ collapse: true }, [' a \n\t b  c '], ['a b c']],
  [{ collapse: true, verbatim: true }, ['  a  b '], [' a b ']],
  [{ case: 'upper' }, ['Übermaß'], ['ÜBERMAẞ']],
  [{ case: 'lower' }, ['ÀB'], ['àb']],
  [{ replace: { pattern: '[^0-9]' } }, ['+49 (30) 1', 'none'], ['49301', null]],
  [{ replace: { pattern: '[^0-9]' }, verbatim: true }, ['none'], ['']],
  [{ replace: { pattern: '(a+)(b)', with: '\\2-\\1' } }, ['aab ab'], ['b-aa b-a']],
  [
    {
      replace: [
        { pattern: 'a', with: 'b' },
        { pattern: 'b+', with: "'c'" },
      ],
    },
    ['aab'],
    ["'c'"],
  ],
  [{ nullIf: ['n/a', "it's", '\u0000'] }, ['n/a', "it's", '\u0000', 'N/A'], [null, null, null, 'N/A']],
  [{ nullIf: ['n/a'], case: 'lower' }, ['N/A '], [null]],
  [
    { values: { Y: 'true', "'": '-', ['__proto__']: 'p' } },
    ['Y', "'", 'y', '__proto__'],
    ['true', '-', 'y', 'p'],
  ],
  [{ values: { 'n/a': '' } }, ['n/a'], [null]],
  [{ values: { a: 'b', b: 'c' } }, ['a', 'b'], ['b', 'c']],
  [{ sql: "value || '!'" }, ['a', null], ['a!', null]],
  [{ default: 'x' }, [null, '', ' ', 'a'], ['x', 'x', 'x', 'a']],
  [{ default: 'x', sql: "nullif(value, 'a')" }, ['a', 'b'], ['x', 'b']],
  [{ default: 'x', verbatim: true }, [null, ''], ['x', '']],
  [{ default: 'x', required: true }, [null], ['x']],
  [{ pattern: '[A-Z]{2}' }, ['DE', 'DEU', null, 'D'], ['DE', null, ['pattern', 'DEU'], ['pattern', 'D']]],
  [{ enum: ['a', "b'"], case: 'lower' }, ['A', "B'", 'c', null], ['a', "b'", null, ['enum', 'c']]],
  [{ min: 'b', max: 'c' }, ['b', 'c', 'a', 'd', null], ['b', 'c', null, ['min', 'a'], ['max', 'd']]],
])('%j', async (options, texts, expected) => {
  expect(await shaped(options, texts)).toEqual(expected);
});

test.each<[ColumnType, ColumnOptions, unknown[], unknown[]]>([
  [
    { type: 'boolean' },
    { values: { Y: 'true', N: 'false' } },
    ['Y', 'N ', true, 'x'],
    [true, false, true, ['type', 'x']],
  ],
  [{ type: 'bigint' }, { nullIf: ['-1'], default: 0 }, [-1, ' 5 ', ''], ['0', '5', '0']],
  [
    { type: 'bigint' },
    { replace: { pattern: '[.]' } },
    ['9.007.199.254.740.993', 1.5],
    ['9007199254740993', '15'],
  ],
  [
    { type: 'bigint' },
    { min: 0, max: '9223372036854775806' },
    ['9223372036854775806', '9223372036854775807', -1],
    ['9223372036854775806', ['max', '9223372036854775807'], ['min', '-1']],
  ],
  [{ type: 'integer' }, { min: 0.5, max: 2.5 }, [0, 1, 2, 3], [1, 2, ['min', '0'], ['max', '3']]],
  [
    { type: 'decimal', precision: 5, scale: 2 },
    { min: '0.005', max: 1e9 },
    ['0.00', '0.01', '999.99'],
    ['0.01', '999.99', ['min', '0.00']],
  ],
  [
    { type: 'hugeint' },
    { max: '1e30' },
    ['1000000000000000000000000000000', '1000000000000000000000000000001'],
    ['1000000000000000000000000000000', ['max', '1000000000000000000000000000001']],
  ],
  [{ type: 'double' }, { min: 0.1 }, [0.1, 0.09], [0.1, ['min', '0.09']]],
  [
    { type: 'date' },
    { min: '2024-01-01' },
    ['2024-01-01', '2023-12-31'],
    ['2024-01-01', ['min', '2023-12-31']],
  ],
  [
    { type: 'timestamp' },
    { max: '2024-01-01T00:00:00Z' },
    ['2024-01-01T01:00:00+01:00', '2024-01-01T00:00:01Z'],
    ['2024-01-01 00:00:00+00', ['max', '2024-01-01T00:00:01Z']],
  ],
  [
    { type: 'time' },
    { min: '08:00' },
    ['08:00', '7:59', '07:59'],
    ['08:00:00', ['type', '7:59'], ['min', '07:59']],
  ],
  [
    { type: 'uuid' },
    { case: 'lower' },
    ['6F9619FF-8B86-D011-B42D-00C04FC964FF'],
    ['6f9619ff-8b86-d011-b42d-00c04fc964ff'],
  ],
  [
    { type: 'bigint' },
    { required: true },
    ['', ' ', null, 1],
    ['1', ['required', ''], ['required', ' '], ['required', null]],
  ],
  [
    { type: 'timestamp', format: 'epoch-seconds' },
    {},
    [1700000000, '1700000000.5'],
    ['2023-11-14 22:13:20+00', '2023-11-14 22:13:20.5+00'],
  ],
  [
    { type: 'list', of: column('bigint') },
    { required: true },
    [[1, null], null, [1.5]],
    [
      ['1', null],
      ['required', null],
      ['type', '[1.5]'],
    ],
  ],
])('%j with %j', async (type, options, texts, expected) => {
  expect(await shaped(options, texts, type)).toEqual(expected);
});

test('reasons say what was expected', async () => {
  const columns = {
    a: column('bigint', undefined, { min: 3 }),
    b: column({ type: 'varchar' }, 'x.b', { pattern: '[a-z]+', required: true }),
    c: column({ type: 'varchar' }, undefined, { enum: ['1', '2', '3', '4', '5', '6', '7'] }),
    d: column({ type: 'date', format: '%d.%m.%Y' }),
    e: column({ type: 'list', of: column('bigint') }),
    f: column({ type: 'decimal', precision: 4, scale: 1 }),
  };
  const good = { a: 3, x: { b: 'b' }, c: '1', d: '29.02.2024', e: [1], f: '1.5' };
  const bad = [
    { a: 2 },
    { x: { b: 'B' } },
    { x: {} },
    { c: '8' },
    { d: '30.02.2024' },
    { e: 5 },
    { f: '1.55' },
  ];
  const { unfit, staged } = await bench.shape(dataset(columns), [
    JSON.stringify({ data: [good, ...bad.map((each) => ({ ...good, ...each }))] }),
  ]);
  expect(staged).toBe(1);
  expect(unfit.map(({ column: name, rule, value, reason }) => [name, rule, value, reason])).toEqual([
    ['a', 'min', '2', "'2' is below 3"],
    ['b', 'pattern', 'B', "'B' does not match [a-z]+"],
    ['b', 'required', null, "'x.b' has no value, and one is required"],
    ['c', 'enum', '8', "'8' is none of '1', '2', '3', '4', '5' and 2 others"],
    ['d', 'type', '30.02.2024', "'30.02.2024' is not a date in the format '%d.%m.%Y'"],
    ['e', 'type', '5', '5 is not a list of bigint'],
    ['f', 'type', '1.55', "'1.55' is not a decimal(4,1)"],
  ]);
});

test.each<[ColumnOptions, string]>([
  [
    { pattern: '(' },
    "column 'v' of cities: its pattern must be a regular expression (RE2), but ( is none: missing ): (",
  ],
  [{ pattern: '(?=a)' }, 'is none: invalid perl operator'],
  [
    { replace: { pattern: '[' } },
    "column 'v' of cities: the pattern to replace must be a regular expression",
  ],
  [
    { replace: { pattern: '(a)', with: '\\2' } },
    "column 'v' of cities: '\\2' cannot stand for a match of (a)",
  ],
  [
    {
      replace: [
        { pattern: 'a', with: 'b' },
        { pattern: 'c', with: '\\' },
      ],
    },
    "column 'v' of cities: '\\' cannot stand",
  ],
])('%j is refused', async (options, message) => {
  const shaping = shaped(options, ['a']);
  await expect(shaping).rejects.toThrow(ConfigurationError);
  await expect(shaping).rejects.toThrow(message);
});

describe('the steps, in their order', () => {
  const letters = 'abAB 1-\t';
  const text = fc.oneof(
    { weight: 5, arbitrary: fc.string({ unit: fc.constantFrom(...letters), maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  const some = fc.string({ unit: fc.constantFrom(...letters.replace('\t', '')), maxLength: 3 });
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const replacement = fc.constantFrom(
    { pattern: '[0-9]' },
    { pattern: '(a)(b)', with: '\\2\\1' },
    { pattern: 'a+', with: 'A' },
    { pattern: '^-', with: '' },
    { pattern: ' +$', with: '--' },
  );
  const options = fc.record({
    verbatim: optional(fc.boolean()),
    collapse: optional(fc.boolean()),
    case: optional(fc.constantFrom('lower' as const, 'upper' as const)),
    replace: optional(fc.oneof(replacement, fc.array(replacement, { maxLength: 3 }))),
    nullIf: optional(fc.array(some, { maxLength: 3 })),
    values: optional(fc.dictionary(some, some, { maxKeys: 3 })),
    default: optional(some),
    required: optional(fc.boolean()),
    pattern: optional(fc.constantFrom('[ab ]*', '.{0,3}', '[^1]*')),
    enum: optional(fc.array(some, { minLength: 1, maxLength: 6 })),
  });
  type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

  /** What the options say, in plain TypeScript. */
  function oracle(o: Options, raw: string | null): { value: string | null } | { rule: string } {
    const orNull = (value: string | null) => (o.verbatim || value !== '' ? value : null);
    let value = o.verbatim ? raw : orNull(raw?.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '') ?? null);
    if (value !== null) {
      if (o.collapse) value = value.replace(/[ \t\n\r]+/g, ' ');
      if (o.case) value = o.case === 'lower' ? value.toLowerCase() : value.toUpperCase();
      for (const { pattern, with: by = '' } of [o.replace ?? []].flat())
        value = value.replace(new RegExp(pattern, 'g'), by.replace(/\\(\d)/g, '$$$1'));
      value = orNull(value);
    }
    if (value !== null && o.nullIf?.includes(value)) value = null;
    if (value !== null && o.values)
      value = orNull(Object.getOwnPropertyDescriptor(o.values, value)?.value ?? value);
    value ??= o.default ?? null;
    if (value === null) return o.required ? { rule: 'required' } : { value };
    if (o.pattern !== undefined && !new RegExp(`^(?:${o.pattern})$`).test(value)) return { rule: 'pattern' };
    return o.enum && !o.enum.includes(value) ? { rule: 'enum' } : { value };
  }

  test('do what they say, in any combination', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(text, { maxLength: 12 }), async (given, texts) => {
        const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const { rows, unfit } = await bench.shape(
          dataset({ at: column('bigint'), v: column({ type: 'varchar' }, undefined, set) }),
          [JSON.stringify({ data: texts.map((v, at) => ({ at, v })) })],
        );
        const outcomes = new Map<number, unknown>([
          ...rows.map((row) => [Number(row.at), { value: row.v }] as const),
          ...unfit.map(({ position, rule }) => [position, { rule }] as const),
        ]);
        expect(texts.map((_, at) => outcomes.get(at))).toEqual(texts.map((each) => oracle(given, each)));
      }),
      { numRuns: Number(process.env.SHAPE_RUNS ?? 100) },
    );
  });
});
