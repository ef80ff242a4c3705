/** The schemas of views that are called like their dataset alone. */
const ownSchemas = ['main', 'memory'];

/** Whether a query may be about a table, by its short name or its source's; dashes of both are '_' there. */
export function isNamed(
  { source, dataset }: { readonly source: string; readonly dataset: string },
  sql: string,
): boolean {
  const [schema, table] = [source, dataset].map((name) => name.replaceAll('-', '_'));
  const names = sql.matchAll(new RegExp(`(?:(\\w+)"?\\s*\\.\\s*"?)?\\b${table}\\b`, 'gi'));
  return [...names].some(
    ([, before]) => before === undefined || [schema, ...ownSchemas].includes(before.toLowerCase()),
  );
}
