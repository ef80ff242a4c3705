import type { Column } from '../../../../core/source/column';
import {
  bigint,
  boolean,
  date,
  decimal,
  double,
  hugeint,
  integer,
  json,
  list,
  map,
  struct,
  time,
  timestamp,
  uuid,
  varchar,
} from '../../../../core/source/columns';
import { defineSource, secret } from '../../../../core/source/define-source';
import { type Problem, SourceDefinitionError } from '../../../../core/source/problems';

/** A source with a column x beside its key, as a plain JavaScript file could hand it over. */
function withColumn(x: unknown, changes: object = {}): unknown {
  return withDataset({ columns: { id: bigint(), price: double(), x }, ...changes });
}

function withDataset(changes: object): unknown {
  return withDatasets(dataset(changes));
}

/** Options that are undefined are as good as left out. */
function dataset(changes: object): object {
  return {
    name: 'things',
    request: { path: '/things' },
    pagination: { type: 'single' },
    records: '',
    key: ['id'],
    columns: { id: bigint() },
    keepRaw: false,
    ...changes,
  };
}

function withDatasets(...datasets: readonly object[]): unknown {
  const limits = { requestsPerSecond: 50 };
  return { name: 'shop', baseUrl: 'https://api.example.com', auth: { type: 'none' }, limits, datasets };
}

/** Calls a builder with what its types refuse. */
function untyped(build: unknown, ...given: readonly unknown[]): unknown {
  if (typeof build !== 'function') throw new TypeError('no builder');
  return build(...given);
}

function problemsOf(input: unknown): readonly Problem[] {
  const define: (input: never) => unknown = defineSource;
  try {
    // What a plain JavaScript file could hand over.
    define(input as never);
  } catch (error) {
    if (error instanceof SourceDefinitionError) return error.problems;
    throw error;
  }
  return [];
}

const sha256 = { type: 'sha256', salt: secret('shop/salt') } as const;

/** Lists in lists. */
function nested(depth: number): Column {
  return depth === 0 ? bigint() : list(nested(depth - 1));
}

