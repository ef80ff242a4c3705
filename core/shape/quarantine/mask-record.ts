import { openBrace, openBracket, quote } from '../../json/json-bytes';
import { elements, endOfValue, members, type Span, skipWhiteSpace } from '../../json/json-text';
import type { Mask } from '../../source/column';
import { elementPath, type PathSegment, parsePath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { maskText } from '../mask-text';

/** Values of the salts of masks, by the name of their secret. */
export type Salts = ReadonlyMap<string, string>;

/** A value of a record that nobody may read in clear. */
interface MaskedValue {
  /** To each element of the list, where a step is `every`. */
  readonly steps: readonly (PathSegment | typeof every)[];
  readonly mask: Mask;
  /** The text is masked as it is, rather than trimmed. */
  readonly verbatim: boolean;
}

/** A step to each element of a list. */
const every: unique symbol = Symbol('every element');

/**
 * Makes a function that replaces the values of masked columns in a record's JSON text: by a JSON string of the mask, or null where the column is
 * dropped. All other bytes stay. A value is replaced wherever its path leads, so of a key that occurs twice both; where a path leads through
 * something that it cannot go into, that is replaced as a whole, since what was to be masked may be in it. A transformed dataset's paths lead
 * through what transform made, not through the source's record, of which nothing is shown then.
 */
export function recordMasker(dataset: Dataset, salts: Salts): (record: Buffer) => Buffer {
  const masked = maskedValues(dataset);
  if (masked.length === 0) return (record) => record;
  if (dataset.transform !== undefined) return () => Buffer.from('null');
  return (record) => {
    const replacements = masked.flatMap(({ steps, mask, verbatim }) =>
      follow(record, skipWhiteSpace(record, 0), steps).map((span) => ({
        span,
        by: replacement(record.subarray(span.start, span.end), { mask, verbatim }, salts),
      })),
    );
    return replaced(record, replacements);
  };
}

function maskedValues({ columns, explode }: Dataset): MaskedValue[] {
  return Object.entries(columns).flatMap(([name, { path, options }]) => {
    const { mask, slice, page, elementIndex, derived, verbatim = false } = options;
    if (mask === undefined || slice !== undefined || page !== undefined) return [];
    if (elementIndex !== undefined || derived !== undefined) return [];
    const inElement = explode === undefined || path === undefined ? undefined : elementPath(explode, path);
    const steps: MaskedValue['steps'] =
      explode !== undefined && inElement !== undefined
        ? [...parsePath(explode), every, ...inElement]
        : path === undefined
          ? [name]
          : parsePath(path);
    return [{ steps, mask, verbatim }];
  });
}

/** Where the values stand that the steps lead to, or that stand in their way. */
function follow(json: Buffer, start: number, steps: MaskedValue['steps']): Span[] {
  const [step, ...rest] = steps;
  if (json[start] === letterN) return [];
  const whole = { start, end: endOfValue(json, start) ?? json.length };
  if (step === undefined) return [whole];
  const found: Span[] = [];
  if (typeof step === 'string') {
    if (json[start] !== openBrace) return [whole];
    for (const { key, start: at } of members(json, start))
      if (key === step) found.push(...follow(json, at, rest));
    return found;
  }
  if (json[start] !== openBracket) return [whole];
  let index = 0;
  for (const value of elements(json, start)) {
    if (step === every || step === index) found.push(...follow(json, value.start, rest));
    index += 1;
  }
  return found;
}

/** Only null begins with it. */
const letterN = 0x6e;

function replacement(value: Buffer, { mask, verbatim }: Omit<MaskedValue, 'steps'>, salts: Salts): Buffer {
  const json = value.toString('utf8');
  const text: string = value[0] === quote ? JSON.parse(json) : json;
  const clean = verbatim ? text : text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');
  const shown = clean === '' && !verbatim ? undefined : maskText(mask, clean, salts);
  return Buffer.from(JSON.stringify(shown ?? null));
}

function replaced(
  json: Buffer,
  replacements: readonly { readonly span: Span; readonly by: Buffer }[],
): Buffer {
  const parts: Buffer[] = [];
  let end = 0;
  // The outer one of two comes first: it begins earlier, or ends later
  const inOrder = [...replacements].sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  for (const { span, by } of inOrder) {
    if (span.start < end) continue;
    parts.push(json.subarray(end, span.start), by);
    end = span.end;
  }
  return Buffer.concat([...parts, json.subarray(end)]);
}
