import type { Behaviour, ReceivedRequest } from '../../support/scripted-api';

/** An order as an API gives it; nothing in it repeats but what would. */
export function order(number: number) {
  return {
    id: 1000 + number,
    customer: { id: number % 7, address: { city: `City ${number % 5}` } },
    total: `${number}.50`,
    status: number % 2 === 0 ? 'open' : 'paid',
    createdAt: `2024-01-${String((number % 28) + 1).padStart(2, '0')}T10:00:00Z`,
    tags: number % 3 === 0 ? [] : ['new', `t${number % 4}`],
    note: null,
  };
}

export const orders = Array.from({ length: 234 }, (_, number) => order(number));

/** One style of API: what it answers, and what must be found out about it. */
export interface ApiStyle {
  readonly path: string;
  readonly answer: (url: URL) => Behaviour;
  readonly records: string;
  readonly pagination: object;
  /** Which findings are sure. */
  readonly sure: Readonly<Record<string, boolean>>;
}

function size(url: URL, name: string, usual: number, most = 100): number {
  const asked = Number(url.searchParams.get(name) ?? usual);
  return Math.min(Number.isFinite(asked) && asked > 0 ? asked : usual, most);
}

function page(url: URL, name: string, first = 1): number {
  return Number(url.searchParams.get(name) ?? first) - first;
}

const here = (url: URL, parameters: Record<string, string | number>) => {
  const copy = new URL(url);
  for (const [name, value] of Object.entries(parameters)) copy.searchParams.set(name, String(value));
  return copy.href;
};

