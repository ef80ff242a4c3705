import { z } from 'zod';
import { oneOf } from '../describe';
import type { ChainEnd, Extent, Pagination, Parameter, Total } from '../pagination';
import { headerName, inQuery, parameter, sizeParameter } from './parameter-schema';
import { choice, matching, options, path, variants, wholeNumber } from './schema-parts';

const counts = choice(['records', 'pages']).default('records');
const totalPath = path("a path such as 'meta.total'", false);
const flagPath = path("a path such as 'meta.has_more'", false);
const count = wholeNumber(1, Number.MAX_SAFE_INTEGER);
const firstText = matching(/^.{1,2000}$/su, "a text, such as '*'");

const inBody = options({ type: z.literal('body'), path: totalPath, counts });
const inHeader = options({ type: z.literal('header'), name: headerName, counts });

const total = z.discriminatedUnion(
  'type',
  [inBody, inHeader],
  variants(['body', 'header'] satisfies Total['type'][]),
);

const extent = z.discriminatedUnion(
  'type',
  [
    inBody,
    inHeader,
    options({
      type: z.literal('last-link'),
      path: path("a path such as 'links.last'", false).exactOptional(),
    }),
    options({ type: z.literal('none'), hasMore: flagPath.exactOptional() }),
  ],
  variants(['body', 'header', 'last-link', 'none'] satisfies Extent['type'][]),
);

/** False is how a source file says that there is none; a default would replace undefined. */
function orNothing(place: Parameter | false): Parameter | undefined {
  return place === false ? undefined : place;
}

const countable = { pageSize: count, total: extent, resultWindow: count.exactOptional() };

const pageNumber = options({
  type: z.literal('page-number'),
  ...countable,
  firstPage: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(1),
  pageParameter: parameter.default(inQuery('page')),
  sizeParameter: sizeParameter.default(inQuery('per_page')).transform(orNothing),
});

const offset = options({
  type: z.literal('offset'),
  ...countable,
  firstOffset: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
  offsetParameter: parameter.default(inQuery('offset')),
  sizeParameter: sizeParameter.default(inQuery('limit')).transform(orNothing),
});

const ends = [
  'empty-page',
  'short-page',
  'repeated-cursor',
  'total',
  'no-next',
] as const satisfies ChainEnd[];

function end(defaults: readonly ChainEnd[]) {
  return z.array(choice(ends), { error: `a list of ${oneOf(ends)}` }).default([...defaults]);
}

const chain = {
  pageSize: count.exactOptional(),
  sizeParameter: sizeParameter.exactOptional(),
  hasMore: flagPath.exactOptional(),
  total: total.exactOptional(),
};

/** A size that nobody knows is not asked for. */
function withSizeParameter<C extends { pageSize?: number; sizeParameter?: Parameter | false }>(given: C) {
  const standard = given.pageSize === undefined ? false : inQuery('limit');
  return { ...given, sizeParameter: orNothing(given.sizeParameter ?? standard) };
}

const cursor = options({
  type: z.literal('cursor'),
  ...chain,
  end: end([]),
  cursor: z.discriminatedUnion(
    'type',
    [
      options({ type: z.literal('body'), path: path("a path such as 'meta.next_cursor'", false) }),
      options({ type: z.literal('header'), name: headerName }),
    ],
    variants(['body', 'header']),
  ),
  parameter: parameter.default(inQuery('cursor')),
  first: firstText.exactOptional(),
}).transform(withSizeParameter);

const nextLink = options({
  type: z.literal('next-link'),
  ...chain,
  end: end([]),
  link: z.discriminatedUnion(
    'type',
    [
      options({ type: z.literal('body'), path: path("a path such as 'links.next'", false) }),
      options({ type: z.literal('header') }),
    ],
    variants(['body', 'header']),
  ),
}).transform(withSizeParameter);

const keyset = options({
  type: z.literal('keyset'),
  ...chain,
  end: end(['empty-page']),
  field: path("a path in a record, such as 'id'", false),
  parameter: parameter.default(inQuery('after')),
  first: firstText.exactOptional(),
}).transform(withSizeParameter);

/** How pages are asked for. */
export const pagination = z.discriminatedUnion(
  'type',
  [pageNumber, offset, options({ type: z.literal('single') }), cursor, nextLink, keyset],
  variants([
    'page-number',
    'offset',
    'single',
    'cursor',
    'next-link',
    'keyset',
  ] satisfies Pagination['type'][]),
);
