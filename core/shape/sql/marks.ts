import { literal } from './sql-text';

/** Texts that stand in a copy of the pages before what DuckDB cannot read as it is, and nowhere else; see readable-copy.ts. Undefined for what is not there. */
export interface Marks {
  /** Before the digits of a lone surrogate: a value that holds it does not fit. */
  readonly surrogate?: string | undefined;
  /** Before a number that is a string in the copy, but a bare number in the page. */
  readonly number?: string | undefined;
}

/** SQL of a text (VARCHAR), a JSON text among them, with all its numbers as the page writes them. */
export function withNumbers(text: string, { number }: Marks): string {
  if (number === undefined) return text;
  return `CASE WHEN contains(${text}, ${literal(number)}) THEN ${bareNumbers(text, number)} ELSE ${text} END`;
}

/** The same in ten times as much time, for what is too long to stand in a statement three times. */
export function bareNumbers(text: string, marker: string): string {
  return `regexp_replace(${text}, ${literal(`"?${marker}([-+.0-9eE]+)"?`)}, '\\1', 'g')`;
}

/** The same, with lone surrogates as the page escapes them too. */
export function asSent(text: string, marks: Marks): string {
  const numbers = withNumbers(text, marks);
  return marks.surrogate === undefined ? numbers : `replace(${numbers}, ${literal(marks.surrogate)}, '\\u')`;
}

/**
 * SQL of a JSON text in which every bare number with a point or an exponent is a string behind the marker, since DuckDB's own writing of JSON would
 * alter some; bareNumbers makes them numbers again. Strings are passed over by a second alternative, which leaves two markers behind each.
 */
export function quotedNumbers(json: string, marker: string): string {
  const stringOrNumber = literal(String.raw`("(?:[^"\\]|\\.)*")|(-?[0-9]+[.eE][-+.0-9eE]*)`);
  const between = `regexp_replace(${json}, ${stringOrNumber}, ${literal(`\\1${marker}\\2${marker}`)}, 'g')`;
  const numbers = literal(`${marker}([-+.0-9eE]+)${marker}`);
  const quoted = literal(`"${marker}\\1"`);
  return `regexp_replace(replace(${between}, ${literal(marker + marker)}, ''), ${numbers}, ${quoted}, 'g')`;
}
