import type { Mask, UnfitPolicy } from '../../source/column';
import type { Dataset } from '../../source/source';
import type { Rule } from '../rules';
import { fitsDocument } from '../type/document';
import { fits } from '../type/fits';
import { isDocument } from '../type/sql-type';
import { withinBound } from './bounds';
import { type Field, scalarType } from './field';
import { asSent, type Marks } from './marks';
import { maskSql } from './mask-sql';
import { hasSureDigits } from './own-expression';
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
  readonly marks: Marks;
}

/** What the record as a whole must be. Its text may hold what a column masks, so it is shown only where none does. */
export function recordChecks({ dataset, marks }: ReadRecords): Check[] {
  const policy = dataset.onUnfit === 'fail' ? 'fail' : 'quarantine';
  const secretive = Object.values(dataset.columns).some(({ options }) => options.mask !== undefined);
  const shown = (text: string) =>
    secretive ? 'CAST(NULL AS VARCHAR)' : asSent(`CAST(${text} AS VARCHAR)`, marks);
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
export function extraCheck({ dataset, marks }: ReadRecords, column: string, value: string): Check[] {
  if (marks.surrogate === undefined) return [];
  const text = `CAST(${value} AS VARCHAR)`;
  return [
    {
      column,
      rule: 'surrogate',
      policy: dataset.onUnfit === 'fail' ? 'fail' : 'quarantine',
      reason: halfCharacter,
      holds: whole(text, marks.surrogate),
      text: asSent(text, marks),
    },
  ];
}

/** Whether all characters of a text are whole ones. */
function whole(text: string, marker: string): string {
  return `NOT contains(coalesce(${text}, ''), ${literal(marker)})`;
}

/** What the value of a column must hold, in the order in which it is looked at. */
export function columnChecks(field: Field, read: ReadRecords): Check[] {
  const { mask } = field.column.options;
  const hidden = mask === undefined && readsMasked(field, read.dataset);
  const checks: Check[] = [];
  const add = (rule: Rule, holds: string | undefined, text: string, reason: Check['reason']): void => {
    if (holds === undefined) return;
    checks.push({
      column: field.name,
      rule,
      policy: field.policy === 'fail' ? 'fail' : 'quarantine',
      reason,
      holds,
      text: hidden ? 'CAST(NULL AS VARCHAR)' : masked(mask, asSent(text, read.marks)),
    });
  };
  addOrigin(field, read, add);
  addType(field, read, add);
  addRequired(field, read.dataset, add);
  addOwnRules(field, add);
  return checks;
}

function masked(mask: Mask | undefined, text: string): string {
  return mask === undefined ? text : maskSql(mask, text);
}

/** Whether a column is computed from one that is masked, so that its value may tell what the mask hides. */
function readsMasked({ origin }: Field, { columns }: Dataset): boolean {
  if (origin.from !== 'derived') return false;
  const words = new Set(origin.expression.toLowerCase().match(/\w+/g));
  return Object.entries(columns).some(
    ([name, { options }]) => options.mask !== undefined && words.has(name.toLowerCase()),
  );
}

type Add = (rule: Rule, holds: string | undefined, text: string, reason: Check['reason']) => void;

/** Whether what was extracted is what the source sent. */
function addOrigin({ raw, origin, column }: Field, { marks }: ReadRecords, add: Add): void {
  if (origin.from === 'derived') {
    add(
      'derived',
      `tried_${raw} IS NOT NULL`,
      'CAST(NULL AS VARCHAR)',
      () => 'its derived expression cannot be evaluated',
    );
    if (isExact(column)) add('derived', hasSureDigits(`tried_${raw}`), raw, unsureDigits);
  }
  if (marks.surrogate !== undefined) add('surrogate', whole(raw, marks.surrogate), raw, halfCharacter);
}

/** Types of which every digit counts. */
function isExact({ columnType: { type } }: Field['column']): boolean {
  return ['integer', 'bigint', 'hugeint', 'decimal'].includes(type);
}

const unsureDigits = (text: string | undefined) =>
  `${quoted(text)} is a double of more than 15 digits, which are not all sure: multiply (x * 0.01) rather than divide, or round it`;

const halfCharacter = (text: string | undefined) =>
  `${quoted(text)} holds half of a surrogate pair, which is no character`;

/** Whether the value reads as its text does, after its own sql. */
function addType({ column, clean, made, value, document }: Field, { marks }: ReadRecords, add: Add): void {
  const { columnType, options } = column;
  if (options.sql !== undefined) {
    add(
      'sql',
      `tried_${made} IS NOT NULL`,
      clean,
      (text) => `${quoted(text)} cannot be evaluated by the column's sql`,
    );
    if (isExact(column)) add('sql', hasSureDigits(`tried_${made}`), made, unsureDigits);
  }
  const holds = isDocument(columnType)
    ? fitsDocument(columnType, made, value, marks)
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
  const { pattern, enum: texts } = column.options;
  for (const [bound, side] of [
    ['min', 'below'],
    ['max', 'above'],
  ] as const) {
    const limit = column.options[bound];
    if (limit === undefined) continue;
    const holds = withinBound(scalarType(column), bound, limit, value);
    add(bound, holds, made, (text) => `${quoted(text)} is ${side} ${limit}`);
  }
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
