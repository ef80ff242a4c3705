import { GlueClient, type GlueClientConfig } from '@aws-sdk/client-glue';
import { glueCatalog } from '../../aws/catalog';
import type { Catalog, Lake } from '../../core/run/ports';
import { databaseName, type EnvironmentName, tableName } from '../../lambda/environment';

export interface EnvironmentCatalogOptions {
  readonly environment: EnvironmentName;
  readonly lake: Lake;
  /** The lake's. */
  readonly bucket: string;
  /** How the SDK reaches Glue. */
  readonly client: GlueClientConfig;
}

/** The tables of an environment. */
export function environmentCatalog({
  environment,
  lake,
  bucket,
  client,
}: EnvironmentCatalogOptions): Catalog {
  return glueCatalog(new GlueClient(client), {
    database: databaseName(environment),
    bucket,
    lake,
    tableName,
  });
}
