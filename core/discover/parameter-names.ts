import { plainName } from './envelope';

/** What a query parameter is for in a pagination. */
export type ParameterRole = 'page' | 'offset' | 'size' | 'cursor';

/** By role, in plain letters: 'page_size', 'pageSize' and 'page[size]' are 'pagesize'. */
const plainNames: Readonly<Record<ParameterRole, readonly string[]>> = {
  page: ['page', 'pagenumber', 'pageno', 'pageindex', 'pagenum', 'currentpage', 'p', 'pg'],
  offset: [
    'offset',
    'skip',
    'start',
    'startat',
    'startindex',
    'from',
    'pageoffset',
    'sysparmoffset',
    'startrow',
  ],
  size: [
    ...['perpage', 'pagesize', 'limit', 'size', 'count', 'top', 'take', 'maxresults', 'pagelimit', 'rows'],
    ...[
      'resultsperpage',
      'itemsperpage',
      'recordsperpage',
      'sysparmlimit',
      'num',
      'max',
      'maxitems',
      'pagecount',
    ],
  ],
  cursor: [
    ...[
      'cursor',
      'pagetoken',
      'nexttoken',
      'nextpagetoken',
      'continuation',
      'continuationtoken',
      'pagecursor',
    ],
    ...[
      'startingafter',
      'startcursor',
      'pageafter',
      'marker',
      'bookmark',
      'scrollid',
      'skiptoken',
      'nextcursor',
    ],
    ...['after', 'sinceid', 'afterid', 'lastid', 'searchafter', 'token', 'next', 'nextpage'],
  ],
};

/** Whether a parameter of this name usually has the role. */
export function hasRole(name: string, role: ParameterRole): boolean {
  return plainNames[role].includes(plainName(name));
}

/** Parameters of a URL that usually have a role and, but for cursors, hold a whole number. */
export function parametersOf(url: URL, role: ParameterRole): readonly { name: string; value: string }[] {
  return [...url.searchParams]
    .map(([name, value]) => ({ name, value }))
    .filter(({ name, value }) => hasRole(name, role) && (role === 'cursor' || /^\d{1,15}$/.test(value)));
}

/** Names by which sources that have a certain position parameter take the page's size, the likeliest first. */
const companions: Readonly<Record<string, readonly string[]>> = {
  page: ['per_page', 'page_size', 'limit', 'pageSize', 'size'],
  'page[number]': ['page[size]'],
  'page[offset]': ['page[limit]'],
  pageNumber: ['pageSize'],
  pageIndex: ['pageSize'],
  offset: ['limit'],
  skip: ['limit', 'take'],
  $skip: ['$top'],
  startAt: ['maxResults'],
  startIndex: ['count'],
  start: ['limit', 'rows'],
  from: ['size'],
  _start: ['_limit'],
  _page: ['_limit'],
  sysparm_offset: ['sysparm_limit'],
};

/** Names to try for the page's size, the likeliest first. */
export function sizeNamesFor(position: string): readonly string[] {
  return companions[position] ?? ['limit', 'page_size'];
}

/** Names to try for the parameter that takes a cursor found under `name`: 'next_cursor' → 'cursor', 'nextPageToken' → 'pageToken'. */
export function cursorParametersFor(name: string): readonly string[] {
  const bare = name.replace(/^(next|end)[_-]?(?=.)/i, '');
  const own = bare === '' || bare === name ? [] : [bare.slice(0, 1).toLowerCase() + bare.slice(1)];
  const more: Readonly<Record<string, readonly string[]>> = {
    next: ['cursor', 'next', 'after'],
    endcursor: ['after', 'cursor'],
    nexttoken: ['nextToken', 'next_token', 'pageToken'],
    nextpage: ['page', 'cursor', 'page_token'],
    after: ['after'],
  };
  const likely = more[plainName(name)] ?? (own.length > 0 ? [...own, name] : [name, 'cursor']);
  return [...new Set(likely)].slice(0, 3);
}

/** A copy of a URL with some parameters set. */
export function withParameters(url: URL, parameters: Readonly<Record<string, string | number>>): URL {
  const copy = new URL(url);
  for (const [name, value] of Object.entries(parameters)) copy.searchParams.set(name, String(value));
  return copy;
}
