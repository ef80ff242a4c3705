import fc from 'fast-check';
import { literal } from '../../../../core/shape/sql/sql-text';
import { sqlType } from '../../../../core/shape/type/sql-type';
import type { Column, ColumnType } from '../../../../core/source/column';
import type { Dataset } from '../../../../core/source/source';
import { aDataset } from '../../../support/source-fixture';

const column = (columnType: ColumnType): Column => ({ columnType, options: {} });
const struct = (fields: Readonly<Record<string, ColumnType>>): ColumnType => {
  const named = Object.entries(fields).map(([name, type]): [string, Column] => [name, column(type)]);
  return { type: 'struct', fields: Object.fromEntries(named) };
};
const money: ColumnType = { type: 'decimal', precision: 38, scale: 18 };
const moment: ColumnType = { type: 'timestamp' };
const leaf: ColumnType = struct({ amount: money, 'odd "name': { type: 'varchar' }, at: moment });

/** A column of every type, and of types within types. */
export const everyType: Readonly<Record<string, ColumnType>> = {
  id: { type: 'bigint' },
  flag: { type: 'boolean' },
  small: { type: 'integer' },
  huge: { type: 'hugeint' },
  ratio: { type: 'double' },
  price: { type: 'decimal', precision: 12, scale: 2 },
  exact: money,
  'a "text", odd\'s': { type: 'varchar' },
  uuid: { type: 'uuid' },
  day: { type: 'date' },
  time: { type: 'time' },
  moment,
  document: { type: 'json' },
  moments: { type: 'list', of: column(moment) },
  texts: { type: 'list', of: column({ type: 'varchar' }) },
  leaf,
  leaves: { type: 'list', of: column(leaf) },
  byName: { type: 'map', of: column(money) },
  deep: {
    type: 'map',
    of: column({ type: 'list', of: column(struct({ inner: leaf, ratio: { type: 'double' } })) }),
  },
};

/** A dataset with these columns and the key 'id'. */
export function datasetOf(
  types: Readonly<Record<string, ColumnType>>,
  changes: Partial<Dataset> = {},
): Dataset {
  const columns = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, column(type)]));
  return aDataset({ key: ['id'], columns, ...changes });
}

const awkward = fc.constantFrom(
  ...[
    '',
    ' ',
    '"',
    '""',
    "'",
    ',',
    ';',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\\',
    '\\n',
    '#',
    '\u0000',
    '\u0001',
    '\u007f',
    '\u2028',
  ],
  ...[
    '=1+1',
    "'=1",
    "''@",
    '-5',
    '+49',
    '@x',
    '\t=',
    '\rx',
    'null',
    'NULL',
    'true',
    '\u{1f600}',
    'é',
    'e\u0301',
    '\ufeff',
    '{}',
    '[1, NULL]',
  ],
);
/** Texts of any characters but half surrogate pairs, which DuckDB holds in no text. */
export const anyText = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 4 })
  .map((parts) => parts.join(''));

const digits = (count: number) => fc.bigInt(-(10n ** BigInt(count)) + 1n, 10n ** BigInt(count) - 1n);
const decimal = (precision: number, scale: number) =>
  digits(precision).map((unscaled) => {
    const text = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
    return `${unscaled < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
  });
const anyMoment = fc.bigInt(-62_135_596_800_000_000n, 253_402_300_799_999_999n);

/** SQL of a value of a type, NULL among them. */
export function anyValue(type: ColumnType): fc.Arbitrary<string> {
  const typed = (text: fc.Arbitrary<string>) => text.map((value) => `CAST(${value} AS ${sqlType(type)})`);
  return fc.oneof(
    { weight: 1, arbitrary: typed(fc.constant('NULL')) },
    { weight: 5, arbitrary: typed(present(type)) },
  );
}

function present(type: ColumnType): fc.Arbitrary<string> {
  switch (type.type) {
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'integer':
      return fc.integer().map((value) => literal(String(value)));
    case 'bigint':
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((value) => literal(String(value)));
    case 'hugeint':
      return digits(38).map((value) => literal(String(value)));
    case 'double':
      return fc.double().map((value) => literal(Object.is(value, -0) ? '-0.0' : String(value)));
    case 'decimal':
      return decimal(type.precision, type.scale).map(literal);
    case 'varchar':
      return anyText.map(textLiteral);
    case 'uuid':
      return fc.uuid().map(literal);
    case 'date':
      return anyMoment.map((micros) => `CAST(make_timestamp(${micros}) AS DATE)`);
    case 'time':
      return anyMoment.map((micros) => `strftime(make_timestamp(${micros}), '%H:%M:%S.%f')`);
    case 'timestamp':
      return anyMoment.map((micros) => `CAST(make_timestamp(${micros}) AS TIMESTAMP WITH TIME ZONE)`);
    case 'json':
      return anyJson.map((value) => `json_extract(CAST(${textLiteral(JSON.stringify(value))} AS JSON), '$')`);
    case 'list':
      return fc
        .array(anyValue(type.of.columnType), { maxLength: 3 })
        .map((values) => `[${values.join(', ')}]`);
    case 'struct': {
      const fields = Object.entries(type.fields).map(([name, field]) =>
        anyValue(field.columnType).map((value) => `${literal(name)}: ${value}`),
      );
      return fc.tuple(...fields).map((values) => `{${values.join(', ')}}`);
    }
    case 'map':
      return fc
        .uniqueArray(fc.tuple(anyText, anyValue(type.of.columnType)), {
          maxLength: 3,
          selector: ([key]) => key,
        })
        .map((entries) => {
          const pairs = entries.map(([key, value]) => `${textLiteral(key)}: ${value}`);
          return `MAP {${pairs.join(', ')}}`;
        });
  }
}

/** In DuckDB's own spelling, as whatever it has extracted from a record. A JSON null is no value. */
const anyJson = fc
  .jsonValue({ maxDepth: 3, noUnicodeString: false })
  .filter((value) => value !== null && !JSON.stringify(value).includes('\\ud'));

/** DuckDB's parser ends a statement at the character NUL. */
function textLiteral(text: string): string {
  return `(${text.split('\u0000').map(literal).join(' || chr(0) || ')})`;
}

/** A SELECT of rows of random values of these types; the ids are those of the rows, from 0. */
export function anyRows(types: Readonly<Record<string, ColumnType>>, maxLength = 6): fc.Arbitrary<string[]> {
  const { id: _, ...others } = types;
  const cells = Object.entries(others).map(([name, type]) =>
    anyValue(type).map((value) => `${value} AS ${quoted(name)}`),
  );
  return fc
    .array(fc.tuple(...cells), { maxLength })
    .map((rows) => rows.map((row, id) => `SELECT CAST(${id} AS BIGINT) AS id, ${row.join(', ')}`));
}

/** A query of no rows with these columns. */
export function noRows(types: Readonly<Record<string, ColumnType>>): string {
  const columns = Object.entries(types).map(
    ([name, type]) => `CAST(NULL AS ${sqlType(type)}) AS ${quoted(name)}`,
  );
  return `SELECT ${columns.join(', ')} WHERE false`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
