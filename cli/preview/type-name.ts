import type { ColumnType } from '../../core/source/column';

/** A column's type as its builder writes it: 'decimal(12, 2)', 'list(bigint)', 'struct(id, name)'. */
export function typeName(type: ColumnType): string {
  switch (type.type) {
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'list':
    case 'map':
      return `${type.type}(${typeName(type.of.columnType)})`;
    case 'struct':
      return `struct(${Object.keys(type.fields).join(', ')})`;
    default:
      return type.type;
  }
}
