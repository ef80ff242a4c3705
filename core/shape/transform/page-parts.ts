import { closeBracket, comma, openBracket } from '../../json/json-bytes';
import { endOfValue, locate, type Span, skipWhiteSpace } from '../../json/json-text';
import type { Path } from '../../source/path';

/** A body taken apart. */
export interface PageParts {
  /** Where the records stand, in order; whether each is well-formed is still to be seen. */
  readonly records: readonly Span[];
  /** Well-formed JSON with everything around the records; the records too, where one of the paths leads into them. */
  readonly envelope: Buffer;
}

const noRecords = Buffer.from('[]');

/**
 * Finds the records of a body without parsing them; undefined where the body is malformed around them or has no array there. `paths` are those that
 * the envelope will be asked for.
 */
export function pageParts(body: Buffer, records: Path, paths: readonly Path[]): PageParts | undefined {
  try {
    const start = locate(body, records);
    const array = start === undefined ? undefined : arrayAt(body, start);
    if (start === undefined || array === undefined) return undefined;
    const around = Buffer.concat([body.subarray(0, start), noRecords, body.subarray(array.end)]);
    JSON.parse(around.toString('utf8'));
    return {
      records: array.elements,
      envelope: paths.some((path) => leadsInto(path, records)) ? body : around,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The text of the value at a path: a string's own, the JSON of anything else; undefined for null and where there is nothing. */
export function textAt(json: Buffer, path: Path): string | undefined {
  const text = jsonAt(json, path);
  return text?.startsWith('"') ? JSON.parse(text) : text;
}

/** The JSON of the value at a path, as it stands there; undefined for null and where there is nothing. */
export function jsonAt(json: Buffer, path: Path): string | undefined {
  const start = locate(json, path);
  if (start === undefined) return undefined;
  const text = json.toString('utf8', start, endOfValue(json, start));
  return text === 'null' ? undefined : text;
}

/** Stricter than `elements` of json-text.ts, which trusts its input. */
function arrayAt(
  json: Buffer,
  start: number,
): { readonly elements: readonly Span[]; readonly end: number } | undefined {
  if (json[start] !== openBracket) return undefined;
  const elements: Span[] = [];
  let at = skipWhiteSpace(json, start + 1);
  if (json[at] === closeBracket) return { elements, end: at + 1 };
  for (;;) {
    const end = endOfValue(json, at);
    if (end === undefined) return undefined;
    elements.push({ start: at, end });
    at = skipWhiteSpace(json, end);
    if (json[at] === closeBracket) return { elements, end: at + 1 };
    if (json[at] !== comma) return undefined;
    at = skipWhiteSpace(json, at + 1);
  }
}

function leadsInto(path: Path, records: Path): boolean {
  return path.length > records.length && records.every((segment, index) => path[index] === segment);
}
