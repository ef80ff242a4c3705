import {
  CreateTableCommand,
  GetTableCommand,
  type GlueClient,
  type Table,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { TransientError } from '../core/errors';
import { runParameter, type TableDefinition, tableDefinition } from '../core/run/catalog/table-definition';
import type { Catalog, Lake } from '../core/run/ports';
import { readPointer } from '../core/run/publish/pointer';

/** Whose tables follow which pointers. */
export interface GlueCatalogOptions {
  /** The Glue database; it must be there. */
  readonly database: string;
  /** The lake's. */
  readonly bucket: string;
  /** Where the pointers are. */
  readonly lake: Pick<Lake, 'get'>;
  /** The table that belongs to a dataset. */
  readonly tableName: (source: string, dataset: string) => string;
}

/** Looks at table and pointer; others that write the same table, or move the pointer, cost one each. */
const mostLooks = 10;

const missing = 'EntityNotFoundException';

/**
 * The tables of a Glue database. `follow` reads the table, then the pointer, and only then writes, on condition that the table is still the
 * one that it read (VersionId of UpdateTable; that a stale one is refused with ConcurrentModificationException is not documented, only seen);
 * and it is done when it has found the two the same. So whoever was handed a pointer that has moved meanwhile writes what the pointer says now, and nobody
 * puts an older run over a newer one: no order of runs is needed, which a rollback would break. UpdateTable keeps the table as it was
 * among its versions. What people have written in the catalog, the table's and its columns' descriptions and the owner, stays.
 */
export function glueCatalog(
  client: GlueClient,
  { database, bucket, lake, tableName }: GlueCatalogOptions,
): Catalog {
  return {
    async follow({ source, dataset }) {
      const name = tableName(source, dataset);
      for (let look = 1; look <= mostLooks; look++) {
        const table = await readTable(client, database, name);
        const pointer = await readPointer(lake, { source, dataset });
        if (!pointer) return;
        const wanted = tableDefinition(pointer, { name, bucket });
        if (table && isAt(table, wanted)) return;
        await write(client, database, wanted, table).catch((error: unknown) => {
          if (!isOvertaken(error, table)) throw error;
        });
      }
      throw new TransientError(
        `the table ${database}.${name} was changed by others ${mostLooks} times while it was to follow its pointer`,
      );
    },
  };
}

async function readTable(client: GlueClient, database: string, name: string): Promise<Table | undefined> {
  try {
    return (await client.send(new GetTableCommand({ DatabaseName: database, Name: name }))).Table;
  } catch (error) {
    if (isNamed(error, missing)) return undefined;
    throw error;
  }
}

function isAt(table: Table, { location, parameters }: TableDefinition): boolean {
  return (
    table.StorageDescriptor?.Location === location &&
    table.Parameters?.[runParameter] === parameters[runParameter]
  );
}

async function write(
  client: GlueClient,
  database: string,
  wanted: TableDefinition,
  before: Table | undefined,
): Promise<void> {
  const input = { DatabaseName: database, TableInput: tableInput(wanted, before) };
  if (before) await client.send(new UpdateTableCommand({ ...input, VersionId: before.VersionId }));
  else await client.send(new CreateTableCommand(input));
}

function tableInput(wanted: TableDefinition, before: Table | undefined): TableInput {
  const { name, location, columns, format, parameters } = wanted;
  const comments = new Map(
    before?.StorageDescriptor?.Columns?.map((column) => [column.Name, column.Comment]),
  );
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Description: before?.Description,
    Owner: before?.Owner,
    Parameters: { ...parameters },
    StorageDescriptor: {
      Location: location,
      Columns: columns.map((column) => ({
        Name: column.name,
        Type: column.type,
        Comment: comments.get(column.name),
      })),
      InputFormat: format.inputFormat,
      OutputFormat: format.outputFormat,
      SerdeInfo: {
        SerializationLibrary: format.serde,
        Parameters: { ...format.serdeParameters },
      },
    },
  };
}

/** Whether somebody was faster: changed, made, or deleted the table. Where there was none to delete, it is the database that is missing. */
function isOvertaken(error: unknown, before: Table | undefined): boolean {
  return before
    ? isNamed(error, 'ConcurrentModificationException', missing)
    : isNamed(error, 'AlreadyExistsException');
}

function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