/** Twelve styles of paging, by the name that people know them under. */
export const styles: Readonly<Record<string, ApiStyle>> = {
  'page number with a total in the body': {
    path: '/v1/orders?status=any',
    answer: (url) => {
      const per = size(url, 'per_page', 25);
      const at = page(url, 'page');
      return {
        body: { data: orders.slice(at * per, (at + 1) * per), meta: { total: orders.length, page: at + 1 } },
      };
    },
    records: 'data',
    pagination: { type: 'page-number', pageSize: 100, total: { type: 'body', path: 'meta.total' } },
    sure: { pages: true, 'page size': true, total: true },
  },
  'offset with a total in a header': {
    path: '/orders',
    answer: (url) => {
      const per = size(url, 'limit', 20);
      const at = page(url, 'offset', 0);
      return { headers: { 'X-Total-Count': String(orders.length) }, body: orders.slice(at, at + per) };
    },
    records: '',
    pagination: { type: 'offset', pageSize: 100, total: { type: 'header', name: 'X-Total-Count' } },
    sure: { pages: true, 'page size': true, total: true },
  },
  'Link header to next and last, as GitHub has it': {
    path: '/repos/acme/shop/orders?per_page=30',
    answer: (url) => {
      const per = size(url, 'per_page', 30);
      const at = page(url, 'page');
      const pages = Math.ceil(orders.length / per);
      const links =
        at + 1 < pages
          ? [`<${here(url, { page: at + 2 })}>; rel="next"`, `<${here(url, { page: pages })}>; rel="last"`]
          : [`<${here(url, { page: 1 })}>; rel="first"`];
      return { headers: { link: links.join(', ') }, body: orders.slice(at * per, (at + 1) * per) };
    },
    records: '',
    pagination: { type: 'page-number', pageSize: 30, total: { type: 'last-link' } },
    sure: { pages: true, 'page size': true, total: true },
  },
  'Link header to next only': {
    path: '/orders',
    answer: (url) => {
      const at = Number(Buffer.from(url.searchParams.get('k') ?? '', 'base64').toString() || 0);
      const after = at + 40;
      const key = Buffer.from(String(after)).toString('base64');
      return {
        headers: after < orders.length ? { link: `<${here(url, { k: key })}>; rel=next` } : {},
        body: orders.slice(at, after),
      };
    },
    records: '',
    pagination: { type: 'next-link', link: { type: 'header' } },
    sure: { pages: true },
  },
  'next link in the body, as Django has it without a limit': {
    path: '/api/orders/',
    answer: (url) => {
      const at = page(url, 'cursor_at', 0);
      const after = at + 50;
      return {
        body: {
          next: after < orders.length ? here(url, { cursor_at: after }) : null,
          previous: null,
          results: orders.slice(at, after),
        },
      };
    },
    records: 'results',
    pagination: { type: 'next-link', link: { type: 'body', path: 'next' } },
    sure: { pages: true },
  },
  'cursor in the body': {
    path: '/v2/orders',
    answer: (url) => {
      const at = Number((url.searchParams.get('cursor') ?? 'c0').slice(1));
      const after = at + 60;
      return {
        body: {
          items: orders.slice(at, after),
          meta: { next_cursor: after < orders.length ? `c${after}` : null },
        },
      };
    },
    records: 'items',
    pagination: { type: 'cursor', cursor: { type: 'body', path: 'meta.next_cursor' } },
    sure: { pages: true },
  },
  'page token, as Google has it': {
    path: '/orders?pageSize=50',
    answer: (url) => {
      const at = Number((url.searchParams.get('pageToken') ?? 'T0').slice(1));
      const after = at + size(url, 'pageSize', 10);
      return {
        body: {
          orders: orders.slice(at, after),
          ...(after < orders.length ? { nextPageToken: `T${after}` } : {}),
        },
      };
    },
    records: 'orders',
    pagination: {
      type: 'cursor',
      cursor: { type: 'body', path: 'nextPageToken' },
      parameter: 'pageToken',
      pageSize: 50,
      sizeParameter: 'pageSize',
    },
    sure: { pages: true },
  },
  'keyset, as Stripe has it': {
    path: '/v1/orders?limit=50',
    answer: (url) => {
      const after = url.searchParams.get('starting_after');
      const at = after === null ? 0 : orders.findIndex(({ id }) => String(id) === after) + 1;
      const per = size(url, 'limit', 10);
      return {
        body: {
          object: 'list',
          url: '/v1/orders',
          has_more: at + per < orders.length,
          data: orders.slice(at, at + per),
        },
      };
    },
    records: 'data',
    pagination: {
      type: 'keyset',
      field: 'id',
      parameter: 'starting_after',
      pageSize: 50,
      hasMore: 'has_more',
    },
    sure: { pages: true },
  },
  'OData with $skip and $count': {
    path: '/odata/Orders?$count=true',
    answer: (url) => {
      const per = size(url, '$top', 50);
      const at = page(url, '$skip', 0);
      return {
        body: { '@odata.context': 'x', '@odata.count': orders.length, value: orders.slice(at, at + per) },
      };
    },
    records: 'value',
    pagination: {
      type: 'offset',
      pageSize: 100,
      offsetParameter: '$skip',
      sizeParameter: '$top',
      total: { type: 'body', path: "['@odata.count']" },
    },
    sure: { pages: true, 'page size': true, total: true },
  },
  'Spring Data page, counted from zero': {
    path: '/orders',
    answer: (url) => {
      const per = size(url, 'size', 20);
      const at = page(url, 'page', 0);
      const content = orders.slice(at * per, (at + 1) * per);
      const totalPages = Math.ceil(orders.length / per);
      return {
        body: {
          content,
          totalElements: orders.length,
          totalPages,
          number: at,
          size: per,
          numberOfElements: content.length,
          first: at === 0,
          last: at + 1 === totalPages,
        },
      };
    },
    records: 'content',
    pagination: {
      type: 'page-number',
      pageSize: 100,
      firstPage: 0,
      sizeParameter: 'size',
      total: { type: 'body', path: 'totalElements' },
    },
    sure: { pages: true, 'page size': true, total: true },
  },
  'JSON:API with page[number] and page[size]': {
    path: '/orders',
    answer: (url) => {
      const per = size(url, 'page[size]', 10);
      const at = page(url, 'page[number]');
      const last = Math.ceil(orders.length / per);
      const data = orders
        .slice(at * per, (at + 1) * per)
        .map(({ id, ...attributes }) => ({ type: 'orders', id: String(id), attributes }));
      const at1 = (number: number) => here(url, { 'page[number]': number, 'page[size]': per });
      const links = { first: at1(1), last: at1(last), ...(at + 1 < last ? { next: at1(at + 2) } : {}) };
      const included = Array.from({ length: 40 }, (_, id) => ({ type: 'customers', id: String(id) }));
      return { headers: { 'content-type': 'application/vnd.api+json' }, body: { data, included, links } };
    },
    records: 'data',
    pagination: {
      type: 'page-number',
      pageSize: 100,
      pageParameter: 'page[number]',
      sizeParameter: 'page[size]',
      total: { type: 'last-link', path: 'links.last' },
    },
    sure: { pages: true, 'page size': true, total: true },
  },
  'Jira, with startAt and maxResults': {
    path: '/rest/search',
    answer: (url) => {
      const per = size(url, 'maxResults', 50);
      const at = page(url, 'startAt', 0);
      return {
        body: { startAt: at, maxResults: per, total: orders.length, issues: orders.slice(at, at + per) },
      };
    },
    records: 'issues',
    pagination: {
      type: 'offset',
      pageSize: 100,
      offsetParameter: 'startAt',
      sizeParameter: 'maxResults',
      total: { type: 'body', path: 'total' },
    },
    sure: { pages: true, 'page size': true, total: true },
  },
  'SCIM, which counts records from one': {
    path: '/scim/Orders',
    answer: (url) => {
      const per = size(url, 'count', 20);
      const at = page(url, 'startIndex', 1);
      const Resources = orders.slice(at, at + per);
      return {
        body: { totalResults: orders.length, startIndex: at + 1, itemsPerPage: Resources.length, Resources },
      };
    },
    records: 'Resources',
    pagination: {
      type: 'offset',
      pageSize: 100,
      firstOffset: 1,
      offsetParameter: 'startIndex',
      sizeParameter: 'count',
      total: { type: 'body', path: 'totalResults' },
    },
    sure: { pages: true, 'page size': true, total: true },
  },
  'zero-based pages that nothing announces': {
    path: '/orders',
    answer: (url) => {
      const at = page(url, 'page', 0);
      return { body: orders.slice(at * 30, (at + 1) * 30) };
    },
    records: '',
    pagination: {
      type: 'page-number',
      pageSize: 30,
      firstPage: 0,
      sizeParameter: false,
      total: { type: 'none' },
    },
    sure: { pages: true, 'page size': false, total: false },
  },
  'everything in one page, with a small limit that can be asked for': {
    path: '/orders',
    answer: (url) => {
      const few = orders.slice(0, 12);
      const per = size(url, 'limit', 100);
      const at = page(url, 'page');
      return {
        body: { data: few.slice(at * per, (at + 1) * per), total: few.length, page: at + 1, limit: per },
      };
    },
    records: 'data',
    pagination: {
      type: 'page-number',
      pageSize: 100,
      sizeParameter: 'limit',
      total: { type: 'body', path: 'total' },
    },
    sure: { pages: true, 'page size': true, total: true },
  },
  'no pagination': {
    path: '/orders.json',
    answer: () => ({ body: orders }),
    records: '',
    pagination: { type: 'single' },
    sure: { pages: false },
  },
  'no pagination, with a count': {
    path: '/orders',
    answer: () => ({ body: { count: orders.length, orders } }),
    records: 'orders',
    pagination: { type: 'single' },
    sure: { pages: true },
  },
};

/** The behaviour of a server that has one of the styles. */
export function serve(style: ApiStyle): (request: ReceivedRequest) => Behaviour {
  return ({ path, headers }) => style.answer(new URL(path, `http://${headers.host}`));
}
