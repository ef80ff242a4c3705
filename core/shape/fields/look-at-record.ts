import { openBrace, openBracket, quote } from '../../json/json-bytes';
import { elements, members, skipWhiteSpace } from '../../json/json-text';
import { formatPath } from '../../source/path';
import { isExpected, type JsonType, type KnownField, type KnownFields } from './known-fields';

/** Which fields one record has. */
export interface LookedAt {
  /** JSON type of the first value of each field that no column reads, or that is nothing to look into, by its path. */
  readonly unknown: ReadonlyMap<string, JsonType>;
  /** Ids of the known fields that are there. */
  readonly there: ReadonlySet<number>;
  /** Ids of the known fields that are objects with anything in them. */
  readonly objects: ReadonlySet<number>;
}

/** Longer names are cut; a key may have megabytes. */
const longestName = 200;

/** Looks at the keys of a record, which is the source's own well-formed JSON text, as deep as columns look. */
export function lookAtRecord(json: Buffer, { record }: KnownFields): LookedAt {
  const unknown = new Map<string, JsonType>();
  const there = new Set<number>();
  const objects = new Set<number>();
  const note = (name: string, type: JsonType): void => {
    if (!unknown.has(name)) unknown.set(name, type);
  };
  const look = (start: number, field: KnownField, name: string, open: boolean): void => {
    const visited = new Set<KnownField>();
    for (const { key, start: at } of members(json, start)) {
      objects.add(field.id);
      const child = field.children.get(key);
      if (child === undefined) {
        if (!open) note(childName(name, key), typeAt(json, at));
      } else if (!visited.has(child)) {
        // Of a key that occurs twice columns read the first value
        visited.add(child);
        there.add(child.id);
        lookInto(at, child, () => childName(name, key), open || child.open);
      }
    }
  };
  const lookInto = (start: number, field: KnownField, name: () => string, open: boolean): void => {
    const type = typeAt(json, start);
    if (field.elements !== undefined && type === 'array')
      for (const element of elements(json, start))
        lookAtElement(element.start, field.elements, `${name()}[]`, open || field.elements.open);
    if (field.children.size > 0 && type === 'object') look(start, field, name(), open);
    else if (!open && !isExpected(field, type)) note(name(), type);
  };
  const lookAtElement = (start: number, element: KnownField, name: string, open: boolean): void => {
    const type = typeAt(json, start);
    if (type === 'object') look(start, element, name, open);
    else if (!open && !isExpected(element, type)) note(name, type);
  };
  look(skipWhiteSpace(json, 0), record, '', record.open);
  return { unknown, there, objects };
}

function childName(parent: string, key: string): string {
  const cut = key.length > longestName ? `${key.slice(0, longestName)}…` : key;
  const step = formatPath([cut]);
  return parent === '' || step.startsWith('[') ? `${parent}${step}` : `${parent}.${step}`;
}

/** The JSON type of the value that begins at `start`. */
function typeAt(json: Buffer, start: number): JsonType {
  switch (json[start]) {
    case quote:
      return 'string';
    case openBrace:
      return 'object';
    case openBracket:
      return 'array';
    case 0x74: // t
    case 0x66: // f
      return 'boolean';
    case 0x6e: // n
      return 'null';
    default:
      return 'number';
  }
}
