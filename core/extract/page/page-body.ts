/** What the bytes of a body look like from outside. */
export type BodyForm = 'json' | 'empty' | 'cut-off' | 'html' | 'other';

const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/**
 * Tells a JSON object or array from what sources send in its place, by its first and last character: whether it is
 * well-formed inside is found where it is read. A Content-Type other than HTML is not held against it, since
 * sources send JSON under many names.
 */
export function bodyForm(body: Buffer, contentType: string | undefined): BodyForm {
  const start = skipWhiteSpace(body, 0, 1);
  if (start >= body.length) return 'empty';
  const first = character(body, start);
  const last = closing[first];
  if (last === undefined) {
    return first === '<' || /\bx?html\b/i.test(contentType ?? '') ? 'html' : 'other';
  }
  return character(body, skipWhiteSpace(body, body.length - 1, -1)) === last ? 'json' : 'cut-off';
}

/** The body without the byte order mark that some sources begin with: JSON has none (RFC 8259, section 8.1). */
export function withoutByteOrderMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

function character(body: Buffer, index: number): string {
  return String.fromCharCode(body[index] ?? 0);
}

function skipWhiteSpace(body: Buffer, from: number, step: 1 | -1): number {
  let index = from;
  while (isWhiteSpace(body[index])) index += step;
  return index;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
