import type { Column, ColumnType } from '../../source/column';
import { identifier } from '../sql/sql-text';

/**
 * A column type as DuckDB names it, and as its value stands in the table: `DECIMAL(12,2)`, `STRUCT("a" BIGINT)`. A hugeint is a
 * DECIMAL(38,0), since Parquet has no integer of 128 bits and DuckDB would write a DOUBLE. uuid and time are texts, since neither
 * Spark nor Athena reads Parquet's UUID and TIME.
 */
export function sqlType(type: ColumnType): string {
  switch (type.type) {
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'hugeint':
      return 'DECIMAL(38,0)';
    case 'uuid':
    case 'time':
      return 'VARCHAR';
    case 'timestamp':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'list':
      return `${sqlType(type.of.columnType)}[]`;
    case 'map':
      return `MAP(VARCHAR, ${sqlType(type.of.columnType)})`;
    case 'struct':
      return `STRUCT(${Object.entries(type.fields).map(member).join(', ')})`;
    default:
      return type.type.toUpperCase();
  }
}

/** Types that are read from JSON rather than from a text: json, list, struct and map. */
export function isDocument(type: ColumnType): type is DocumentType {
  return documents.has(type.type);
}

/** The types that isDocument tells. */
export type DocumentType = Extract<ColumnType, { type: 'json' | 'list' | 'struct' | 'map' }>;

const documents: ReadonlySet<ColumnType['type']> = new Set(['json', 'list', 'struct', 'map']);

function member([name, { columnType }]: [string, Column]): string {
  return `${identifier(name)} ${sqlType(columnType)}`;
}
