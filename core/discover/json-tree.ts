/** A number as it stands in the text: beyond 2^53, and with more than 15 digits, JavaScript's own would be another one. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

export type JsonObject = ReadonlyMap<string, Json>;

/** A JSON value whose numbers keep every digit and whose keys may be called anything. */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** What is nested deeper is left out: nobody makes columns of it. */
const deepest = 100;

/** Reads a JSON text; of a key that occurs twice the first counts, as for DuckDB. Throws a SyntaxError. */
export function readJson(text: string): Json {
  JSON.parse(text); // says what is wrong, so that the reader need not
  return new Reader(text).value(0);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Array.isArray would make any[] of a readonly array. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The text of a text or number, 'true' or 'false'; undefined for null, lists and objects. */
export function scalarText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return value instanceof JsonNumber ? value.text : undefined;
}

/** A whole number that JavaScript has exactly, also one in a text; undefined for anything else. */
export function wholeNumber(value: Json | undefined): number | undefined {
  const text = value instanceof JsonNumber || typeof value === 'string' ? scalarText(value) : undefined;
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Follows a path of keys and indexes; undefined where it leads nowhere. */
export function valueAt(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let current = value;
  for (const segment of path) {
    if (typeof segment === 'number') current = isList(current) ? current[segment] : undefined;
    else current = isObject(current) ? current.get(segment) : undefined;
  }
  return current;
}

/** One text for one value, whatever the order of its keys: to tell records apart. */
export function canonicalText(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isObject(value)) return value instanceof JsonNumber ? value.text : JSON.stringify(value);
  const members = [...value].map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`);
  return `{${members.sort().join(',')}}`;
}

/** The same value with other keys, where `rename` gives others; of two that become one the first counts. */
export function renameKeys(value: Json, rename: (key: string) => string): Json {
  if (isList(value)) return value.map((inner) => renameKeys(inner, rename));
  if (!isObject(value)) return value;
  const members = new Map<string, Json>();
  for (const [key, inner] of value) {
    const name = rename(key);
    if (!members.has(name)) members.set(name, renameKeys(inner, rename));
  }
  return members;
}

/** Reads a text that is known to be well-formed. */
class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  value(depth: number): Json {
    this.#skipWhiteSpace();
    switch (this.text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    if (depth >= deepest) return this.#leaveOut(new Map());
    const members = new Map<string, Json>();
    this.#at += 1;
    while (!this.#ends('}')) {
      const key = this.#string();
      this.#skipWhiteSpace();
      this.#at += 1; // the colon
      const value = this.value(depth + 1);
      if (!members.has(key)) members.set(key, value);
    }
    return members;
  }

  #list(depth: number): readonly Json[] {
    if (depth >= deepest) return this.#leaveOut([]);
    const values: Json[] = [];
    this.#at += 1;
    while (!this.#ends(']')) values.push(this.value(depth + 1));
    return values;
  }

  /** Whether the list or object ends here; takes the comma before the next value. */
  #ends(bracket: string): boolean {
    this.#skipWhiteSpace();
    if (this.text[this.#at] === ',') this.#at += 1;
    this.#skipWhiteSpace();
    if (this.text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #string(): string {
    const start = this.#at;
    this.#skipString();
    return JSON.parse(this.text.slice(start, this.#at));
  }

  #skipString(): void {
    for (this.#at += 1; this.text[this.#at] !== '"'; this.#at += 1)
      if (this.text[this.#at] === '\\') this.#at += 1;
    this.#at += 1;
  }

  #word<T>(word: string, value: T): T {
    this.#at += word.length;
    return value;
  }

  #number(): JsonNumber {
    const pattern = /[^\s,\]}]+/y;
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.text)?.[0] ?? '';
    this.#at += text.length;
    return new JsonNumber(text);
  }

  #leaveOut<T>(instead: T): T {
    let open = 0;
    do {
      const character = this.text[this.#at];
      if (character === '"') {
        this.#skipString();
        continue;
      }
      if (character === '{' || character === '[') open += 1;
      if (character === '}' || character === ']') open -= 1;
      this.#at += 1;
    } while (open > 0);
    return instead;
  }

  #skipWhiteSpace(): void {
    while (/[ \t\n\r]/.test(this.text[this.#at] ?? '')) this.#at += 1;
  }
}
