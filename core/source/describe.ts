const longestText = 60;

/** Says in a few words what a value is: a text in quotes and cut to 60 characters, a number, 'a list of 3', 'a Map'. Never throws. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return quote(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    case 'object':
      return describeObject(value);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

/** A text in single quotes on one line, cut to 60 characters. */
export function quote(text: string): string {
  const shown = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return `'${JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"')}'`;
}

/** "'a'", "'a' or 'b'", "'a', 'b' or 'c'". */
export function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

function describeObject(value: object | null): string {
  if (value === null) return 'null';
  try {
    if (Array.isArray(value)) return `a list of ${value.length}`;
    const name = /^\[object (\w{1,40})\]$/.exec(Object.prototype.toString.call(value))?.[1] ?? 'Object';
    if (name !== 'Object') return `a ${name}`;
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || Object.getPrototypeOf(prototype) === null
      ? 'an object'
      : 'an instance of a class';
  } catch {
    return 'an object that cannot be read';
  }
}
