import {
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  type Json,
} from '@duckdb/node-api';

/**
 * A value of a result as people and programs want it: moments in ISO 8601 with Z (the session must be in UTC), integers of 64 bits as
 * numbers where a JSON number holds them exactly and as texts else, maps as objects; also within lists, structs and maps.
 */
export function queriedValue(value: Json, type: DuckDBType | undefined): Json {
  if (value === null || type === undefined) return value;
  if (typeof value === 'string') return ofText(value, type.typeId);
  if (type instanceof DuckDBListType && Array.isArray(value))
    return value.map((element) => queriedValue(element, type.valueType));
  if (type instanceof DuckDBMapType && Array.isArray(value)) return ofMap(value, type);
  if (type instanceof DuckDBStructType && !Array.isArray(value) && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, queriedValue(field, type.typeForEntry(name))]),
    );
  return value;
}

function ofText(text: string, type: DuckDBTypeId): Json {
  if (type === DuckDBTypeId.TIMESTAMP_TZ) return text.replace(' ', 'T').replace(/\+00$/, 'Z');
  if (type === DuckDBTypeId.BIGINT && Number.isSafeInteger(Number(text))) return Number(text);
  return text;
}

/** Given as a list of { key, value }; the keys of a table's maps are texts. */
function ofMap(entries: readonly Json[], { valueType }: DuckDBMapType): Json {
  const pairs = entries.map((entry): [string, Json] => {
    const { key = null, value = null } = entry as { readonly key?: Json; readonly value?: Json }; // as node-api's JSON converter makes them
    return [String(key), queriedValue(value, valueType)];
  });
  return Object.fromEntries(pairs);
}
