import { describe } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';

/** Steps on a text, which a count is not. */
const textOptions = [
  'verbatim',
  'nfc',
  'collapse',
  'case',
  'replace',
  'nullIf',
  'values',
  'sql',
  'default',
  'pattern',
  'enum',
];

/** Options of a column that do not go together, or not with its type. */
export function optionProblems(column: Fields, columnPath: Path): readonly Problem[] {
  const options = fields(column.options);
  const { type } = fields(column.columnType);
  const path = [...columnPath, 'options'];
  return [
    ...textProblems(options, path),
    ...(options.verbatim === true && isOtherScalar(type)
      ? [
          problemAt(
            [...path, 'verbatim'],
            'true',
            'verbatim for varchar only: white space is no part of other values',
          ),
        ]
      : []),
    ...(options.required === true && options.onUnfit === 'null'
      ? [
          problemAt(
            [...path, 'onUnfit'],
            "'null'",
            "'quarantine' or 'fail': a required value cannot become null",
          ),
        ]
      : []),
    ...maskProblems(options, type, [...path, 'mask']),
  ];
}

function textProblems(options: Fields, path: Path): readonly Problem[] {
  if (options.elementIndex === undefined) return [];
  return textOptions
    .filter((name) => options[name] !== undefined)
    .map((name) =>
      problemAt(
        [...path, name],
        describe(options[name]),
        'nothing with elementIndex, which counts rather than reads a text',
      ),
    );
}

function maskProblems({ mask, slice }: Fields, type: unknown, path: Path): readonly Problem[] {
  const { type: kind, keepFirst, keepLast } = fields(mask);
  if (mask !== undefined && slice !== undefined)
    return [
      problemAt(
        path,
        received(mask),
        'no mask with slice: the value of a slice stands in the plan, in messages and in URLs, where no mask hides it',
      ),
    ];
  if ((kind === 'sha256' || kind === 'partial') && isOtherScalar(type))
    return [problemAt(path, received(mask), "'drop', or a varchar column: a masked value is a text")];
  if (kind === 'partial' && keepFirst === undefined && keepLast === undefined)
    return [problemAt(path, 'an object', 'keepFirst, keepLast or both: how many characters are still seen')];
  return [];
}

/** Whatever else is in a mask may be a salt in clear. */
function received(mask: unknown): string {
  const { type } = fields(mask);
  if (mask === 'drop') return "'drop'";
  return type === 'sha256' || type === 'partial' ? `a mask of type '${type}'` : 'a mask';
}

/** Nested types have none of these options at all, and the schema says so. */
function isOtherScalar(type: unknown): boolean {
  return typeof type === 'string' && !['varchar', 'json', 'list', 'struct', 'map'].includes(type);
}
