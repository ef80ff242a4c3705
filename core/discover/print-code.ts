/** A piece of a source file: a text as it stands there, or an object, list or call to be laid out. */
export type Code = string | CodeObject | CodeCall | { readonly list: readonly Code[] };

/** A call whose arguments are short, but for a text or two. */
export interface CodeCall {
  readonly call: string;
  readonly args: readonly string[];
}

export interface CodeObject {
  readonly members: readonly Member[];
  /** One member to a line even if all would fit on one. */
  readonly isTall?: boolean;
}

/** `name: value`, with lines of comment above it. */
export interface Member {
  readonly name: string;
  readonly value: Code;
  readonly comments?: readonly string[];
  /** An empty line above it. */
  readonly isApart?: boolean;
  /** The member itself is a comment: nothing is known about it. */
  readonly isOut?: boolean;
}

/** As the project's formatter has it. */
const lineWidth = 110;

/** A text as TypeScript: in single quotes, unless it holds more of them than of double quotes. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ud800-\udfff]/g, escapeUnit);
  const [singles, doubles] = [text.split("'").length, text.split('"').length];
  if (singles > doubles) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A pair of surrogates is a character and stays. */
function escapeUnit(unit: string, at: number, text: string): string {
  const code = unit.charCodeAt(0);
  const isPaired =
    (code >= 0xd800 && code < 0xdc00 && /^[\udc00-\udfff]/.test(text.slice(at + 1))) ||
    (code >= 0xdc00 && code < 0xe000 && /[\ud800-\udbff]$/.test(text.slice(0, at)));
  return isPaired ? unit : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Turns plain values into code; texts are quoted. */
export function codeOf(value: unknown): Code {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return { list: value.map(codeOf) };
  if (typeof value !== 'object' || value === null) return String(value);
  return { members: Object.entries(value).map(([name, inner]) => ({ name, value: codeOf(inner) })) };
}

/** Lays code out as the project's formatter would; `column` is where it begins, `after` what follows it on its line. */
export function print(code: Code, indent: number, column: number, after = 0): string {
  const flat = flatten(code);
  if (typeof code === 'string' || (flat !== undefined && fits(flat, column, after))) return flat ?? '';
  if ('call' in code) return brokenCall(code, indent, column);
  const inner = indent + 2;
  const lines =
    'list' in code
      ? code.list.map((one) => `${' '.repeat(inner)}${print(one, inner, inner, 1)},`)
      : code.members.map((member) => memberLines(member, inner));
  const [open, close] = 'list' in code ? '[]' : '{}';
  return `${open}\n${lines.join('\n')}\n${' '.repeat(indent)}${close}`;
}

function memberLines(
  { name, value, comments = [], isApart = false, isOut = false }: Member,
  indent: number,
): string {
  const margin = ' '.repeat(indent);
  const notes = comments.map((comment) => `${margin}// ${oneLine(comment)}\n`).join('');
  const start = `${keyOf(name)}: `;
  const line = isOut
    ? `${margin}// ${start}${flatten(value) ?? ''},`
    : isLongText(value, start, indent)
      ? `${margin}${start.trimEnd()}\n${margin}  ${value},`
      : `${margin}${start}${print(value, indent, indent + start.length, 1)},`;
  return `${isApart ? '\n' : ''}${notes}${line}`;
}

/** Undefined where it cannot stand on one line. */
function flatten(code: Code): string | undefined {
  if (typeof code === 'string') return code;
  if ('call' in code) return `${code.call}(${code.args.join(', ')})`;
  if ('list' in code) {
    const inner = code.list.map(flatten);
    return inner.includes(undefined) ? undefined : `[${inner.join(', ')}]`;
  }
  if (code.isTall) return undefined;
  if (code.members.length === 0) return '{}';
  const inner = code.members.map(({ name, value }) => {
    const flat = flatten(value);
    return flat === undefined ? undefined : `${keyOf(name)}: ${flat}`;
  });
  return inner.includes(undefined) ? undefined : `{ ${inner.join(', ')} }`;
}

function fits(text: string, column: number, after: number): boolean {
  return column + [...text].length + after <= lineWidth;
}

/** Behind a name of up to four characters, little is won by a line of its own. */
const shortStart = 'name: '.length;

/** A text that does not fit goes to a line of its own. */
function isLongText(value: Code, start: string, indent: number): value is string {
  return typeof value === 'string' && start.length > shortStart && !fits(value, indent + start.length, 1);
}

/** The object at the end keeps its brace on the first line if all before it fits there; else each argument gets a line. */
function brokenCall({ call, args }: CodeCall, indent: number, column: number): string {
  const margin = ' '.repeat(indent);
  const last = args.at(-1) ?? '';
  const head = `${[`${call}(${args.slice(0, -1).join(', ')}`, ...(args.length > 1 ? [', '] : [])].join('')}{`;
  if (last.startsWith('{ ') && fits(head, column, 0))
    return `${head}\n${margin}  ${last.slice(2, -2)},\n${margin}})`;
  return `${call}(\n${args.map((arg) => `${margin}  ${arg},\n`).join('')}${margin})`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** Nothing that a source says may end the comment it stands in. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll('*/', '* /');
}
