import { z } from 'zod';
import { regularExpressionProblem, replacementProblem } from '../check/regular-expression';
import type { ColumnOptions, Mask, Replacement } from '../column';
import {
  anyBoolean,
  anyText,
  choice,
  chosen,
  leaf,
  matching,
  options,
  path,
  variants,
  wholeNumber,
} from './schema-parts';
import { secretRef } from './secret-schema';
import { unfitPolicy } from './shaping-schema';

const pattern = leaf<string>(
  (value) => typeof value === 'string' && regularExpressionProblem(value) === undefined,
  (value) => {
    const problem = typeof value === 'string' ? regularExpressionProblem(value) : undefined;
    return `a regular expression (RE2), such as '[A-Z]{2}'${problem === undefined ? '' : ` (${problem})`}`;
  },
);

const replacement: z.ZodType<Replacement> = options({ pattern, with: anyText.exactOptional() }).refine(
  (given) => replacementProblem(given) === undefined,
  { path: ['with'], error: ({ input }) => replacementProblem(input) ?? 'a text' },
);

/** One or a list of them. */
const replace = chosen<Replacement | readonly Replacement[]>((given) =>
  Array.isArray(given) ? z.array(replacement).min(1, 'at least one replacement') : replacement,
);

const shown = wholeNumber(1, 1000);

const mask = chosen<Mask>((given) =>
  typeof given === 'object'
    ? z.discriminatedUnion(
        'type',
        [
          options({ type: z.literal('sha256'), salt: secretRef }),
          options({
            type: z.literal('partial'),
            keepFirst: shown.exactOptional(),
            keepLast: shown.exactOptional(),
          }),
        ],
        variants(['sha256', 'partial']),
      )
    : leaf<'drop'>(
        (value) => value === 'drop',
        "'drop', { type: 'sha256', salt: secret('name') } or { type: 'partial', keepLast: 4 }",
      ),
);

const bound = leaf<number | string>(
  (value) => typeof value === 'string' || Number.isFinite(value),
  'a number or a text',
);

const known = {
  slice: matching(/\S/, "the name of a slice parameter, such as 'userId'").exactOptional(),
  page: path("a path in the page's body, such as 'meta.generatedAt'", false).exactOptional(),
  elementIndex: leaf<true>((value) => value === true, 'true').exactOptional(),
  derived: matching(/\S/, "an expression over other columns, such as 'price * quantity'").exactOptional(),

  verbatim: anyBoolean.exactOptional(),
  nfc: anyBoolean.exactOptional(),
  collapse: anyBoolean.exactOptional(),
  case: choice(['lower', 'upper']).exactOptional(),
  replace: replace.exactOptional(),
  nullIf: z.array(anyText, "texts, such as ['n/a']").exactOptional(),
  values: z.record(z.string(), anyText, "texts by text, such as { Y: 'true', N: 'false' }").exactOptional(),
  sql: matching(/\S/, "an expression over value, such as 'upper(value)'").exactOptional(),
  default: leaf<string | number | boolean>(
    (value) =>
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value)),
    'a text, a number, true or false',
  ).exactOptional(),

  required: anyBoolean.exactOptional(),
  min: bound.exactOptional(),
  max: bound.exactOptional(),
  pattern: pattern.exactOptional(),
  enum: z.array(anyText, "texts, such as ['open', 'closed']").min(1, 'at least one text').exactOptional(),
  onUnfit: unfitPolicy.exactOptional(),
  mask: mask.exactOptional(),
} satisfies Record<keyof ColumnOptions, unknown>;

/** The options of a column that is read from one text. */
export const columnOptions: z.ZodType<ColumnOptions> = options(known);

/** The same for dates, times and timestamps; their builders move the format into the type. */
export const timeOptions: z.ZodType<ColumnOptions> = options(known, ['format']);

/** The options of a column that is JSON, a list, a struct or a map. */
export const nestedOptions: z.ZodType<ColumnOptions> = options({
  required: known.required,
  onUnfit: known.onUnfit,
  mask: leaf<'drop'>((value) => value === 'drop', "'drop'").exactOptional(),
});
