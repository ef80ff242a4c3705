import { formatPath, type Path, toJsonPath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { literal } from '../sql/sql-text';
import { type KnownField, knownFields } from './known-fields';

/**
 * The SQL of a JSON object with the fields of a record that no column reads, in the objects they stand in; NULL where there are none. `record` is
 * the SQL of a whole record (JSON). In an exploded dataset the row's `item` is the element whose fields are kept beside it, under the list's
 * path and `[]`: {"note": …, "items[]": {"colour": …}}.
 */
export function extra(dataset: Dataset, record: string): string {
  const { record: field, exploded } = knownFields(dataset);
  const ofRecord = unread(field, record);
  if (exploded === undefined) return ofRecord;
  // Put together as texts: a merge patch would take the element's nulls for removals
  const member = `${literal(`${JSON.stringify(`${formatPath(exploded.path)}[]`)}:`)} || r.element || '}'`;
  const both = `CASE WHEN r.element IS NULL THEN r.record WHEN r.record IS NULL THEN '{' || ${member} ELSE left(r.record, -1) || ',' || ${member} END`;
  const parts = `{'record': CAST(${ofRecord} AS VARCHAR), 'element': CAST(${unread(exploded.element, 'item')} AS VARCHAR)}`;
  // A list of one element gives the two a name, so that neither is computed twice
  return `CAST(list_transform([${parts}], lambda r : ${both})[1] AS JSON)`;
}

/**
 * A merge patch (RFC 7386) takes away what it names as null; then the objects that are empty by it are taken away, the deepest first. A value
 * that is no object has no fields, and DuckDB (1.5.5) would give back the patch for it.
 */
function unread(field: KnownField, document: string): string {
  if (field.open) return 'CAST(NULL AS JSON)';
  let left = `json_merge_patch(d, ${literal(JSON.stringify(patchOf(field)))})`;
  for (const objects of byParent(field)) left = withoutEmpty(left, objects);
  const found = `CASE WHEN starts_with(ltrim(CAST(d AS VARCHAR)), '{') THEN nullif(CAST(${left} AS VARCHAR), '{}') END`;
  return `list_transform([${document}], lambda d : CAST(${found} AS JSON))[1]`;
}

interface Patch {
  readonly [key: string]: Patch | null;
}

function patchOf(field: KnownField): Patch {
  const entries = [...field.children].map(
    ([key, child]) => [key, isLookedInto(child) ? patchOf(child) : null] as const,
  );
  return Object.fromEntries(entries);
}

function isLookedInto(field: KnownField): boolean {
  return !field.open && field.children.size > 0;
}

interface Looked {
  readonly parent: Path;
  readonly key: string;
}

/** The objects that columns look into, the deepest first; those of one parent together. */
function byParent(field: KnownField): Looked[][] {
  const groups: Looked[][] = [];
  const visit = (at: KnownField, parent: Path): void => {
    const inner = [...at.children].filter(([, child]) => isLookedInto(child));
    if (inner.length > 0) groups.push(inner.map(([key]) => ({ parent, key })));
    for (const [key, child] of inner) visit(child, [...parent, key]);
  };
  visit(field, []);
  // A parent comes before its children
  return groups.reverse();
}

/** One patch takes away those of the objects of one parent that are empty. */
function withoutEmpty(document: string, objects: readonly Looked[]): string {
  const parent = objects[0]?.parent ?? [];
  const removals = objects.map(({ key }) => {
    const isEmpty = `CAST(json_extract(e, ${literal(toJsonPath([...parent, key]))}) AS VARCHAR) = '{}'`;
    return `CASE WHEN ${isEmpty} THEN ${literal(`${JSON.stringify(key)}:null`)} END`;
  });
  const before = parent.map((key) => `{${JSON.stringify(key)}:`).join('');
  const patch = `${literal(`${before}{`)} || concat_ws(',', ${removals.join(', ')}) || ${literal('}'.repeat(parent.length + 1))}`;
  return `list_transform([${document}], lambda e : json_merge_patch(e, CAST(${patch} AS JSON)))[1]`;
}
