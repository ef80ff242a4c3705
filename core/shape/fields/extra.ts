import { formatPath, type Path, toJsonPath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { literal } from '../sql/sql-text';
import { type CheckedField, checkedFields, type KnownField, knownFields } from './known-fields';

/**
 * The SQL of a JSON object with the fields of a record that no column reads, in the objects they stand in; NULL where there are none. `record` is
 * the SQL of a whole record (JSON). In an exploded dataset the row's `item` is the element whose fields are kept beside it, under the list's
 * path and `[]`: {"note": …, "items[]": {"colour": …}}. What is something else than columns look into is kept as a whole, unless a masked
 * column would read something in it.
 */
export function extra(dataset: Dataset, record: string): string {
  const { record: field, exploded } = knownFields(dataset);
  const ofRecord = unread(field, record, false);
  if (exploded === undefined) return ofRecord;
  // Put together as texts: a merge patch would take the element's nulls for removals
  const member = `${literal(`${JSON.stringify(`${formatPath(exploded.path)}[]`)}:`)} || r.element || '}'`;
  const both = `CASE WHEN r.element IS NULL THEN r.record WHEN r.record IS NULL THEN '{' || ${member} ELSE left(r.record, -1) || ',' || ${member} END`;
  const parts = `{'record': CAST(${ofRecord} AS VARCHAR), 'element': CAST(${unread(exploded.element, 'item', true)} AS VARCHAR)}`;
  // A list of one element gives the two a name, so that neither is computed twice
  return `CAST(list_transform([${parts}], lambda r : ${both})[1] AS JSON)`;
}

/**
 * A merge patch (RFC 7386) takes away what it names as null; then the objects that are empty by it are taken away, the deepest first. A value
 * that is no object has no fields, and DuckDB (1.5.5) would give back the patch for it.
 */
function unread(field: KnownField, document: string, isElement: boolean): string {
  if (field.open) return 'CAST(NULL AS JSON)';
  const kept = [...checkedFields(field, isElement)].filter((one) => !one.field.masked);
  const mistyped = new Map(kept.map((one, index) => [one.field, isMistyped(one, `t[${index + 1}]`)]));
  let left = `json_merge_patch(d, ${patchText(field, mistyped)})`;
  for (const objects of byParent(field)) left = withoutEmpty(left, objects);
  const ownType = mistyped.get(field);
  const itself = ownType === undefined ? '' : ` WHEN ${ownType} THEN CAST(d AS VARCHAR)`;
  const found = `CASE WHEN starts_with(ltrim(CAST(d AS VARCHAR)), '{') THEN nullif(CAST(${left} AS VARCHAR), '{}')${itself} END`;
  const paths = kept.map(({ path }) => literal(toJsonPath(path))).join(', ');
  const typed =
    kept.length === 0 ? found : `list_transform([json_type(d, [${paths}])], lambda t : ${found})[1]`;
  return `list_transform([${document}], lambda d : CAST(${typed} AS JSON))[1]`;
}

/** SQL of whether a field is something else than columns look into, by what json_type says of it; NULL where it is not there. */
function isMistyped({ field, isList }: CheckedField, type: string): string {
  const expected = [...(isList ? [] : ['OBJECT']), ...(field.indexed ? ['ARRAY'] : []), 'NULL'];
  return `${type} NOT IN (${expected.map(literal).join(', ')})`;
}

/** SQL of the patch. It is the same for all records but those where fields are mistyped, which it does not name, so that they stay. */
function patchText(field: KnownField, mistyped: ReadonlyMap<KnownField, string>): string {
  const usual = literal(JSON.stringify(patchOf(field)));
  if (mistyped.size === 0) return usual;
  return `CASE WHEN ${[...mistyped.values()].join(' OR ')} THEN CAST(${patchWithout(field, mistyped)} AS JSON) ELSE ${usual} END`;
}

function patchWithout(field: KnownField, mistyped: ReadonlyMap<KnownField, string>): string {
  const members = [...field.children].map(([key, child]) => {
    const name = `${JSON.stringify(key)}:`;
    const member = isLookedInto(child)
      ? `${literal(name)} || ${patchWithout(child, mistyped)}`
      : literal(`${name}null`);
    const unlike = mistyped.get(child);
    return unlike === undefined ? member : `CASE WHEN ${unlike} THEN NULL ELSE ${member} END`;
  });
  return members.length === 0 ? "'{}'" : `('{' || concat_ws(',', ${members.join(', ')}) || '}')`;
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
  const after = '}'.repeat(parent.length + 1);
  // Where nothing is empty the parent itself may be no object, and would become one
  const patch = `coalesce(${literal(`${before}{`)} || nullif(concat_ws(',', ${removals.join(', ')}), '') || ${literal(after)}, '{}')`;
  return `list_transform([${document}], lambda e : json_merge_patch(e, CAST(${patch} AS JSON)))[1]`;
}
