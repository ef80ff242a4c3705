import { z } from 'zod';
import { fields } from '../check/fields';
import type { Column, ColumnOptions } from '../column';
import { columnOptions, nestedOptions, timeOptions } from './column-options-schema';
import { columnObject, columnType } from './column-type-schema';
import { chosen, elementPath } from './schema-parts';

const path = elementPath("a path such as 'location.coordinates[1]', or 'items[].sku'");

const scalar = columnWith(columnOptions);
const time = columnWith(timeOptions);
const nested = columnWith(nestedOptions);

/** A column as its builder leaves it. */
export const column = chosen<Column>((value) => {
  switch (fields(fields(value).columnType).type) {
    case 'date':
    case 'time':
    case 'timestamp':
      return time;
    case 'json':
    case 'list':
    case 'struct':
    case 'map':
      return nested;
    default:
      return scalar;
  }
});

function columnWith(options: z.ZodType<ColumnOptions>): z.ZodType<Column> {
  return z.strictObject({ columnType, path: path.exactOptional(), options }, columnObject);
}
