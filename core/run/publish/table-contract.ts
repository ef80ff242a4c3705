import { ConfigurationError } from '../../errors';
import type { Table } from '../../plan/plan';
import type { Pointer } from './pointer';

type Columns = Table['columns'];

/** What is known of the published table; a pointer that is too old to name them has no columns and no key. */
type Published = Pick<Pointer, 'runId' | keyof Table>;

/**
 * Holds the table that a run would write against the published one, before anything is fetched: readers of one table version find
 * every column they know, with its type. Columns may be added, and stand in another order where a format names them in each record; in CSV
 * they may only be added at the end, and texts stay as they are, neutralised or not. Anything else needs a higher tableVersion. Throws a
 * ConfigurationError that names what changed, every change at once, and how to proceed with all of them.
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
  const instead = adviceOn(changes, table, published);
  throw new ConfigurationError(
    `${name} would no longer be the table that readers know (run ${runId}): ${changes.map(inWords).join('; ')}. Raise tableVersion to ${tableVersion + 1}: readers then see another table; or ${inOneSentence(instead)}`,
  );
}

/** One change that readers would trip over. */
type Change =
  | { readonly type: 'format' | 'key' | 'order'; readonly what: string }
  /** `now` is undefined where the column is gone. */
  | {
      readonly type: 'column';
      readonly name: string;
      readonly was: string;
      readonly now: string | undefined;
    };

function* changesOf(table: Table, published: Published): Generator<Change> {
  yield* formatChanges(table, published);
  if (published.columns.length === 0) return;
  yield* columnChanges(table.columns, published.columns);
  if (isCsv(table) && isCsv(published)) yield* orderChanges(table.columns, published.columns);
  if (table.key.join('\n') !== published.key.join('\n'))
    yield {
      type: 'key',
      what: `its key was ${published.key.join(', ')} and would be ${table.key.join(', ')}`,
    };
}

function* formatChanges(table: Table, published: Published): Generator<Change> {
  if (table.extension !== published.extension)
    yield {
      type: 'format',
      what: `its objects were .${published.extension} and would be .${table.extension}`,
    };
  if (!isCsv(table) || !isCsv(published) || table.neutralised === published.neutralised) return;
  const [now, before] = table.neutralised ? ["a '", 'none'] : ['none', "a '"];
  yield {
    type: 'format',
    what: `texts that a spreadsheet would take for a formula had ${before} before them and would have ${now} (neutralise)`,
  };
}

function* columnChanges(columns: Columns, published: Columns): Generator<Change> {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  for (const { name, type: was } of published) {
    const now = types.get(name);
    if (now !== was) yield { type: 'column', name, was, now };
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
      type: 'order',
      what: `column '${moved.name}' is no longer column ${place + 1} of a CSV file, '${columns[place]?.name}' is`,
    };
}

function inWords(change: Change): string {
  if (change.type !== 'column') return change.what;
  const { name, was, now } = change;
  return now === undefined
    ? `column '${name}' (${was}) is gone`
    : `column '${name}' was ${was} and would be ${now}`;
}

/** What else could be done: all of it together, so that nothing is left to be refused the next time. */
function adviceOn(changes: readonly Change[], table: Table, published: Published): string[] {
  const columns = changes.filter((change) => change.type === 'column');
  const gone = columns.filter(({ now }) => now === undefined).map(({ name }) => `'${name}'`);
  const retyped = columns.filter(({ now }) => now !== undefined).map(({ name }) => `'${name}'`);
  const has = (type: Change['type']) => changes.some((change) => change.type === type);
  // A column that comes back must come back to its place.
  const ordered = has('order') || (gone.length > 0 && isCsv(table) && isCsv(published));
  return [
    ...(has('format') ? ['take back the format'] : []),
    ...(gone.length > 0 ? [`keep the ${gone.length > 1 ? 'columns' : 'column'} ${inOneSentence(gone)}`] : []),
    ...(retyped.length === 1
      ? [`give ${retyped[0]} its type back, and a column of the new type another name`]
      : []),
    ...(retyped.length > 1
      ? [`give ${inOneSentence(retyped)} their types back, and columns of the new types other names`]
      : []),
    ...(ordered ? ['keep the order of the columns, with new ones at the end'] : []),
    ...(has('key') ? ['take back the key'] : []),
  ];
}

/** 'a', 'a and b', 'a, b and c'; what has a comma of its own is told apart by semicolons. */
function inOneSentence(parts: readonly string[]): string {
  const separator = parts.some((part) => part.includes(', ')) ? '; ' : ', ';
  const last = parts.length > 1 && separator === '; ' ? '; and ' : ' and ';
  return [parts.slice(0, -1).join(separator), ...parts.slice(-1)].filter((part) => part !== '').join(last);
}

function isCsv({ extension }: Pick<Table, 'extension'>): boolean {
  return extension.startsWith('csv');
}
