import type { Path } from '../source/path';
import { isAddressable } from './column-names';
import { isList, isObject, type Json } from './json-tree';

/** A value that a body holds besides its records. */
export interface Fact {
  readonly path: Path;
  /** Last key of the path. */
  readonly name: string;
  /** The name without upper case, signs and underscores: 'nextCursor' and 'next_cursor' are 'nextcursor'. */
  readonly plain: string;
  /** Null, or a text, number or boolean. */
  readonly value: Json;
}

const deepest = 4;

/** All that a body says besides its records, from the outside inwards; lists are left out. */
export function envelopeOf(body: Json, records: Path): readonly Fact[] {
  const facts: Fact[] = [];
  const isRecords = (path: Path) =>
    path.length === records.length && path.every((key, at) => key === records[at]);
  const visit = (value: Json, path: Path): void => {
    if (isList(value) || isRecords(path)) return;
    if (isObject(value)) {
      if (path.length < deepest)
        for (const [key, inner] of value) if (isAddressable(key)) visit(inner, [...path, key]);
      return;
    }
    const name = String(path.at(-1) ?? '');
    facts.push({ path, name, plain: plainName(name), value });
  };
  visit(body, []);
  return facts.sort((a, b) => a.path.length - b.path.length);
}

/** Letters and digits only, in lower case. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
