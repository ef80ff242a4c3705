import { z } from 'zod';
import { closest } from '../closest';
import type { Column, ColumnType } from '../column';
import { oneOf } from '../describe';
import { leaf, options, path, variants, wholeNumber } from './schema-parts';

const simpleTypes = [
  'boolean',
  'integer',
  'bigint',
  'hugeint',
  'double',
  'varchar',
  'uuid',
  'json',
] as const satisfies ColumnType['type'][];

/** Of letters that DuckDB's strptime knows (1.5.5), at least one of which reads something. */
const strptime = /^(?=[\s\S]*%-?[a-zA-Z])(?:[^%]|%-?[aAbBcdfgGHIjmMnpSuUVwWxXyYzZ]|%%)*$/;
/** Whether a text is a format as strptime takes it. */
export function isStrptime(format: unknown): format is string {
  return typeof format === 'string' && strptime.test(format);
}

const knownFormats = ['iso', 'epoch-seconds', 'epoch-millis', 'epoch-micros'];

const timeFormat = leaf<string>(
  (value) => isStrptime(value) && !/%-?[zZ]/.test(value.replaceAll('%%', '')),
  "a format such as '%d.%m.%Y' or '%H:%M', as strptime takes it, without an offset",
).exactOptional();

const timestampFormat = leaf<string>(
  (value) => isStrptime(value) || (typeof value === 'string' && knownFormats.includes(value)),
  (value) => {
    const meant = typeof value === 'string' ? closest(value, knownFormats) : undefined;
    const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
    return `${oneOf([...knownFormats, '%d.%m.%Y %H:%M'])}, as strptime takes it${hint}`;
  },
).exactOptional();

/** For z.strictObject: what is allowed where a column is expected. */
export const columnObject = {
  error: (issue: { readonly code?: string | undefined }) =>
    issue.code === 'unrecognized_keys'
      ? 'columnType, path, options'
      : "a column, such as varchar() or bigint('path')",
};

/** Within a list, struct or map nothing is cleaned, checked or masked by itself. */
const noOptions = leaf<object>(
  (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
  'no options but format: what is within a list, struct or map has none',
);

/** What a list or a map holds; its place is given. */
const element: z.ZodType<Column> = z.lazy(() =>
  z.strictObject(
    {
      columnType,
      path: leaf<never>(() => false, 'no path: each element is read as a whole').exactOptional(),
      options: noOptions,
    },
    columnObject,
  ),
);

/** What a struct holds. */
const field: z.ZodType<Column> = z.lazy(() =>
  z.strictObject(
    {
      columnType,
      path: path("a path in the object, such as 'geo.lat'", false).exactOptional(),
      options: noOptions,
    },
    columnObject,
  ),
);

/** The type of a column, of a field of a struct, or of the elements of a list or map. */
export const columnType: z.ZodType<ColumnType> = z.discriminatedUnion(
  'type',
  [
    options({ type: z.enum(simpleTypes) }),
    options({ type: z.literal('decimal'), precision: wholeNumber(1, 38), scale: wholeNumber(0, 38) }),
    options({ type: z.enum(['date', 'time']), format: timeFormat }),
    options({ type: z.literal('timestamp'), format: timestampFormat }),
    options({ type: z.enum(['list', 'map']), of: element }),
    options({
      type: z.literal('struct'),
      fields: z.record(z.string(), field, 'columns by name, such as { street: varchar() }'),
    }),
  ],
  variants([
    ...simpleTypes,
    'decimal',
    'date',
    'time',
    'timestamp',
    'list',
    'struct',
    'map',
  ] satisfies ColumnType['type'][]),
);
