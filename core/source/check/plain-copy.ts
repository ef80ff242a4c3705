import { describe } from '../describe';
import type { PathSegment } from '../path';
import type { Problem } from '../problems';
import { problemAt } from '../problems';

/** Deeper than any definition is: one that nests types eight deep has 28. */
const deepest = 40;
/** About 10,000 datasets of 40 columns: bounds what a definition that refers to one object over and over can cost. */
const mostValues = 2_000_000;

const plainData = 'plain data: texts, numbers, true or false, lists and objects';

/**
 * Copies what was handed to defineSource into ordinary objects and lists, so that everything after it may read freely.
 * Accessors that throw, cycles, class instances and definitions without end become problems; functions and other values
 * that are not data are kept for the schema to refuse. Properties that are undefined are left out.
 */
export function plainCopy(input: unknown): { readonly copy: unknown; readonly problems: readonly Problem[] } {
  const copier = new Copier();
  const copy = copier.copy(input);
  if (!copier.tooLarge) return { copy, problems: copier.problems };
  return { copy: undefined, problems: [problemAt([], `more than ${mostValues} values`, plainData)] };
}

class Copier {
  readonly problems: Problem[] = [];
  private readonly ancestors = new Set<object>();
  private readonly path: PathSegment[] = [];
  private values = 0;

  copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (this.ancestors.has(value)) return this.refuse('a reference to an object around it');
    if (this.path.length > deepest) return this.refuse('an object nested too deep');
    this.ancestors.add(value);
    try {
      return Array.isArray(value) ? this.copyList(value) : this.copyObject(value);
    } catch {
      return this.refuse('a value that throws when it is read');
    } finally {
      this.ancestors.delete(value);
    }
  }

  private copyList(list: readonly unknown[]): unknown {
    if (list.length > mostValues) return this.refuse(`a list of ${list.length}`);
    const copy: unknown[] = [];
    for (let index = 0; index < list.length && this.mayGoOn(); index++) {
      copy.push(this.copyProperty(list, index));
    }
    return copy;
  }

  private copyObject(object: object): unknown {
    if (!isPlain(object)) return this.refuse(describe(object));
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(object)) {
      if (!this.mayGoOn()) break;
      if (key === '__proto__') {
        this.problems.push(problemAt([...this.path, key], 'an unknown option', 'any other name'));
        continue;
      }
      const inner = this.copyProperty(object, key);
      if (inner !== undefined) copy[key] = inner;
    }
    return copy;
  }

  private copyProperty(holder: object, key: PathSegment): unknown {
    this.path.push(key);
    try {
      return this.copy(Reflect.get(holder, key));
    } catch {
      return this.refuse('a value that throws when it is read');
    } finally {
      this.path.pop();
    }
  }

  private mayGoOn(): boolean {
    this.values += 1;
    return !this.tooLarge;
  }

  get tooLarge(): boolean {
    return this.values > mostValues;
  }

  private refuse(received: string): undefined {
    this.problems.push(problemAt(this.path, received, plainData));
    return undefined;
  }
}

/** An object literal, of whatever realm: its prototype is null, or one that has no prototype itself. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
