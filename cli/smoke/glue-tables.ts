import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { runParameter } from '../../core/run/catalog/table-definition';
import { inAwsWords } from '../environment/aws-failure';

/** Where a table of the catalog is, and of which run. */
export interface CatalogTable {
  /** 's3://<bucket>/<folder>/' */
  readonly location: string | undefined;
  readonly runId: string | undefined;
}

/** As long as a person waits for an answer, in milliseconds. */
const patience = {
  requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true },
};

/** Looks a table up; undefined where there is none. */
export type FindTable = (database: string, name: string) => Promise<CatalogTable | undefined>;

/** Glue, in the account and region that the SDK finds. */
export function glueTables(client: GlueClient = new GlueClient(patience)): FindTable {
  return async (database, name) => {
    try {
      const { Table: table } = await client.send(new GetTableCommand({ DatabaseName: database, Name: name }));
      return { location: table?.StorageDescriptor?.Location, runId: table?.Parameters?.[runParameter] };
    } catch (error) {
      if (error instanceof Error && error.name === 'EntityNotFoundException') return undefined;
      throw inAwsWords(error, `the table ${database}.${name}`);
    }
  };
}
