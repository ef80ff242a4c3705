import type { Column, ColumnType } from '../../source/column';
import { elementPath, type Path, parsePath } from '../../source/path';
import type { Dataset } from '../../source/source';

/** What a JSON value is. */
export type JsonType = 'string' | 'object' | 'array' | 'boolean' | 'null' | 'number';

/** A field that columns read, or that they look into for what they read. */
export interface KnownField {
  /** Unique among the fields of a dataset. */
  readonly id: number;
  /** By key; empty where no column looks into it. */
  readonly children: Map<string, KnownField>;
  /** Everything in it is known, whatever it is: a column reads it as a whole. */
  open: boolean;
  /** A column reads an element of it by index: as a list it is known as a whole. */
  indexed: boolean;
  /** A struct is read from it: what is no object does not fit that column, and is told there. */
  struct: boolean;
  /** A masked column reads something in it. */
  masked: boolean;
  /** Set on the list that is exploded: what is known of each of its elements. */
  elements: KnownField | undefined;
}

/** The way of one column: which fields lead to it, as far as objects go. */
export interface ColumnWay {
  readonly column: string;
  readonly path: string;
  /** From the record to the value; under explode, from the record to the list, then from its element. */
  readonly steps: readonly Step[];
}

interface Step {
  readonly parent: KnownField;
  readonly child: KnownField;
}

/** What the columns of a dataset read of a record. */
export interface KnownFields {
  readonly record: KnownField;
  /** The exploded list; undefined where nothing is exploded, or where it is reached by index. */
  readonly exploded: { readonly path: Path; readonly element: KnownField } | undefined;
  readonly ways: readonly ColumnWay[];
}

const kept = new WeakMap<Dataset, KnownFields>();

/** Reads the columns of a dataset; those that take nothing of a record (slice, page, elementIndex, derived) are left out. */
export function knownFields(dataset: Dataset): KnownFields {
  let known = kept.get(dataset);
  if (known === undefined) {
    known = new Builder(dataset).build();
    kept.set(dataset, known);
  }
  return known;
}

class Builder {
  readonly #dataset: Dataset;
  #fields = 0;
  readonly #record = this.#field();
  #list: { readonly path: Path; readonly steps: readonly Step[]; readonly element: KnownField } | undefined;

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  build(): KnownFields {
    const { explode, columns } = this.#dataset;
    if (explode !== undefined) this.#explode(parsePath(explode));
    const ways = Object.entries(columns)
      .filter(([, { options }]) => isOfRecord(options))
      .map(([name, column]) => this.#read(name, column));
    const byKeys = this.#list?.path.every((segment) => typeof segment === 'string');
    return { record: this.#record, exploded: byKeys ? this.#list : undefined, ways };
  }

  #explode(path: Path): void {
    const steps = this.#walk(this.#record, path);
    const element = this.#field();
    const list = steps.at(-1)?.child ?? this.#record;
    if (steps.length === path.length) list.elements = element;
    this.#list = { path, steps, element };
  }

  #read(name: string, { columnType, path: text, options }: Column): ColumnWay {
    const { explode } = this.#dataset;
    const inElement = explode === undefined || text === undefined ? undefined : elementPath(explode, text);
    const way = { column: name, path: text ?? name };
    const masked = options.mask !== undefined;
    if (inElement !== undefined && this.#list !== undefined) {
      const { steps, element } = this.#list;
      if (masked) for (const field of [...steps.map(({ child }) => child), element]) field.masked = true;
      return { ...way, steps: [...steps, ...this.#place(element, inElement, columnType, masked)] };
    }
    const path = text === undefined ? [name] : parsePath(text);
    return { ...way, steps: this.#place(this.#record, path, columnType, masked) };
  }

  /** Marks what a column of the type reads at the path. */
  #place(from: KnownField, path: Path, type: ColumnType, masked: boolean): Step[] {
    const steps = this.#walk(from, path);
    if (masked) for (const { child } of steps) child.masked = true;
    const field = steps.at(-1)?.child ?? from;
    // By index: the list is marked as such
    if (steps.length < path.length) return steps;
    if (type.type !== 'struct') field.open = true;
    else {
      field.struct = true;
      for (const [name, { columnType, path: text }] of Object.entries(type.fields))
        this.#place(field, text === undefined ? [name] : parsePath(text), columnType, masked);
    }
    return steps;
  }

  /** Follows keys, making fields where there are none, up to the first index: a list that is read by index is known as a whole. */
  #walk(from: KnownField, path: Path): Step[] {
    const steps: Step[] = [];
    let parent = from;
    for (const segment of path) {
      if (typeof segment === 'number') {
        parent.indexed = true;
        break;
      }
      const child = parent.children.get(segment) ?? this.#field();
      parent.children.set(segment, child);
      steps.push({ parent, child });
      parent = child;
    }
    return steps;
  }

  #field(): KnownField {
    return {
      id: this.#fields++,
      children: new Map(),
      open: false,
      indexed: false,
      struct: false,
      masked: false,
      elements: undefined,
    };
  }
}

/** Whether a value of this JSON type is one that columns can look into, or that another check tells; null is nothing to look into. */
export function isExpected(field: KnownField, type: JsonType): boolean {
  if (type === 'null' || field.open || field.struct || field.elements !== undefined) return true;
  return type === 'object' ? field.children.size > 0 : type === 'array' && field.indexed;
}

/** A field that may be something else than columns look into, in a record or an exploded element. */
export interface CheckedField {
  readonly field: KnownField;
  readonly path: Path;
  /** Columns look into it by index alone: a list, rather than an object. */
  readonly isList: boolean;
}

/** The fields whose type matters, `field` itself only where it is an element: the record is checked as a whole. */
export function* checkedFields(
  field: KnownField,
  isElement: boolean,
  path: Path = [],
): Generator<CheckedField> {
  if (field.open) return;
  if ((isElement || path.length > 0) && !isExpected(field, 'string'))
    yield { field, path, isList: field.indexed && field.children.size === 0 };
  for (const [key, child] of field.children) yield* checkedFields(child, isElement, [...path, key]);
}

function isOfRecord({ slice, page, elementIndex, derived }: Column['options']): boolean {
  return slice === undefined && page === undefined && elementIndex === undefined && derived === undefined;
}
