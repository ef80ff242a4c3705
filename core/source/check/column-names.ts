/** Athena, Spark and Glue take these without quoting. */
export const columnNamePattern = /^_?[A-Za-z][A-Za-z0-9_]{0,126}$/;

/** Names that a table has for itself, in lower case, each with what it is. */
export const reservedNames: ReadonlyMap<string, string> = new Map([
  ['run', 'which every table is partitioned by'],
  ['_extra', 'which holds the fields that no column reads'],
  ['_run_id', 'which lineage fills'],
  ['_slice', 'which lineage fills'],
  ['_page', 'which lineage fills'],
  ['_fetched_at', 'which lineage fills'],
]);
