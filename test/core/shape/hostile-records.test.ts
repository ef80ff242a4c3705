import fc from 'fast-check';
import { isLossy } from '../../../core/shape/lossy-numbers';
import { saidBy } from './decimal-text';
import { column, dataset, type Shaped, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

/** Marks a value that must be quarantined. */
const unfit = Symbol('unfit');

/** One JSON value: how it is written, and what DuckDB is expected to take for its text. */
interface Written {
  readonly json: string;
  /** Null where it means no value. */
  readonly text: string | null;
  /** A bare number that has a point or an exponent; its text is DuckDB's own, unless a double says something else. */
  readonly real?: number;
  /** An object or an array; DuckDB writes its numbers in its own way. */
  readonly nested?: boolean;
  /** Half of a surrogate pair is in it. */
  readonly broken?: boolean;
}

const quoted = (text: string): Written => ({
  json: JSON.stringify(text),
  text,
  broken: /\p{Surrogate}/u.test(text),
});
const bare = (json: string): Written => ({ json, text: json });
const document = (value: unknown): Written => {
  const json = JSON.stringify(value);
  return { json, text: json, nested: true, broken: /\\ud[89a-f]/.test(json) };
};

const digits = (max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max });
const numberSoup = fc.string({ unit: fc.constantFrom(...'0123456789012345+-..eE_xbin af,٣'), maxLength: 14 });
const padding = fc.constantFrom('', '', '', ' ', '\t', '\r\n', '\u00a0', '\u0000');
const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
const dateText = fc
  .tuple(fc.constantFrom('2024', '1900', '0001', '0000', '9999', '12024', '-024'), two(13), two(32))
  .map((parts) => parts.join('-'));
const offsetText = fc.oneof(
  fc.constantFrom(
    '',
    'Z',
    '+02',
    '-0530',
    '+05:30',
    '+24:00',
    '+10:60',
    'z',
    ' UTC',
    '(BC)',
    '+5',
    '+01:00:00',
  ),
  fc.tuple(fc.constantFrom('+', '-'), two(25), two(61)).map(([sign, h, m]) => `${sign}${h}:${m}`),
);
const secondsText = fc.oneof(
  fc.constantFrom('', ':00', ':60', ':00.', ':00.123', ':59.1234567', ':00,5', ':1'),
  two(61).map((s) => `:${s}`),
);
const timestampText = fc
  .tuple(dateText, fc.constantFrom('T', 'T', ' ', 't', '_'), two(25), two(61), secondsText, offsetText)
  .map(
    ([day, separator, hour, minute, seconds, offset]) =>
      `${day}${separator}${hour}:${minute}${seconds}${offset}`,
  );
const words = fc.constantFrom(
  'true',
  'false',
  '1',
  '0',
  'yes',
  'TRUE',
  'NaN',
  'Infinity',
  '-inf',
  'epoch',
  'null',
  "'",
  '"',
);

const written: fc.Arbitrary<Written> = fc.oneof(
  fc.constantFrom(bare('true'), bare('false'), { json: 'null', text: null }),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map((n) => bare(String(n))),
  fc.integer({ min: -1000, max: 1000 }).map((n) => bare(String(n))),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((real): Written => {
    const json =
      Number.isInteger(real) && !JSON.stringify(real).includes('e')
        ? `${BigInt(real)}.0`
        : JSON.stringify(real);
    return { json, text: json, real };
  }),
  fc
    .tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 1, max: 4 }))
    .map(([n, scale]): Written => {
      const json = (n / 10 ** scale).toFixed(scale);
      return { json, text: json, real: Number(json) };
    }),
  fc
    .tuple(
      fc.constantFrom('', '-'),
      digits(19).map((text) => text.replace(/^0+(?=\d)/, '')),
      digits(19),
      fc.constantFrom('', '', 'e-3', 'E2', 'e-320', 'e-400'),
    )
    .map(([sign, whole, fraction, exponent]): Written => {
      const json = `${sign}${whole}.${fraction}${exponent}`;
      return { json, text: json, real: Number(json) };
    }),
  fc.tuple(padding, numberSoup, padding).map((parts) => quoted(parts.join(''))),
  fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      digits(12),
      fc.constantFrom('', '.'),
      fc.oneof(fc.constant(''), digits(6)),
      fc.constantFrom('', '', 'e-3', 'E2', 'e+5'),
    )
    .map((parts) => quoted(parts.join(''))),
  fc.tuple(padding, fc.oneof(dateText, timestampText, words), padding).map((parts) => quoted(parts.join(''))),
  fc.string({ unit: 'binary' }).map(quoted),
  fc
    .constantFrom('\ud800', 'a\udc00b', '\ude00\ud83d', '\\ud800', '😀', '__proto__', 'x'.repeat(300))
    .map(quoted),
  fc
    .jsonValue()
    .filter((value) => typeof value === 'object' && value !== null)
    .map(document),
);

