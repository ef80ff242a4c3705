import { z } from 'zod';
import type { ColumnType } from '../column';
import { anyBoolean, anyText, matching, options, path, variants, wholeNumber } from './schema-parts';

const simpleTypes = [
  'bigint',
  'integer',
  'double',
  'boolean',
  'varchar',
  'date',
  'timestamp',
  'json',
] as const satisfies ColumnType['type'][];

const columnType = z.discriminatedUnion(
  'type',
  [
    options({ type: z.enum(simpleTypes) }),
    options({
      type: z.literal('decimal'),
      precision: wholeNumber(1, 38),
      scale: wholeNumber(0, 38),
    }),
  ],
  variants([...simpleTypes, 'decimal']),
);

/** A column as its builder leaves it. */
export const column = z.strictObject(
  {
    columnType,
    path: path("a path such as 'location.coordinates[1]'", true).exactOptional(),
    options: options({
      nullIf: z.array(anyText, "texts, such as ['n/a']").exactOptional(),
      verbatim: anyBoolean.exactOptional(),
      required: anyBoolean.exactOptional(),
      slice: matching(/\S/, "the name of a slice parameter, such as 'userId'").exactOptional(),
      sql: matching(/\S/, "an expression over value, such as 'upper(value)'").exactOptional(),
    }),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'columnType, path, options'
        : "a column, such as varchar() or bigint('path')",
  },
);
