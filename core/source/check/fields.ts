/** The options of an object that has not been checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The options of a value; none when it is no object. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** Whether a value is an object that is no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of a list; the value alone when it is one object, and nothing when it is neither. */
export function listOf(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.map(fields);
  return isFields(value) ? [value] : [];
}