const columns = {
  b: column('bigint', undefined, { nullIf: ['-1'] }),
  i: column({ type: 'integer' }, 'i.i'),
  d: column({ type: 'decimal', precision: 12, scale: 3 }, '__proto__'),
  f: column({ type: 'double' }, '[\'a "b"\']'),
  o: column({ type: 'boolean' }, 'o[1]'),
  day: column({ type: 'date' }),
  ts: column({ type: 'timestamp' }),
  v: column({ type: 'varchar' }, undefined, { required: true }),
  j: column({ type: 'json' }),
};
type Name = keyof typeof columns;

/** What a column must hold for a text; `unfit` for quarantine. Says in JavaScript what the SQL says in its own way. */
const oracle: Record<Name, (value: Written) => unknown> = {
  b: (value) => whole(cleanText(value) === '-1' ? { json: '', text: null } : value, 64),
  i: (value) => whole(value, 32),
  d: (value) => decimal(value, 12, 3),
  f: (value) => {
    const text = cleanText(value);
    if (value.real !== undefined && !isLossy(value.json)) return value.real;
    if (text === null) return null;
    const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(number) && isHeld(text, number) ? number : unfit;
  },
  o: (value) => {
    const text = value.real === undefined ? cleanText(value) : 'a number with a point';
    return text === null ? null : (booleans.get(text) ?? unfit);
  },
  day: (value) => {
    const text = cleanText(value);
    return text === null ? null : isDay(text) ? text : unfit;
  },
  ts: (value) => {
    const text = cleanText(value);
    return text === null ? null : timestamp(text);
  },
  v: (value) => cleanText(value) ?? unfit,
  j: (value) => (value.text === null ? null : JSON.parse(value.json)),
};

/** Whether a double holds what a text says, but for a fraction's last digits: not 2^53 + 1, nor a number that becomes 0. */
function isHeld(text: string, number: number): boolean {
  if (number === 0) return !/[1-9]/.test(text.replace(/e.*$/i, ''));
  if (!/^[+-]?\d+$/.test(text) || Number.isSafeInteger(number)) return true;
  const digits = (written: string) =>
    written
      .replace(/e.*$/, '')
      .replace(/\D/g, '')
      .replace(/^0+|0+$/g, '');
  return BigInt(text.replace('+', '')) === BigInt(number) || digits(text) === digits(String(number));
}

const booleans = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
]);

function cleanText({ text }: Written): string | null {
  const trimmed = text?.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') ?? '';
  return trimmed === '' ? null : trimmed;
}

function whole(value: Written, bits: number): unknown {
  const text = cleanText(value);
  if (text === null) return null;
  if (value.real !== undefined || !/^[+-]?\d+$/.test(text)) return unfit;
  const number = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(bits, number) !== number) return unfit;
  return bits === 64 ? String(number) : Number(number);
}

