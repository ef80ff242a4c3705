import type { DuckDBConnection } from '@duckdb/node-api';

/** What DuckDB itself says of its functions; names in lower case. */
export interface FunctionFacts {
  /** Those whose value is not the arguments' alone: of the clock, the machine, the session, chance, or with an effect. */
  readonly beyondRecord: ReadonlySet<string>;
  /** Those that make one value of many records, and nothing else. */
  readonly aggregates: ReadonlySet<string>;
}

/**
 * What DuckDB (1.5.5) calls consistent and is not: the salts of masks, settings, the machine's environment, DuckDB's own version, and the clock
 * where it is said without a time zone; and words of the clock that are no names of functions.
 */
const inconsistent = [
  'getvariable',
  'getenv',
  'current_setting',
  'version',
  'current_localtime',
  'current_localtimestamp',
  'current_timestamp',
  'localtime',
  'localtimestamp',
];

/** Bare words that SQL reads as calls where no column is called so; those of the user are constants in DuckDB. */
const bareWord = /^(?:current_(?:catalog|date|schema|time|timestamp)|localtime|localtimestamp)$/;

const known = new WeakMap<DuckDBConnection, Promise<FunctionFacts>>();

/** Reads the facts, once for a connection. */
export function functionFacts(connection: DuckDBConnection): Promise<FunctionFacts> {
  const facts = known.get(connection) ?? readFacts(connection);
  known.set(connection, facts);
  return facts;
}

/** What a name in a parsed expression calls, in lower case; undefined where it calls nothing. */
export function calledBy(key: string, value: unknown): string | undefined {
  if (key === 'function_name') return String(value).toLowerCase();
  const [name] = key === 'column_names' && Array.isArray(value) ? value : [];
  const word = String(name).toLowerCase();
  return bareWord.test(word) ? word : undefined;
}

async function readFacts(connection: DuckDBConnection): Promise<FunctionFacts> {
  const names = async (query: string) =>
    (await connection.runAndReadAll(query)).getRows().map(([name]) => String(name).toLowerCase());
  const unstable = await names(
    `SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT' OR has_side_effects`,
  );
  const aggregates = await names(
    `SELECT function_name FROM duckdb_functions() GROUP BY function_name HAVING bool_and(function_type = 'aggregate')`,
  );
  const beyondRecord = new Set([...inconsistent, ...unstable]);
  await addMacros(connection, beyondRecord);
  return { beyondRecord, aggregates: new Set(aggregates) };
}

/** A macro has no facts of its own: it is what it calls, and a subquery in it looks at the database. */
async function addMacros(connection: DuckDBConnection, beyondRecord: Set<string>): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT function_name, CAST(json_serialize_sql('SELECT ' || macro_definition) AS VARCHAR) FROM duckdb_functions() WHERE function_type = 'macro'`,
  );
  const macros = reader.getRows().map(([name, parsed]) => {
    const found = { calls: new Set<string>(), subquery: false };
    look(JSON.parse(String(parsed)), found);
    return { name: String(name).toLowerCase(), ...found };
  });
  for (let size = -1; size !== beyondRecord.size; ) {
    size = beyondRecord.size;
    for (const { name, calls, subquery } of macros)
      if (subquery || [...calls].some((called) => beyondRecord.has(called))) beyondRecord.add(name);
  }
}

function look(node: unknown, found: { readonly calls: Set<string>; subquery: boolean }): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const called = calledBy(key, value);
    if (called !== undefined) found.calls.add(called);
    if (key === 'class' && value === 'SUBQUERY') found.subquery = true;
    look(value, found);
  }
}
