import { describe } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';
import { compareValues, readValue, type Value, valuesOf } from './read-value';

/** Types whose values stand in an order. */
const ordered: readonly unknown[] = [
  'integer',
  'bigint',
  'hugeint',
  'double',
  'decimal',
  'varchar',
  'date',
  'time',
  'timestamp',
];

/** Types whose values are alike or not, and no more. */
const unordered: readonly unknown[] = ['boolean', 'uuid'];

/** Bounds, defaults and enumerated texts that cannot be values of the column. */
export function valueProblems(column: Fields, path: Path): readonly Problem[] {
  const { type } = fields(column.columnType);
  // Of nested types the schema has said that they have none of these, and of unknown ones that they are.
  if (!ordered.includes(type) && !unordered.includes(type)) return [];
  const options = fields(column.options);
  const at = [...path, 'options'];
  return [
    ...boundProblems(column.columnType, options, at),
    ...defaultProblems(column.columnType, options, at),
    ...enumProblems(column.columnType, options, at),
  ];
}

function boundProblems(columnType: unknown, options: Fields, path: Path): readonly Problem[] {
  const given = (['min', 'max'] as const).filter((name) => isTextOrNumber(options[name]));
  const { type } = fields(columnType);
  if (unordered.includes(type)) {
    const allowed = `no bound: values of ${type} have no order`;
    return given.map((name) => problemAt([...path, name], describe(options[name]), allowed));
  }
  const unreadable = given.filter((name) => boundOf(columnType, options[name]) === undefined);
  if (unreadable.length > 0)
    return unreadable.map((name) =>
      problemAt([...path, name], describe(options[name]), valuesOf(columnType)),
    );
  const [least, most] = [boundOf(columnType, options.min), boundOf(columnType, options.max)];
  if (least === undefined || most === undefined || compareValues(least, most) <= 0) return [];
  return [
    problemAt([...path, 'min'], describe(options.min), `at most max, which is ${describe(options.max)}`),
  ];
}

function defaultProblems(columnType: unknown, options: Fields, path: Path): readonly Problem[] {
  const { default: value } = options;
  const { type } = fields(columnType);
  if (!isTextOrNumber(value) && typeof value !== 'boolean') return [];
  const fits =
    type === 'varchar' ||
    (typeof value === 'boolean' ? type === 'boolean' : isRead(columnType, String(value)) && isExact(value));
  return fits ? [] : [problemAt([...path, 'default'], describe(value), valuesOf(columnType))];
}

function enumProblems(columnType: unknown, options: Fields, path: Path): readonly Problem[] {
  const texts = options.enum;
  if (!Array.isArray(texts)) return [];
  return texts.flatMap((text: unknown, index) =>
    typeof text !== 'string' || isRead(columnType, text)
      ? []
      : [problemAt([...path, 'enum', index], describe(text), valuesOf(columnType))],
  );
}

/** Whether a text is of the type as records write it; what a strptime format reads is known when it is used. */
function isRead(columnType: unknown, text: string): boolean {
  const { format } = fields(columnType);
  if (typeof format !== 'string' || format === 'iso') return readValue(columnType, text) !== undefined;
  return format.startsWith('epoch-') ? /^[+-]?\d+(\.\d+)?$/.test(text) : text !== '';
}

/** A bound as a value; texts in ISO form, whatever the records' own. */
function boundOf(columnType: unknown, bound: unknown): Value | undefined {
  if (!isTextOrNumber(bound) || !isExact(bound)) return undefined;
  const isNumber = typeof bound === 'number';
  // The number 5 is no text, nor a day.
  if (isNumber && ['varchar', 'date', 'time', 'timestamp'].includes(String(fields(columnType).type)))
    return undefined;
  return readValue(columnType, String(bound));
}

function isTextOrNumber(value: unknown): value is string | number {
  return typeof value === 'string' || Number.isFinite(value);
}

/** Beyond 2^53 a number has lost digits before anybody could read it; a fraction is what it says. */
function isExact(value: string | number): boolean {
  return typeof value === 'string' || !Number.isInteger(value) || Number.isSafeInteger(value);
}
