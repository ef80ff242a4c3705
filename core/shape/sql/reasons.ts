import type { ColumnType } from '../../source/column';
import { formatPath } from '../../source/path';
import type { Field } from './field';

/** A type as people call it, with its article: 'a decimal(12,2)', "a date in the format '%d.%m.%Y'", 'a list of bigint'. */
export function aType(type: ColumnType): string {
  return `${type.type === 'integer' ? 'an' : 'a'} ${typeName(type)}`;
}

function typeName(type: ColumnType): string {
  switch (type.type) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'date':
    case 'time':
    case 'timestamp':
      return type.format === undefined || type.format === 'iso'
        ? type.type
        : `${type.type} in the format '${type.format}'`;
    case 'list':
    case 'map':
      return `${type.type} of ${typeName(type.of.columnType)}`;
    case 'struct':
      return `struct of ${Object.entries(type.fields)
        .map(([name, { columnType }]) => `${name}: ${typeName(columnType)}`)
        .join(', ')}`;
    default:
      return type.type;
  }
}

/** Where a column's value was looked for: "'items[].sku'", "slice parameter 'userId'". */
export function originName({ origin }: Field, explode: string | undefined): string {
  switch (origin.from) {
    case 'record':
      return origin.path.length === 0 ? 'the record' : `'${formatPath(origin.path)}'`;
    case 'element':
      return `'${explode ?? ''}[]${afterElement(formatPath(origin.path))}'`;
    case 'slice':
      return `slice parameter '${origin.parameter}'`;
    case 'page':
      return `'${formatPath(origin.path)}' of the page`;
    case 'elementIndex':
      return 'the index of the element';
    case 'derived':
      return 'the derived expression';
  }
}

function afterElement(path: string): string {
  return path === '' || path.startsWith('[') ? path : `.${path}`;
}
