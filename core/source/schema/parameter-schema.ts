import { z } from 'zod';
import type { Parameter } from '../pagination';
import { chosen, leaf, matching, options, path, variants } from './schema-parts';

/** A header's name: a token of RFC 9110, section 5.6.2. */
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;

/** The name of a header. */
export const headerName = matching(tokenPattern, "a header name, such as 'X-Total-Count'");

/** What may stand between { and } in a request. */
export const placeholderName = matching(
  /^[A-Za-z_][A-Za-z0-9_-]{0,59}$/,
  "a name of letters, digits, _ and -, such as 'userId'",
);

const queryName = matching(/^[^\s\p{Cc}&=?#]{1,200}$/u, "the name of a query parameter, such as 'page'");

const written: z.ZodType<Parameter> = z.discriminatedUnion(
  'in',
  [
    options({ in: z.literal('query'), name: queryName }),
    options({ in: z.literal('path'), name: placeholderName }),
    options({ in: z.literal('body'), path: path("a path such as 'variables.after'", false) }),
    options({ in: z.literal('header'), name: headerName }),
  ],
  variants(['query', 'path', 'body', 'header'] satisfies Parameter['in'][], 'in'),
);

const short: z.ZodType<Parameter> = queryName.transform((name): Parameter => ({ in: 'query', name }));

const none = leaf<false>((value) => value === false, 'false');

/** A place in a request; a text is the name of a query parameter. */
export const parameter = chosen<Parameter>((value) => (typeof value === 'string' ? short : written));

/** A place in a request, or false for none; a text is the name of a query parameter. */
export const sizeParameter = chosen<Parameter | false>((value) => {
  if (value === false) return none;
  return typeof value === 'string' ? short : written;
});

/** The query parameter of that name. */
export function inQuery(name: string): Parameter {
  return { in: 'query', name };
}
