import type { Table } from '../../plan/plan';
import type { ColumnType } from '../../source/column';
import type { Dataset, StageFormat } from '../../source/source';
import { sqlType } from '../type/sql-type';
import { lineageType } from './lineage-type';

/** The column of fields that no other column reads, where a dataset captures them. */
export const extraColumn = '_extra';

/** A column as it stands in the table, with what its type is made of. */
export interface TableColumn {
  readonly name: string;
  readonly columnType: ColumnType;
}

/**
 * What the table of a dataset is: its columns in order (the dataset's own but those masked by 'drop', then `_extra` where unknown
 * fields are captured, then lineage) with DuckDB's names of their types, its key, its version and how its objects end.
 */
export function tableOf(dataset: Dataset): Table {
  const { format, key, tableVersion } = dataset;
  return {
    extension: stageExtension(format),
    columns: tableColumns(dataset).map(({ name, columnType }) => ({ name, type: sqlType(columnType) })),
    key: [...key],
    tableVersion,
    ...(format.type === 'csv' && format.neutralise ? { neutralised: true } : {}),
  };
}

/** The columns of a dataset's table, in order. */
export function tableColumns({ columns, unknownFields, lineage }: Dataset): TableColumn[] {
  const own = Object.entries(columns)
    .filter(([, { options }]) => options.mask !== 'drop')
    .map(([name, { columnType }]) => ({ name, columnType }));
  const extra = { name: extraColumn, columnType: { type: 'json' } } as const;
  return [
    ...own,
    ...(unknownFields === 'capture' ? [extra] : []),
    ...lineage.map((name) => ({ name, columnType: lineageType(name) })),
  ];
}

/** How the keys of stage objects of a format end, without the dot. */
export function stageExtension(format: StageFormat): Table['extension'] {
  if (format.type === 'parquet') return 'parquet';
  return format.compression === 'gzip' ? `${format.type}.gz` : `${format.type}.zst`;
}