/** A column x, and the one problem it has: below its path, received, a part of what is allowed. */
const refusedColumns: readonly (readonly [string, unknown, string, string, string])[] = [
  ['two origins', varchar({ page: 'a', derived: 'price' }), '.derived', "'price'", 'page says'],
  ['a path and a page', varchar('a', { page: 'b' }), '.path', "'a'", 'page says'],
  ['a page that is the whole body', varchar({ page: '' }), '.page', "''", 'a path'],
  [
    'elements where nothing is exploded',
    varchar('items[].sku'),
    '.path',
    "'items[].sku'",
    "explode: 'items'",
  ],
  ['elements of elements', varchar('a[].b[].c'), '.path', "'a[].b[].c'", 'character 6: only one list'],
  ['elements of the record itself', varchar('[].a'), '.path', "'[].a'", 'explode'],
  ['a place in no list', integer({ elementIndex: true }), '.elementIndex', 'true', "explode: 'items'"],
  [
    'a derivation of nothing',
    double({ derived: "1 + 'price'" }),
    '.derived',
    "'1 + 'price''",
    "'id' or 'price'",
  ],
  ['a derivation of itself', double({ derived: 'x * 2' }), '.derived', "'x * 2'", "'id' or 'price'"],
  ['a blank derivation', varchar({ derived: ' ' }), '.derived', "' '", 'an expression'],

  ['white space of a number', bigint({ verbatim: true }), '.verbatim', 'true', 'varchar only'],
  ['an unknown case', untyped(varchar, { case: 'title' }), '.case', "'title'", "'lower' or 'upper'"],
  [
    'an unbalanced replacement',
    varchar({ replace: { pattern: '(' } }),
    '.replace.pattern',
    "'('",
    'unterminated group',
  ],
  [
    'an empty one in a list',
    varchar({ replace: [{ pattern: '' }] }),
    '.replace[0].pattern',
    "''",
    'it is empty',
  ],
  ['no replacement', varchar({ replace: [] }), '.replace', 'a list of 0', 'at least one'],
  [
    'a group that is not there',
    varchar({ replace: { pattern: '(a)', with: '\\2' } }),
    '.replace.with',
    "'\\\\2'",
    'groups up to \\1',
  ],
  [
    'a misspelt replacement',
    untyped(varchar, { replace: { pattern: 'a', wiht: '' } }),
    '.replace.wiht',
    'an unknown option',
    "'with'",
  ],
  ['values that are no texts', untyped(varchar, { values: { Y: true } }), '.values.Y', 'true', 'a text'],
  [
    'an unknown policy',
    untyped(varchar, { onUnfit: 'ignore' }),
    '.onUnfit',
    "'ignore'",
    "'quarantine', 'null' or 'fail'",
  ],
  [
    'a value that must be there and may be null',
    varchar({ required: true, onUnfit: 'null' }),
    '.onUnfit',
    "'null'",
    'cannot become null',
  ],
  ['no text at all', varchar({ enum: [] }), '.enum', 'a list of 0', 'at least one'],
  ['an unbalanced pattern', varchar({ pattern: '[a' }), '.pattern', "'[a'", 'unterminated character class'],

  ['a bound that is none', integer({ min: 'abc' }), '.min', "'abc'", '32 bits'],
  ['a bound beyond the type', integer({ max: 2 ** 31 }), '.max', '2147483648', '32 bits'],
  ['a bound that a number rounds', bigint({ max: 2 ** 53 }), '.max', '9007199254740992', 'as a text'],
  ['a bound without order', boolean({ min: 'false' }), '.min', "'false'", 'no order'],
  [
    'a bound of names',
    uuid({ max: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' }),
    '.max',
    "'6f9619ff-8b86-4d01-b42d-00cf4fc964ff'",
    'no order',
  ],
  ['a number for a text', varchar({ min: 5 }), '.min', '5', 'a text'],
  ['a number for a day', date({ min: 2020 }), '.min', '2020', "such as '2020-01-31'"],
  ['a day that no calendar has', date({ max: '2023-02-29' }), '.max', "'2023-02-29'", 'a day'],
  [
    'a day in another form',
    date({ format: '%d.%m.%Y', min: '31.12.2020' }),
    '.min',
    "'31.12.2020'",
    '2020-01-31',
  ],
  ['an hour that no day has', time({ min: '24:00' }), '.min', "'24:00'", 'a time of day'],
  ['bounds the wrong way round', bigint({ min: '10', max: 9 }), '.min', "'10'", 'at most max, which is 9'],
  [
    'moments the wrong way round',
    timestamp({ min: '2020-01-01T00:30+01:00', max: '2019-12-31T23:00Z' }),
    '.min',
    "'2020-01-01T00:30+01:00'",
    'at most max',
  ],
  ['more digits than a decimal has', decimal(4, 2, { max: '100' }), '.max', "'100'", '4 digits, 2 of them'],
  ['a bound that is not finite', double({ max: Infinity }), '.max', 'Infinity', 'a number'],
  ['a default that is none', bigint({ default: '1.5' }), '.default', "'1.5'", '64 bits'],
  ['a default of another type', bigint({ default: true }), '.default', 'true', '64 bits'],
  ['no default', double({ default: '' }), '.default', "''", 'a number'],
  ['a text that is no number', hugeint({ enum: ['1', 'x'] }), '.enum[1]', "'x'", '38 digits'],

  ['a format of nothing', date({ format: 'dd.mm.yyyy' }), '.format', "'dd.mm.yyyy'", '%d.%m.%Y'],
  [
    'a misspelt format',
    timestamp({ format: 'epoch-milis' }),
    '.format',
    "'epoch-milis'",
    "did you mean 'epoch-millis'?",
  ],
  ['an offset of a day', date({ format: '%d.%m.%Y %z' }), '.format', "'%d.%m.%Y %z'", 'without an offset'],
  ...(
    [
      ['a date without a day', date({ format: '%m/%Y' }), 'has no day'],
      ['a date without a year', date({ format: '%d %b' }), 'has no year'],
      ['a date without a month', date({ format: '%d, %y' }), 'has no month'],
      ['a date of a week', date({ format: '%G-%V' }), 'has no day'],
      ['a date of the week', timestamp({ format: '%A %H:%M' }), 'has no year and no month and no day'],
      ['a day in a week', date({ format: '%Y %W %d' }), 'has no month'],
      ['a timestamp of a time', timestamp({ format: '%X' }), 'has no year and no month and no day'],
      ['an escaped day', date({ format: '%%d.%m.%Y' }), 'has no day'],
      ['a time without hours', time({ format: '%M:%S' }), 'says the hour'],
      ['a timestamp without hours', timestamp({ format: '%x %M' }), 'says the hour'],
      ['an hour of 24 before noon', time({ format: '%H:%M %p' }), '%I with %p'],
      ['the same in one letter', timestamp({ format: '%c %p' }), '%I with %p'],
      ['an hour of 12, at any half of the day', time({ format: '%I:%M' }), '%I with %p'],
      ['a half of a day', timestamp({ format: '%x %p' }), '%I with %p'],
    ] as const
  ).map(([title, column, allowed]) => {
    const { format } = column.columnType as { readonly format: string };
    return [title, column, '.format', `'${format}'`, allowed] as const;
  }),
  ['half a day in a list', list(date({ format: '%Y' })), '.of.format', "'%Y'", 'a whole day, such as'],
  [
    'half a day in a struct',
    struct({ a: map(time({ format: '%S' })) }),
    '.fields.a.of.format',
    "'%S'",
    'the hour',
  ],
  [
    'a letter that strptime does not know',
    timestamp({ format: '%d.%m.%K' }),
    '.format',
    "'%d.%m.%K'",
    '%d.%m.%Y',
  ],
  ['a text without any letter', timestamp({ format: '100%%' }), '.format', "'100%%'", "'iso'"],
  ['a format of days', time({ format: 'iso' }), '.format', "'iso'", '%H:%M'],
  [
    'a misspelt option of times',
    untyped(date, { formt: '%d' }),
    '.formt',
    'an unknown option',
    "did you mean 'format'?",
  ],
  [
    'a format of what has none',
    untyped(bigint, { format: '%d' }),
    '.format',
    'an unknown option',
    'slice, page',
  ],

  ['a number with a mask', bigint({ mask: sha256 }), '.mask', "a mask of type 'sha256'", 'varchar'],
  [
    'a mask that shows nothing',
    varchar({ mask: { type: 'partial' } }),
    '.mask',
    'an object',
    'keepFirst, keepLast',
  ],
  [
    'a mask by name alone',
    untyped(varchar, { mask: 'sha256' }),
    '.mask',
    'a text (not shown)',
    "salt: secret('name')",
  ],
  [
    'a salt in clear',
    untyped(varchar, { mask: { type: 'sha256', salt: 'hunter2' } }),
    '.mask.salt',
    'a text (not shown)',
    "secret('name')",
  ],
  [
    'a misspelt mask',
    untyped(varchar, { mask: { type: 'sha265', salt: secret('s') } }),
    '.mask.type',
    "'sha265'",
    "did you mean 'sha256'?",
  ],

  [
    'a list that is trimmed',
    untyped(list, varchar(), { nullIf: [''] }),
    '.nullIf',
    'an unknown option',
    'required, onUnfit, mask',
  ],
  ['a json that is hashed', untyped(json, { mask: sha256 }), '.mask', 'an object', "'drop'"],
  [
    'a json with a default',
    untyped(json, { default: 1 }),
    '.default',
    'an unknown option',
    'required, onUnfit, mask',
  ],
  ['a decimal of a text, with a bound', untyped(decimal, 'a', 2, { min: 1 }), '.precision', "'a'", '1 to 38'],
  ['a list of required values', list(varchar({ required: true })), '.of', 'an object', 'no options'],
  ['a list of paths', list(varchar('a')), '.of.path', "'a'", 'no path'],
  ['a map of paths', map(varchar('a')), '.of.path', "'a'", 'no path'],
  ['a list of nothing', untyped(list), '.of', 'nothing', 'varchar()'],
  ['a list of a builder', untyped(list, varchar), '.of', 'a function: its () may be missing', 'varchar()'],
  [
    'a field of a builder',
    untyped(struct, { a: varchar }),
    '.fields.a',
    'a function: its () may be missing',
    'varchar()',
  ],
  ['a struct without fields', struct({}), '.fields', 'no field', 'json()'],
  [
    'a field with options',
    struct({ a: struct({ b: varchar({ case: 'upper' }) }) }),
    '.fields.a.fields.b',
    'an object',
    'no options',
  ],
  ['a field at the object itself', struct({ a: varchar('') }), '.fields.a.path', "''", 'a path'],
  ['a field of elements', struct({ a: varchar('b[].c') }), '.fields.a.path', "'b[].c'", 'character 2'],
  [
    'a field with a name to quote',
    struct({ 'a-b': varchar() }),
    '.fields.a-b',
    "the name 'a-b'",
    'by a path',
  ],
  [
    'fields that differ in case',
    struct({ ab: varchar(), aB: varchar() }),
    '.fields.aB',
    "the name 'aB'",
    "'ab'",
  ],
  ['an impossible decimal in a list', list(decimal(2, 3)), '.of', 'decimal(2, 3)', 'not above'],
  [
    'an impossible decimal in a struct',
    struct({ a: map(decimal(2, 3)) }),
    '.fields.a.of',
    'decimal(2, 3)',
    'not above',
  ],
  ['an abyss', nested(9), '.of'.repeat(8), 'a type nested deeper', '8 deep'],
];

test.each(refusedColumns)('refuses %s', (_title, column, path, received, allowed) => {
  const expected = {
    path: `datasets[0].columns.x${path}`,
    received,
    allowed: expect.stringContaining(allowed),
  };
  expect(problemsOf(withColumn(column))).toEqual([expected]);
});

const key = (column: unknown) => withDataset({ key: ['id', 'x'], columns: { id: bigint(), x: column } });
const exploded = (column: unknown) => withColumn(column, { explode: 'items' });

/** A definition, and its one problem: path below the dataset, received, a part of what is allowed. */
const refused: readonly (readonly [string, unknown, string, string, string])[] = [
  ['a key that is dropped', key(varchar({ mask: 'drop' })), 'columns.x.mask', "'drop'", 'in the table'],
  [
    'a key that looks like others',
    key(varchar({ mask: { type: 'partial', keepLast: 2 } })),
    'columns.x.mask',
    'an object',
    'told apart',
  ],
  ...(
    [
      ['drop', 'drop', "'drop'"],
      ['sha256', sha256, "a mask of type 'sha256'"],
      ['partial', { type: 'partial', keepLast: 2 }, "a mask of type 'partial'"],
    ] as const
  ).map(
    ([name, mask, received]) =>
      [
        `a value of the slice with mask ${name}`,
        withColumn(varchar({ slice: 'mail', mask }), {
          request: { path: '/{mail}' },
          slices: { type: 'values', name: 'mail', values: ['a@b.c'] },
        }),
        'columns.x.mask',
        received,
        'no mask with slice',
      ] as const,
  ),
  ...(
    [
      ['the field of a masked column', 'x', varchar({ mask: sha256 })],
      ['a masked path', 'user.mail', varchar('user.mail', { mask: { type: 'partial', keepLast: 2 } })],
      ['a field in what is dropped', "user['mail']", json('user', { mask: 'drop' })],
      ['a field of a record that is dropped', 'user.mail', json('', { mask: 'drop' })],
    ] as const
  ).map(
    ([title, field, column]) =>
      [
        `to page by ${title}`,
        withColumn(column, { pagination: { type: 'keyset', field } }),
        'pagination.field',
        `'${field}'`,
        "take the mask off column 'x'",
      ] as const,
  ),
  [
    'to page by a masked element',
    withColumn(varchar('items[].mail', { mask: 'drop' }), {
      explode: 'items',
      pagination: { type: 'keyset', field: 'items[0].mail' },
    }),
    'pagination.field',
    "'items[0].mail'",
    'page by another one',
  ],
  ['a key that becomes null', key(varchar({ onUnfit: 'null' })), 'columns.x.onUnfit', "'null'", 'required'],
  [
    'elements of another list',
    exploded(varchar('lines[].sku')),
    'columns.x.path',
    "'lines[].sku'",
    "'items[]'",
  ],
  [
    'a place that is no number',
    exploded(varchar({ elementIndex: true })),
    'columns.x.elementIndex',
    'true',
    'integer or bigint',
  ],
  [
    'a place and a path',
    exploded(untyped(integer, 'items[].n', { elementIndex: true })),
    'columns.x.path',
    "'items[].n'",
    'no path',
  ],
  [
    'a place with a default',
    exploded(integer({ elementIndex: true, default: 1 })),
    'columns.x.default',
    '1',
    'with elementIndex',
  ],
  ['to explode the record', withDataset({ explode: '' }), 'explode', "''", 'a list in a record'],
  ['to explode elements', withDataset({ explode: 'a[]' }), 'explode', "'a[]'", 'character 2'],
  ['a blank filter', withDataset({ filter: ' ' }), 'filter', "' '", 'a condition'],
  ['any duplicate', withDataset({ deduplicate: true }), 'deduplicate', 'true', "'first' or 'last'"],
  ['a transform in SQL', withDataset({ transform: 'upper' }), 'transform', "'upper'", 'a function'],
  [
    'an unknown column of lineage',
    withDataset({ lineage: ['_run'] }),
    'lineage[0]',
    "'_run'",
    "'_run_id', '_slice'",
  ],
  [
    'a column of lineage twice',
    withDataset({ lineage: ['_page', '_page'] }),
    'lineage[1]',
    "'_page'",
    'once',
  ],
  ['lineage that is none', withDataset({ lineage: false }), 'lineage', 'false', 'true, or a list'],
  [
    'an unknown policy',
    withDataset({ onUnfit: 'drop' }),
    'onUnfit',
    "'drop'",
    "'quarantine', 'null' or 'fail'",
  ],
  [
    'unknown fields that vanish',
    withDataset({ unknownFields: 'drop' }),
    'unknownFields',
    "'drop'",
    "'capture'",
  ],
  ['an unknown format', withDataset({ format: 'orc' }), 'format', "'orc'", "'parquet', 'jsonl' or 'csv'"],
  [
    'an unknown kind of format',
    withDataset({ format: { type: 'cvs' } }),
    'format.type',
    "'cvs'",
    "did you mean 'csv'?",
  ],
  [
    'tiny row groups',
    withDataset({ format: { type: 'parquet', rowGroupSize: 2047 } }),
    'format.rowGroupSize',
    '2047',
    '2048',
  ],
  [
    'formulas in Parquet',
    withDataset({ format: { type: 'parquet', neutralise: true } }),
    'format.neutralise',
    'an unknown option',
    'compression, rowGroupSize, sorted',
  ],
  [
    'lines that are snappy',
    withDataset({ format: { type: 'jsonl', compression: 'snappy' } }),
    'format.compression',
    "'snappy'",
    "'gzip' or 'zstd'",
  ],
  ['a version before the first', withDataset({ tableVersion: 0 }), 'tableVersion', '0', 'from 1'],
  [
    'raw bodies that nobody thought of',
    withColumn(varchar({ mask: 'drop' }), { keepRaw: undefined }),
    'keepRaw',
    'nothing',
    "the mask of 'x' hides",
  ],
  ...['_extra', '_run_id', '_slice', '_page', '_fetched_at', 'RUN', '_Page'].map(
    (name) =>
      [
        `a column called ${name}`,
        withDataset({ columns: { id: bigint(), [name]: bigint() } }),
        `columns.${name}`,
        `the name '${name}'`,
        `any name but '${name.toLowerCase()}'`,
      ] as const,
  ),
];

test.each(refused)('refuses %s', (_title, input, path, received, allowed) => {
  const expected = { path: `datasets[0].${path}`, received, allowed: expect.stringContaining(allowed) };
  expect(problemsOf(input)).toEqual([expected]);
});

test('refuses slices of what a table does not show', () => {
  const slices = { type: 'records', dataset: 'parents', column: 'x' };
  const child = dataset({ request: { path: '/{x}' }, slices });
  const of = (x: Column) =>
    problemsOf(withDatasets(dataset({ name: 'parents', columns: { id: bigint(), x } }), child));
  const refusal = (allowed: string) => [
    { path: 'datasets[1].slices.column', received: "'x'", allowed: expect.stringContaining(allowed) },
  ];
  expect(of(varchar())).toEqual([]);
  expect(of(varchar({ mask: sha256 }))).toEqual(refusal('not masked'));
  expect(of(varchar({ mask: 'drop' }))).toEqual(refusal('not masked'));
  expect(of(list(varchar()))).toEqual(refusal('not of type list'));
});

test('names every problem of a column at once', () => {
  const column = bigint({ min: 5, max: 1, verbatim: true, default: 'x', mask: sha256, enum: ['y'] });
  expect(problemsOf(withColumn(column)).map(({ path }) => path)).toEqual(
    ['verbatim', 'mask', 'min', 'default', 'enum[0]'].map((name) => `datasets[0].columns.x.${name}`),
  );
});

const accepted: readonly (readonly [string, unknown])[] = [
  ['a value of the page', withColumn(timestamp({ page: 'meta.generatedAt', format: 'epoch-seconds' }))],
  ['elements, and their places', exploded(varchar("items[]['a b'][0]"))],
  ['an element itself', exploded(varchar('items[]'))],
  ['a list that is written otherwise', withColumn(varchar("['items'][].a"), { explode: 'items' })],
  ['places', exploded(bigint({ elementIndex: true, required: true, max: 99 }))],
  ['a key with []', withColumn(varchar("['items[]']"))],
  ['a derivation by a quoted name', withColumn(double({ derived: '"Price" * 2', min: 0, mask: 'drop' }))],
  [
    'every text step',
    withColumn(
      decimal(12, 2, {
        nfc: true,
        collapse: true,
        case: 'lower',
        replace: { pattern: ',', with: '.' },
        nullIf: ['-'],
        values: { nil: '0' },
        sql: 'trim(value)',
        default: '0.00',
        pattern: '.+',
        enum: ['1', '2.5'],
      }),
    ),
  ],
  ['a default that is required', withColumn(varchar({ required: true, default: 5 }))],
  [
    'a default in another form',
    withColumn(date({ format: '%d.%m.%Y', default: '31.12.1999', min: '1999-01-01' })),
  ],
  ['a default since 1970', withColumn(timestamp({ format: 'epoch-millis', default: 0 }))],
  ['bounds that are one', withColumn(decimal(4, 2, { min: '1.50', max: 1.5 }))],
  ['a key that is hashed', key(varchar({ mask: sha256 }))],
  ['a hash beside raw bodies, on purpose', withColumn(varchar({ mask: sha256 }), { keepRaw: true })],
  [
    'to page by what is beside a mask',
    withColumn(varchar('user.mail', { mask: 'drop' }), { pagination: { type: 'keyset', field: 'user.id' } }),
  ],
  [
    'to page by what a derived column is named like',
    withColumn(varchar({ derived: 'id', mask: 'drop' }), { pagination: { type: 'keyset', field: 'x' } }),
  ],
  ...['%d.%m.%Y', '%Y%j', '%G-W%V-%u', '%G %V %A', '%y %U %w', '%-d %B %Y', '%x', '%c', '%Y-%m-%d %I %p'].map(
    (format) => [`the day ${format}`, withColumn(date({ format }))] as const,
  ),
  ...['%H:%M', '%I:%M:%S %p', '%X', '%H', '%-H%M', '%H:%M:%S.%f'].map(
    (format) => [`the time ${format}`, withColumn(time({ format }))] as const,
  ),
  ...['%x', '%c %Z', '%a %b %d %H:%M:%S %z %Y', '%d.%m.%Y %I:%M %p'].map(
    (format) => [`the moment ${format}`, withColumn(timestamp({ format }))] as const,
  ),
  ['lists of times', withColumn(list(timestamp({ format: 'epoch-seconds' })))],
  ['eight levels', withColumn(nested(8))],
  [
    'a dropped struct',
    withColumn(struct({ run: varchar(), _extra: map(json(), 'a.b') }, 'x.y', { mask: 'drop' })),
  ],
];

test.each(accepted)('takes %s', (_title, input) => {
  expect(problemsOf(input)).toEqual([]);
});
