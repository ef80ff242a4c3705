import type { Column, ColumnType } from '../../source/column';
import { elementPath, type Path, parsePath } from '../../source/path';
import type { Dataset } from '../../source/source';

/** A field that columns read, or that they look into for what they read. */
export interface KnownField {
  /** Unique among the fields of a dataset. */
  readonly id: number;
  /** By key; empty where no column looks into it. */
  readonly children: Map<string, KnownField>;
  /** Everything in it is known: a column reads it as a whole, or by index. */
  open: boolean;
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

  #read(name: string, { columnType, path: text }: Column): ColumnWay {
    const { explode } = this.#dataset;
    const inElement = explode === undefined || text === undefined ? undefined : elementPath(explode, text);
    const way = { column: name, path: text ?? name };
    if (inElement !== undefined && this.#list !== undefined)
      return {
        ...way,
        steps: [...this.#list.steps, ...this.#place(this.#list.element, inElement, columnType)],
      };
    const path = text === undefined ? [name] : parsePath(text);
    return { ...way, steps: this.#place(this.#record, path, columnType) };
  }

  /** Marks what a column of the type reads at the path. */
  #place(from: KnownField, path: Path, type: ColumnType): Step[] {
    const steps = this.#walk(from, path);
    const field = steps.at(-1)?.child ?? from;
    if (type.type !== 'struct' || steps.length < path.length) field.open = true;
    else
      for (const [name, { columnType, path: text }] of Object.entries(type.fields))
        this.#place(field, text === undefined ? [name] : parsePath(text), columnType);
    return steps;
  }

  /** Follows keys, making fields where there are none, up to the first index: a list that is read by index is known as a whole. */
  #walk(from: KnownField, path: Path): Step[] {
    const steps: Step[] = [];
    let parent = from;
    for (const segment of path) {
      if (typeof segment === 'number') {
        parent.open = true;
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
    return { id: this.#fields++, children: new Map(), open: false, elements: undefined };
  }
}

function isOfRecord({ slice, page, elementIndex, derived }: Column['options']): boolean {
  return slice === undefined && page === undefined && elementIndex === undefined && derived === undefined;
}
