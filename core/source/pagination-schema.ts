import { z } from 'zod';
import { matching, options, path, variants, wholeNumber } from './schema-parts';
import type { Pagination, Total } from './source';

/** A header's name: a token of RFC 9110, section 5.6.2. */
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;
/** The name of a header. */
export const headerName = matching(tokenPattern, "a header name, such as 'X-Total-Count'");

const parameterName = matching(/^[^\s\p{Cc}&=?#]{1,200}$/u, "the name of a query parameter, such as 'page'");

const total = z.discriminatedUnion(
  'type',
  [
    options({ type: z.literal('body'), path: path("a path such as 'meta.total'", false) }),
    options({ type: z.literal('header'), name: headerName }),
  ],
  variants(['body', 'header'] satisfies Total['type'][]),
);

const pageSize = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** How pages are asked for. */
export const pagination = z.discriminatedUnion(
  'type',
  [
    options({
      type: z.literal('page-number'),
      pageSize,
      firstPage: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(1),
      pageParameter: parameterName.default('page'),
      sizeParameter: parameterName.default('per_page'),
      total,
    }),
    options({
      type: z.literal('offset'),
      pageSize,
      offsetParameter: parameterName.default('offset'),
      sizeParameter: parameterName.default('limit'),
      total,
    }),
  ],
  variants(['page-number', 'offset'] satisfies Pagination['type'][]),
);
