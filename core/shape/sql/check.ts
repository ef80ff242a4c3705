import type { UnfitPolicy } from '../../source/column';
import type { Dataset } from '../../source/source';
import type { Rule } from '../rules';
import { fitsDocument } from '../type/document';
import { fits } from '../type/fits';
import { isDocument } from '../type/sql-type';
import { withinBound } from './bounds';
import { digitsKept } from './digits-kept';
import { type Field, scalarType } from './field';
import { maskSql } from './mask-sql';
import { aType, originName } from './reasons';
import { literal } from './sql-text';

/** One thing that every record must hold to be staged. */
export interface Check {
  /** Undefined where the record as a whole is at fault. */
  readonly column: string | undefined;
  readonly rule: Rule;
  /** Makes the reason from the offending text; undefined for NULL, and for what may not be shown. */
  readonly reason: (text: string | undefined) => string;
  /** A SQL condition that holds for a fit record; never NULL. */
  readonly holds: string;
  /** The SQL expression of the offending text, masked where the column is. */
  readonly text: string;
  readonly policy: Exclude<UnfitPolicy, 'null'>;
}

/** How records were read. */
export interface ReadRecords {
  readonly dataset: Dataset;
  /** A text that stands for broken characters: a value that holds it does not fit. */
  readonly marker: string | undefined;
}

/** What the record as a whole must be. Its text may hold what a column masks, so it is shown only where none does. */
export function recordChecks({ dataset, marker }: ReadRecords): Check[] {
  const policy = dataset.onUnfit === 'fail' ? 'fail' : 'quarantine';
  const secretive = Object.values(dataset.columns).some(({ options }) => options.mask !== undefined);
  const shown = (text: string) =>
    secretive ? 'CAST(NULL AS VARCHAR)' : withEscapes(`CAST(${text} AS VARCHAR)`, marker);
  const subject = (text: string | undefined, what: string) => (secretive ? what : (text ?? 'null'));
  const isObject: Check = {
    column: undefined,
    rule: 'object',
    policy,
    reason: (text) => `${subject(text, 'the record')} is not an object`,
    holds: `coalesce(starts_with(record$, '{'), false)`,
    text: shown('record$'),
  };
  if (dataset.explode === undefined) return [isObject];
  const isArray: Check = {
    column: undefined,
    rule: 'explode',
    policy,
    reason: (text) => `${subject(text, 'the value')} at '${dataset.explode}' is not an array`,
    holds: `exploded$ = 'ARRAY'`,
    text: shown('item$'),
  };
  return [isObject, isArray];
}

/** What the filter must be able to tell; `name` is that of its tried outcome. */
export function filterCheck(dataset: Dataset, name: string): Check {
  return {
    column: undefined,
    rule: 'sql',
    policy: dataset.onUnfit === 'fail' ? 'fail' : 'quarantine',
    reason: () => "the dataset's filter cannot be evaluated for it",
    holds: `${name} IS NOT NULL`,
    text: 'CAST(NULL AS VARCHAR)',
  };
}

/** A column of fields that no other column reads must hold whole characters too. */
export function extraCheck({ dataset, marker }: ReadRecords, column: string, value: string): Check[] {
  if (marker === undefined) return [];
  const text = `CAST(${value} AS VARCHAR)`;
  return [
    {
      column,
      rule: 'surrogate',
      policy: dataset.onUnfit === 'fail' ? 'fail' : 'quarantine',
      reason: halfCharacter,
      holds: `NOT contains(coalesce(${text}, ''), ${literal(marker)})`,
      text: withEscapes(text, marker),
    },
  ];
}

/** A text as the source wrote it, where broken characters are marked. */
function withEscapes(text: string, marker: string | undefined): string {
  return marker === undefined ? text : `replace(${text}, ${literal(marker)}, '\\u')`;
}

