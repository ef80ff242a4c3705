import { identifier, literal } from '../../shape/sql/sql-text';
import { readStage } from '../../shape/stage/read-stage';
import type { Merge } from './curation-engine';
import { keyHash, keyText, proofColumns } from './key-proof';
import { type RowSource, rowSource } from './row-source';

/** One of several files that a table is written to. */
export interface Part {
  /** From 0. */
  readonly part: number;
  /** How many there are. */
  readonly parts: number;
}

/** The SQL of a merge, in the order of its steps. */
export interface MergeStatements {
  /** Makes the tables `keys` (the hash of each row's key, and the row's place) and `spools` (the keys at the edges of each spool). */
  readonly begin: readonly string[];
  /** Writes the rows of files to a spool, each with its place, from `place` on; changes as many rows as there are. */
  spool(files: readonly string[], to: string, place: number): string;
  /** Notes the keys of the nth spool. */
  note(n: number, spool: string): readonly string[];
  /** Makes the table `repeated`, of the places of rows that are left out: all but the last with their key. */
  readonly findRepeated: string;
  /** Selects proofColumns of all keys, each once. */
  readonly distinctKeys: string;
  /** Makes the table `cuts`, of the smallest key of each part but the first, from a sample of the keys. */
  cut(spools: readonly string[], parts: number): string;
  /** Selects the numbers of the spools that may have rows of a part. */
  spoolsOf(part: Part): string;
  /** Writes a part to a file, in the order of the key, with no more than so many rows in a row group. */
  write(
    part: Part,
    to: { readonly spools: readonly string[]; readonly file: string; readonly mostRows: number },
  ): string;
  /** Selects proofColumns of a file's rows, as any reader sees them. */
  readBack(file: string): string;
  /** Selects a file's smallest and largest key, as JSON text. */
  edges(file: string): string;
}

/** Keys from which the cuts are taken: of a hundred files, nine in ten are then within 5 % of the size that they should have. */
const sampledKeys = 100_000;

/** Rows in a row group of a spool. */
const spooledRows = 8192;

/** The statements of one merge. */
export function mergeStatements({ table, parquet }: Merge): MergeStatements {
  const source = rowSource(table, parquet);
  const names = spoolNames(source);
  const key = comparable(names.key);
  const tableKey = table.key.map(identifier);
  const carried = source.columns.join(', ');
  const asKeys = source.key.map((sql, i) => `${sql} AS ${names.key[i]}`).join(', ');
  return {
    begin: [
      'CREATE TABLE keys (hash UHUGEINT, place BIGINT)',
      `CREATE TABLE spools AS SELECT 0 AS n, ${key} AS low, ${key} AS high FROM (SELECT ${asKeys} FROM (${source.nothing}))`,
    ],
    spool(files, to, place) {
      const placed = `${place} + row_number() OVER () AS ${names.place}`;
      // Snappy, as it is read again within minutes and never leaves this disk; small row groups, as one of wide rows must fit into memory
      return `COPY (SELECT ${carried}, ${asKeys}, ${placed} FROM ${source.read(files)}) TO ${literal(to)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${spooledRows})`;
    },
    note(n, spool) {
      const rows = spooled([spool]);
      return [
        `INSERT INTO keys SELECT ${keyHash(names.key)}, ${names.place} FROM ${rows}`,
        `INSERT INTO spools SELECT ${n}, min(${key}), max(${key}) FROM ${rows}`,
      ];
    },
    findRepeated: `CREATE TABLE repeated AS
      WITH several AS (SELECT hash, max(place) AS last FROM keys GROUP BY hash HAVING count(*) > 1)
      SELECT keys.place FROM keys JOIN several ON keys.hash = several.hash WHERE keys.place <> several.last`,
    distinctKeys: `SELECT ${proofColumns} FROM (SELECT DISTINCT hash FROM keys)`,
    cut(spools, parts) {
      const sample = `SELECT ${key} AS key FROM ${spooled(spools)} USING SAMPLE reservoir(${sampledKeys} ROWS) REPEATABLE (1)`;
      const numbered = `SELECT key, row_number() OVER (ORDER BY key) - 1 AS n, count(*) OVER () AS of FROM (${sample})`;
      return `CREATE TABLE cuts AS SELECT part, key AS low FROM (${numbered}) JOIN range(1, ${parts}) AS t(part) ON n = part * of // ${parts}`;
    },
    spoolsOf: (part) => `SELECT n FROM spools WHERE ${within(part, 'low', 'high')} ORDER BY n`,
    write(part, { spools, file, mostRows }) {
      const kept = `NOT EXISTS (SELECT 1 FROM repeated WHERE repeated.place = spooled.${names.place})`;
      const rows =
        spools.length === 0
          ? source.nothing
          : `SELECT ${carried} FROM ${spooled(spools)} AS spooled WHERE ${within(part, key, key)} AND ${kept} ORDER BY ${names.key.join(', ')}`;
      return `COPY (${rows}) TO ${literal(file)} (${source.copyOptions(mostRows)})`;
    },
    readBack(file) {
      const hashes = `SELECT ${keyHash(tableKey)} AS hash FROM ${readStage(table, [file])}`;
      return `SELECT ${proofColumns} FROM (${hashes})`;
    },
    edges(file) {
      const edge = (direction: 'ASC' | 'DESC') => {
        const order = tableKey.map((column) => `${column} ${direction}`).join(', ');
        return `(SELECT ${keyText(tableKey)} FROM ${readStage(table, [file])} ORDER BY ${order} LIMIT 1)`;
      };
      return `SELECT ${edge('ASC')}, ${edge('DESC')}`;
    },
  };
}

function spooled(files: readonly string[]): string {
  return `read_parquet([${files.map(literal).join(', ')}], hive_partitioning = false)`;
}

/** Columns of a spool besides those that are carried, called as none of these. */
function spoolNames({ columns, key }: RowSource): { place: string; key: string[] } {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  const unused = (name: string): string =>
    taken.has(identifier(name)) ? unused(`${name}_`) : identifier(name);
  return { place: unused('place'), key: key.map((_, i) => unused(`key_${i}`)) };
}

/** SQL of one value by which keys compare as ORDER BY has them. */
function comparable(columns: readonly string[]): string {
  const [only, ...others] = columns;
  if (only !== undefined && others.length === 0) return only;
  return `struct_pack(${columns.map((column, i) => `k${i} := ${column}`).join(', ')})`;
}

/** SQL of whether keys from `low` to `high` may be of a part. */
function within({ part, parts }: Part, low: string, high: string): string {
  const cut = (n: number) => `(SELECT cuts.low FROM cuts WHERE cuts.part = ${n})`;
  const conditions = [
    ...(part === 0 ? [] : [`${high} >= ${cut(part)}`]),
    ...(part === parts - 1 ? [] : [`${low} < ${cut(part + 1)}`]),
  ];
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}