function decimal(value: Written, precision: number, scale: number): unknown {
  const text = cleanText(value);
  if (text === null) return null;
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null || `${match[2]}${match[3]}` === '') return unfit;
  const significant = `${match[2]}${match[3]}`.replace(/^0+|0+$/g, '');
  // DuckDB's cast refuses digits that would fit only after the exponent: quarantined rather than rounded
  const wholeDigits = (match[2] ?? '').replace(/^0+/, '').length;
  if (match[4] !== undefined && wholeDigits > precision - scale) return unfit;
  const power = Number(match[4] ?? 0) - (match[3]?.length ?? 0) + scale;
  if (significant === '') return power > 300 || power < -300 ? unfit : (0).toFixed(scale);
  const number = BigInt(`${match[2]}${match[3]}`);
  if (Math.abs(power) > 400) return unfit;
  const divisor = 10n ** BigInt(Math.max(0, -power));
  if (number % divisor !== 0n) return unfit;
  const units = (number / divisor) * 10n ** BigInt(Math.max(0, power));
  if (units >= 10n ** BigInt(precision)) return unfit;
  const padded = String(units).padStart(scale + 1, '0');
  return `${match[1] === '-' ? '-' : ''}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const iso =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

function timestamp(text: string): unknown {
  const [, day = '', hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] =
    iso.exec(text) ?? [];
  if (!isDay(day) || Number(minute) > 59 || Number(second) > 59 || Number(hour) > 24) return unfit;
  if (hour === '24' && (minute !== '00' || second !== '00' || /[1-9]/.test(fraction))) return unfit;
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === '+' ? 1 : -1);
  const time =
    Date.parse(`${day}T00:00:00Z`) +
    ((Number(hour) * 60 + Number(minute) - shift) * 60 + Number(second)) * 1000;
  if (time < Date.parse('0001-01-01T00:00:00Z')) return unfit;
  return { time, micros: fraction.padEnd(6, '0').slice(0, 6) };
}

interface HostileRecord {
  readonly json: string;
  /** Undefined where the record as a whole is unfit. */
  readonly values: Partial<Record<Name, Written>> | undefined;
}

const names = Object.keys(columns) as Name[];
/** Mostly fit values, so that records are staged too. */
const tame: Record<Name, string[]> = {
  b: ['1', '"9007199254740993"', 'null'],
  i: ['0', '"7"'],
  d: ['1.5', '"-0.125"', 'null'],
  f: ['2.5', '"1e3"'],
  o: ['true', '"0"'],
  day: ['"2024-02-29"', '""'],
  ts: ['"2024-01-05T10:00:00.5Z"', '"2024-01-05T10:00:00+02:00"'],
  v: ['"x"', '" y "'],
  j: ['[1,{"a":"b"}]', '"z"'],
};
const tameValue = (name: Name) =>
  fc.constantFrom(...tame[name]).map((json): Written => {
    const value: unknown = JSON.parse(json);
    const real = typeof value === 'number' && !Number.isInteger(value) ? { real: value } : {};
    return { json, text: typeof value === 'string' ? value : value === null ? null : json, ...real };
  });

const record: fc.Arbitrary<HostileRecord> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('5', 'null', '[]', '"{}"', 'true')
      .map((json) => ({ json, values: undefined })),
  },
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        fc.tuple(...names.map(tameValue)),
        fc.uniqueArray(fc.nat(names.length - 1), { maxLength: 2 }),
        written,
        written,
        fc.constantFrom('', ', "b": "twice"', ', "extra": "\\ud800"', ', "\\u0000": [{"b": 1}]'),
      )
      .map(([values, replaced, first, second, tail]) => {
        const all = values.map((value, at) =>
          replaced[0] === at ? first : replaced[1] === at ? second : value,
        );
        const json = (at: number) => all[at]?.json ?? 'null';
        const [b, i, d, f, o, day, ts, v, j] = all.map((_, at) => json(at));
        return {
          json: `{"b": ${b}, "i":\n{"i":${i}}, "__proto__": ${d}, "a \\"b\\"": ${f}, "o": [null, ${o}], "day":${day}, "ts":${ts}, "v":${v}, "j":${j}${tail}}`,
          values: Object.fromEntries(all.map((value, at) => [names[at], value])),
        };
      }),
  },
);

function expected({ values }: HostileRecord): { column: string | null } | { row: Record<string, unknown> } {
  if (values === undefined) return { column: null };
  const row: Record<string, unknown> = {};
  for (const name of names) {
    const value = values[name] ?? bare('null');
    row[name] = oracle[name](value);
    if (value.broken || row[name] === unfit) return { column: name };
  }
  return { row };
}

function compare(shaped: Shaped, pages: readonly (readonly HostileRecord[])[]): void {
  const wanted = pages.flatMap((records, page) =>
    records.map((each, position) => ({ page: page + 100, position, each, ...expected(each) })),
  );
  expect(shaped.received).toBe(wanted.length);
  expect(shaped.staged + shaped.quarantined).toBe(shaped.received);
  expect(shaped.unfit.map(({ page, position, column: name }) => [page, position, name])).toEqual(
    wanted.flatMap((one) => ('column' in one ? [[one.page, one.position, one.column]] : [])),
  );
  const unfitRecords = wanted.filter((one) => 'column' in one);
  for (const [index, { line }] of shaped.unfit.entries())
    expect(line.endsWith(`"record":${unfitRecords[index]?.each.json.replaceAll('\n', ' ')}}`)).toBe(true);
  const rows = wanted.flatMap((one) => ('row' in one ? [{ row: one.row, values: one.each.values }] : []));
  expect(shaped.rows).toHaveLength(rows.length);
  for (const [index, { row, values }] of rows.entries())
    compareRow(shaped.rows[index] ?? {}, row, values ?? {});
}

function compareRow(
  row: Record<string, unknown>,
  wanted: Record<string, unknown>,
  values: Partial<Record<Name, Written>>,
): void {
  for (const name of names) {
    const found = row[name];
    const real = values[name]?.real;
    if ((name === 'v' || name === 'j') && real !== undefined)
      expect(saidBy(String(found))).toEqual(saidBy(values[name]?.json ?? ''));
    else if (name === 'v' && values.v?.nested && typeof found === 'string')
      expect(JSON.parse(found)).toEqual(JSON.parse(values.v.json));
    else if (name === 'j' && typeof found === 'string') {
      if (!/^-?\d+$/.test(values.j?.json ?? '')) expect(JSON.parse(found)).toEqual(wanted.j);
      else expect(found).toBe(values.j?.json);
    } else if (name === 'ts' && typeof found === 'string') expect(instant(found)).toEqual(wanted.ts);
    else if (name === 'f')
      expect(Object.is(found, -0) ? 0 : found).toBe(Object.is(wanted.f, -0) ? 0 : wanted.f);
    else if (name === 'd')
      expect(String(found).replace(/^-(0\.0+)$/, '$1')).toBe(String(wanted.d).replace(/^-(0\.0+)$/, '$1'));
    else expect(found).toBe(wanted[name]);
  }
}

function instant(text: string): unknown {
  expect(text).toMatch(/\+00$/);
  const [seconds = '', fraction = ''] = text.slice(0, -3).split('.');
  const [, year = '', rest = ''] = /^(\d+)(-.*)$/.exec(seconds.replace(' ', 'T')) ?? [];
  const iso8601 = year.length > 4 ? `+${year.padStart(6, '0')}${rest}Z` : `${year}${rest}Z`;
  return { time: Date.parse(iso8601), micros: fraction.padEnd(6, '0') };
}

test('every record is staged exactly or quarantined by its first unfit column', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(record, { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      async (pages) => {
        const bodies = pages.map((records) => `{"data":[${records.map(({ json }) => json).join(', ')}]}`);
        compare(await bench.shape(dataset(columns), bodies, 100), pages);
      },
    ),
    { numRuns: Number(process.env.SHAPE_RUNS ?? 100) },
  );
});
