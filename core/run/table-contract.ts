import { ConfigurationError } from '../errors';
import type { Table } from '../plan/plan';
import type { Pointer } from './pointer';

type Columns = Table['columns'];

/** What is known of the published table; a pointer that is too old to name them has no columns and no key. */
type Published = Pick<Pointer, 'runId' | 'extension' | 'columns' | 'key' | 'tableVersion'>;

/**
 * Holds the table that a run would write against the published one, before anything is fetched: readers of one table version find
 * every column they know, with its type. Columns may be added, and stand in another order where a format names them in each record; in CSV
 * they may only be added at the end. Anything else needs a higher tableVersion. Throws a ConfigurationError that names what changed, every change
 * at once, and how to proceed.
 */
export function refuseIncompatible(name: string, table: Table, published: Published | undefined): void {
  if (published === undefined || table.tableVersion > published.tableVersion) return;
  const { runId, tableVersion } = published;
  if (table.tableVersion < tableVersion)
    throw new ConfigurationError(
      `${name} has tableVersion ${table.tableVersion} and is published with ${tableVersion} (run ${runId}): a version never goes back; set tableVersion to ${tableVersion} if the table is as then, to ${tableVersion + 1} if it is another`,
    );
  const changes = [...changesOf(table, published)];
  if (changes.length === 0) return;
  throw new ConfigurationError(
    `${name} would no longer be the table that readers know (run ${runId}): ${changes.map(({ what }) => what).join('; ')}. Raise tableVersion to ${tableVersion + 1}: readers then see another table; or ${changes[0]?.instead}`,
  );
}

/** One change that readers would trip over, and what else could be done. */
interface Change {
  readonly what: string;
  readonly instead: string;
}

function* changesOf(table: Table, published: Published): Generator<Change> {
  if (table.extension !== published.extension)
    yield {
      what: `its objects were .${published.extension} and would be .${table.extension}`,
      instead: 'take back the format',
    };
  if (published.columns.length === 0) return;
  yield* columnChanges(table.columns, published.columns);
  if (table.extension.startsWith('csv')) yield* orderChanges(table.columns, published.columns);
  if (table.key.join('\n') !== published.key.join('\n'))
    yield {
      what: `its key was ${published.key.join(', ')} and would be ${table.key.join(', ')}`,
      instead: 'take back the key',
    };
}

function* columnChanges(columns: Columns, published: Columns): Generator<Change> {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  for (const { name, type } of published) {
    const now = types.get(name);
    if (now === undefined)
      yield { what: `column '${name}' (${type}) is gone`, instead: `keep the column '${name}'` };
    else if (now !== type)
      yield {
        what: `column '${name}' was ${type} and would be ${now}`,
        instead: `give '${name}' its type back, and a column of the new type another name`,
      };
  }
}

/** Readers of CSV know columns by their place; told only where none is gone, which says enough. */
function* orderChanges(columns: Columns, published: Columns): Generator<Change> {
  const names = new Set(columns.map(({ name }) => name));
  if (published.some(({ name }) => !names.has(name))) return;
  const place = published.findIndex(({ name }, index) => columns[index]?.name !== name);
  const moved = published[place];
  if (moved)
    yield {
      what: `column '${moved.name}' is no longer column ${place + 1} of a CSV file, '${columns[place]?.name}' is`,
      instead: 'keep the order of the columns, with new ones at the end',
    };
}