/** What the value of a column must hold, in the order in which it is looked at. */
export function columnChecks(field: Field, read: ReadRecords): Check[] {
  const { mask } = field.column.options;
  const asSent = (text: string) => withEscapes(text, read.marker);
  const checks: Check[] = [];
  const add = (rule: Rule, holds: string | undefined, text: string, reason: Check['reason']): void => {
    if (holds === undefined) return;
    checks.push({
      column: field.name,
      rule,
      policy: field.policy === 'fail' ? 'fail' : 'quarantine',
      reason,
      holds,
      text: mask === undefined ? asSent(text) : maskSql(mask, asSent(text)),
    });
  };
  addOrigin(field, read, add);
  addType(field, add);
  addRequired(field, read.dataset, add);
  addOwnRules(field, add);
  return checks;
}

type Add = (rule: Rule, holds: string | undefined, text: string, reason: Check['reason']) => void;

/** Whether what was extracted is what the source sent. */
function addOrigin(field: Field, { dataset, marker }: ReadRecords, add: Add): void {
  const { raw, origin } = field;
  if (origin.from === 'derived')
    add(
      'derived',
      `tried_${raw} IS NOT NULL`,
      'CAST(NULL AS VARCHAR)',
      () => 'its derived expression cannot be evaluated',
    );
  if (marker !== undefined)
    add('surrogate', `NOT contains(coalesce(${raw}, ''), ${literal(marker)})`, raw, halfCharacter);
  add('digits', digitsKept(field, dataset), raw, (text) => {
    const way = field.column.columnType.type === 'varchar' ? ', or the column be a double' : '';
    return `${quoted(text)} has more digits than a JSON number is sure to keep: the source must quote it${way}`;
  });
}

const halfCharacter = (text: string | undefined) =>
  `${quoted(text)} holds half of a surrogate pair, which is no character`;

/** Whether the value reads as its text does, after its own sql. */
function addType({ column, clean, made, value, document }: Field, add: Add): void {
  const { columnType, options } = column;
  if (options.sql !== undefined)
    add(
      'sql',
      `tried_${made} IS NOT NULL`,
      clean,
      (text) => `${quoted(text)} cannot be evaluated by the column's sql`,
    );
  const holds = isDocument(columnType)
    ? fitsDocument(columnType, made, value)
    : fits(columnType, made, value);
  add('type', holds, made, (text) =>
    document && columnType.type !== 'json'
      ? `${text ?? 'the value'} is not ${aType(columnType)}`
      : `${quoted(text)} is not ${aType(columnType)}`,
  );
}

function addRequired(field: Field, { explode }: Dataset, add: Add): void {
  const { required, value, clean, column } = field;
  if (!required) return;
  add('required', `${value} IS NOT NULL`, clean, (text) => {
    if (text !== undefined && text.trim() !== '' && column.options.sql !== undefined)
      return `${quoted(text)} becomes null by the column's sql, and a value is required`;
    return `${originName(field, explode)} has no value, and one is required`;
  });
}

function addOwnRules({ column, made, value }: Field, add: Add): void {
  const { min, max, pattern, enum: texts } = column.options;
  if (min !== undefined)
    add(
      'min',
      withinBound(scalarType(column), 'min', min, value),
      made,
      (text) => `${quoted(text)} is below ${min}`,
    );
  if (max !== undefined)
    add(
      'max',
      withinBound(scalarType(column), 'max', max, value),
      made,
      (text) => `${quoted(text)} is above ${max}`,
    );
  if (pattern !== undefined)
    add('pattern', `coalesce(regexp_full_match(${made}, ${literal(pattern)}), true)`, made, (text) => {
      return `${quoted(text)} does not match ${pattern}`;
    });
  if (texts !== undefined)
    add('enum', `coalesce(${made} IN (${texts.map(literal).join(', ')}), true)`, made, (text) => {
      return `${quoted(text)} is none of ${oneOf(texts)}`;
    });
}

/** Text for a reason; what may not be shown is 'the value'. */
function quoted(text: string | undefined): string {
  return text === undefined ? 'the value' : `'${text}'`;
}

function oneOf(texts: readonly string[]): string {
  const some = texts.slice(0, 5).map((text) => `'${text}'`);
  return texts.length > some.length
    ? `${some.join(', ')} and ${texts.length - some.length} others`
    : some.join(', ');
}
