/** Athena, Spark and Glue take these without quoting. */
const columnName = /^_?[A-Za-z][A-Za-z0-9_]{0,126}$/;

/** Names that tables keep for themselves, in lower case. */
const reserved = new Set(['run', '_extra', '_run_id', '_slice', '_page', '_fetched_at']);

/** Names that are made up are no longer than people read. */
const longest = 60;

/** How a source joins words. */
export type NameStyle = 'camel' | 'snake';

/** What stands for a credential. */
const masked = '***';

/** Whether a credential was taken out of a key: nobody knows it any more, and a file must not. */
export function isMasked(key: string): boolean {
  return key.includes(masked);
}

/**
 * Whether a path can name a key: DuckDB cannot address '' and '*', control characters and lone surrogates are no part of a
 * path, and a key that holds a credential is none for a file.
 */
export function isAddressable(key: string): boolean {
  return key !== '' && key !== '*' && key.length <= 300 && !/[\p{Cc}\p{Cs}]/u.test(key) && !isMasked(key);
}

/** The style in which most of the names of several words are written. */
export function styleOf(names: Iterable<string>): NameStyle {
  let balance = 0;
  for (const name of names) {
    if (/[a-z0-9]_[a-z0-9]/i.test(name)) balance += 1;
    else if (/[a-z0-9][A-Z]/.test(name)) balance -= 1;
  }
  return balance > 0 ? 'snake' : 'camel';
}

/** Gives out column names, each once whatever its upper and lower case. */
export class ColumnNames {
  readonly #taken = new Set<string>();

  constructor(readonly style: NameStyle) {}

  /** The source's own name where a table can have it, else the nearest that it can. */
  take(segments: readonly string[]): string {
    const wished = this.#join(segments);
    const base = reserved.has(wished.toLowerCase()) ? this.#join([wished, 'value']) : wished;
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? base : `${base}_${number}`;
      if (this.#taken.has(name.toLowerCase()) || reserved.has(name.toLowerCase())) continue;
      this.#taken.add(name.toLowerCase());
      return name;
    }
  }

  /** Whether nothing has this name yet. */
  isFree(name: string): boolean {
    return !this.#taken.has(name.toLowerCase()) && !reserved.has(name.toLowerCase());
  }

  #join(segments: readonly string[]): string {
    const [only] = segments;
    if (segments.length === 1 && only !== undefined && columnName.test(only)) return only;
    const words = segments.map(safe).filter((word) => word !== '');
    const joined = this.style === 'snake' ? words.join('_') : words.map(capitalized).join('');
    const name = joined.slice(0, longest).replace(/_+$/, '');
    if (columnName.test(name)) return name;
    return name === '' ? 'field' : `field_${name.replace(/^_+/, '')}`;
  }
}

/** Letters, digits and inner underscores, without accents. */
function safe(segment: string): string {
  return segment
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function capitalized(word: string, at: number): string {
  return at === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1);
}
