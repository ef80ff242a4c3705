import type { Extent, Parameter } from '../../source/pagination';
import { parsePath } from '../../source/path';
import type { Request } from '../../source/source';
import { TotalNotFoundError } from '../guard-errors';
import { describeJson, excerpt } from './describe-json';
import { exactText, kindOf } from './json-value';
import { linkWith } from './link-header';
import type { PageToRead } from './page-to-read';

type LastLink = Extract<Extent, { type: 'last-link' }>;

/**
 * Pages of the slice by the link to its last page; 1 when the page is not full and names neither a last nor a next one. Undefined where
 * that cannot be told, as on the last page of many. `records` are those on this page. Throws a TotalNotFoundError for a link
 * without a page number.
 */
export function countToLastLink(read: PageToRead, extent: LastLink, records: number): number | undefined {
  const { pagination } = read.dataset;
  if (pagination.type !== 'page-number' && pagination.type !== 'offset') return undefined;
  const link = readLink(read, extent, 'last');
  const own = positionIn(read.request.url, read);
  if (link === undefined) {
    const isOnly =
      own === firstOf(pagination) && saysNothingFollows(read, extent, records < pagination.pageSize);
    return isOnly ? 1 : undefined;
  }
  const last = URL.canParse(link, read.request.url)
    ? positionIn(new URL(link, read.request.url).href, read)
    : undefined;
  if (last === undefined || last < firstOf(pagination)) {
    throw new TotalNotFoundError(
      `${read.where} links to ${JSON.stringify(excerpt(link, read.page.credentials, 200))} as the last page, where no page number or offset is found: correct 'total'`,
    );
  }
  const before = last - firstOf(pagination);
  if (pagination.type === 'page-number') return before + 1;
  // A page before the last one is full, whatever was asked for.
  const pageSize = records > 0 && own !== undefined && own < last ? records : pagination.pageSize;
  // Where the last page ends with the last record it begins at no multiple of the size: the next multiple reaches the end.
  return Math.ceil(before / pageSize) + 1;
}

function readLink(
  { page, find, where }: PageToRead,
  extent: LastLink,
  relation: 'last' | 'next',
): string | undefined {
  if (extent.path === undefined) return linkWith(relation, page.headers.link);
  const path = parsePath(extent.path).map((segment) => (segment === 'last' ? relation : segment));
  const value = find(path);
  if (value === undefined || kindOf(value.bytes) === 'null') return undefined;
  const text = exactText(value.bytes);
  if (text !== undefined) return text === '' || text === 'false' ? undefined : text;
  throw new TotalNotFoundError(
    `${where} holds ${describeJson(value, page.credentials)} at '${extent.path}', not the link to the last page: correct 'total'`,
  );
}

/**
 * Sources leave out the Link header when there is one page, and so do sources that have no such header: a full page is
 * not believed to be the only one. In a body the place must be known all the same, as null or beside
 * a 'next' that is missing, too: a path that is wrong would make one page of any dataset.
 */
function saysNothingFollows(read: PageToRead, extent: LastLink, isShort: boolean): boolean {
  if (readLink(read, extent, 'next') !== undefined) return false;
  if (extent.path === undefined) return isShort;
  const path = parsePath(extent.path);
  if (read.find(path) !== undefined) return true;
  const named = path.indexOf('last');
  return named > 0 && read.find(path.slice(0, named)) !== undefined;
}

function firstOf(
  pagination: { type: 'page-number'; firstPage: number } | { type: 'offset'; firstOffset: number },
): number {
  return pagination.type === 'page-number' ? pagination.firstPage : pagination.firstOffset;
}

/** The page number or offset that a URL asks for; undefined where it stands elsewhere, or is no whole number. */
function positionIn(url: string, { dataset: { pagination, request } }: PageToRead): number | undefined {
  if (pagination.type !== 'page-number' && pagination.type !== 'offset') return undefined;
  const parameter = pagination.type === 'page-number' ? pagination.pageParameter : pagination.offsetParameter;
  const text = textIn(new URL(url), parameter, request);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function textIn(url: URL, parameter: Parameter, request: Pick<Request, 'path'>): string | undefined {
  if (parameter.in === 'query') return url.searchParams.get(parameter.name) ?? undefined;
  if (parameter.in !== 'path') return undefined;
  // The path's own segments, from its end: what stands before them belongs to baseUrl.
  const [template = ''] = request.path.split('?');
  const pattern = template
    .split(/(\{[^{}]+\})/)
    .map((part) =>
      part === `{${parameter.name}}`
        ? '([^/]+)'
        : /^\{.*\}$/.test(part)
          ? '[^/]+'
          : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`${pattern}$`).exec(url.pathname)?.[1];
}
