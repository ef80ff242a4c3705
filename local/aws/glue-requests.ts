import { z } from 'zod';
import { isGlueType } from './glue-type';

/** Names of tables and columns; Glue folds a table's to lower case, and upper case in a column's is what Athena and Spark cannot tell apart. */
const name = z
  .string()
  .regex(/^[a-z0-9_]{1,255}$/, 'has other characters than lower-case letters, digits and _, or none');

const texts = z.record(z.string().min(1).max(255), z.string().max(512_000));

const column = z.strictObject({
  Name: name,
  Type: z.string().refine(isGlueType, 'is no type'),
  Comment: z.string().max(255).nullish(),
});

const storageDescriptor = z.strictObject({
  Columns: z.array(column),
  Location: z.string().startsWith('s3://', 'is no s3:// URI'),
  InputFormat: z.string(),
  OutputFormat: z.string(),
  SerdeInfo: z.strictObject({ SerializationLibrary: z.string(), Parameters: texts.optional() }),
});

export const tableInput = z.strictObject({
  Name: name,
  TableType: z.string().optional(),
  Description: z.string().max(2048).nullish(),
  Owner: z.string().max(255).nullish(),
  Parameters: texts.optional(),
  PartitionKeys: z.array(column).optional(),
  StorageDescriptor: storageDescriptor,
});

/** TableInput of the Glue API, as far as the local AWS keeps it. */
export type TableInput = z.infer<typeof tableInput>;

export const getTableInput = z.looseObject({ DatabaseName: z.string().min(1), Name: z.string().min(1) });

/** The table is read when it is known that the caller may write it. */
export const writeTableInput = z.looseObject({
  DatabaseName: z.string().min(1),
  TableInput: z.looseObject({ Name: z.string().min(1) }),
});

/** What UpdateTable may have besides. */
export const updateOptions = z.object({
  VersionId: z.string().optional(),
  SkipArchive: z.boolean().optional(),
});

/** A table as it is kept, and as GetTable answers it: what a call once took is answered, whatever calls take now. Times are seconds since the epoch. */
export const keptTable = z.looseObject({
  Name: z.string(),
  DatabaseName: z.string(),
  CatalogId: z.string(),
  VersionId: z.string(),
  CreateTime: z.number(),
  UpdateTime: z.number(),
  CreatedBy: z.string(),
});

export type KeptTable = z.infer<typeof keptTable>;
