import { PermanentError } from '../../errors';
import { glueType } from '../../shape/type/column-types';
import type { Pointer } from '../publish/pointer';
import { parseSqlType } from './parse-sql-type';
import { type TableFormat, tableFormats } from './table-format';

/** A table as the Glue catalog holds it. */
export interface TableDefinition {
  readonly name: string;
  /** s3:// URI of the folder with its files, with a trailing slash. */
  readonly location: string;
  /** In the files' order, named in lower case, with Glue's names of their types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly format: TableFormat;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The parameter of a table that names its run. */
export const runParameter = 'baseload.runId';

/**
 * What the catalog is to hold of a published run: location and columns of that very run. Names are in lower case, within structs too, as
 * Athena and Spark have them ("Names for tables, databases, and columns", Athena); both find a column of a Parquet file and a key of a JSON line by
 * its name whatever its case, and Baseload declares no two that differ in nothing else. Throws a PermanentError for a pointer that is too old
 * to name its columns, or names a type that is not known.
 */
export function tableDefinition(
  pointer: Pointer,
  { name, bucket }: { readonly name: string; readonly bucket: string },
): TableDefinition {
  const { source, dataset, runId, columns, extension, key } = pointer;
  if (columns.length === 0) {
    throw new PermanentError(
      `run ${runId} of ${source}/${dataset} was published before its columns were kept, so no table can be made of it: load it again`,
    );
  }
  const format = tableFormats[extension];
  return {
    name,
    location: `s3://${bucket}/${pointer.location}`,
    columns: columns.map((column) => ({
      name: column.name.toLowerCase(),
      type: format.typed ? glueType(parseSqlType(column.type)).toLowerCase() : 'string',
    })),
    format,
    parameters: {
      EXTERNAL: 'TRUE',
      ...format.parameters,
      [runParameter]: runId,
      'baseload.source': source,
      'baseload.dataset': dataset,
      'baseload.key': key.join(','),
      'baseload.tableVersion': String(pointer.tableVersion),
      'baseload.records': String(pointer.records),
      'baseload.watermark': pointer.watermark,
      'baseload.publishedAt': pointer.publishedAt,
      'baseload.manifest': `s3://${bucket}/${pointer.manifest}`,
    },
  };
}
