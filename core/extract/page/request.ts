import type { SliceParameters } from '../../plan/plan';
import type {
  CountablePagination,
  Pagination,
  Parameter,
  SequentialPagination,
} from '../../source/pagination';
import { isCountable } from '../../source/pagination';
import { parsePath } from '../../source/path';
import type { Dataset, JsonObject, JsonValue, Source } from '../../source/source';
import { setValue } from './set-value';
import { fillBody, fillPath, fillText } from './template';

/** An HTTP request for one page, without credentials. */
export interface PageRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

/** Which page of which slice. */
export interface PageAt {
  readonly parameters: SliceParameters;
  /** From 0, whatever the source calls its first page; counts where the pagination is countable. */
  readonly page: number;
  /** Records to ask for; undefined where the source decides. */
  readonly pageSize: number | undefined;
  /** Cursor, key or absolute URL of the page; undefined for the first page of a chain. */
  readonly cursor?: string | undefined;
}

/** A value of the pagination, and where it goes. */
interface Placed {
  readonly parameter: Parameter;
  readonly value: string | number;
}

/**
 * The request for one page: the dataset's own, its `{name}` filled in, that for what changed where the run asks for no more, and the
 * pagination's parameters, which come last and win. The URL of a next link replaces path and query; the rest stays. Throws a ConfigurationError for a value that
 * cannot be part of a path, or has no place in the body.
 */
export function pageRequest(
  source: Pick<Source, 'baseUrl'>,
  dataset: Pick<Dataset, 'request' | 'pagination' | 'incremental'>,
  at: PageAt,
): PageRequest {
  const { request, pagination } = dataset;
  const placed = pageValues(pagination, at);
  const isLink = pagination.type === 'next-link' && at.cursor !== undefined;
  // A link holds all that the source wants to see in a URL.
  const url = isLink ? at.cursor : declaredUrl(source, dataset, at, placed);
  const body = requestBody(request.body, at.parameters, placed);
  return {
    method: request.method,
    url: new URL(url).href,
    headers: requestHeaders(request.headers, placed, body !== undefined),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

function pageValues(pagination: Pagination, at: PageAt): readonly Placed[] {
  const position = isCountable(pagination)
    ? countedPosition(pagination, at)
    : chainPosition(pagination, at.cursor);
  const sizeParameter = pagination.type === 'single' ? undefined : pagination.sizeParameter;
  if (sizeParameter === undefined || at.pageSize === undefined) return position;
  return [...position, { parameter: sizeParameter, value: at.pageSize }];
}

function countedPosition(pagination: CountablePagination, { page, pageSize }: PageAt): readonly Placed[] {
  switch (pagination.type) {
    case 'page-number':
      return [{ parameter: pagination.pageParameter, value: pagination.firstPage + page }];
    case 'offset': {
      const records = page * (pageSize ?? pagination.pageSize);
      return [{ parameter: pagination.offsetParameter, value: pagination.firstOffset + records }];
    }
    case 'single':
      return [];
  }
}

function chainPosition(pagination: SequentialPagination, cursor: string | undefined): readonly Placed[] {
  if (pagination.type === 'next-link') return [];
  const value = cursor ?? pagination.first;
  return value === undefined ? [] : [{ parameter: pagination.parameter, value }];
}

function declaredUrl(
  { baseUrl }: Pick<Source, 'baseUrl'>,
  { request, incremental }: Pick<Dataset, 'request' | 'incremental'>,
  { parameters }: PageAt,
  placed: readonly Placed[],
): string {
  const inPath = placed.flatMap(({ parameter, value }) =>
    parameter.in === 'path' ? [[parameter.name, value] as const] : [],
  );
  const url = new URL(baseUrl + fillPath(request.path, { ...parameters, ...Object.fromEntries(inPath) }));
  // A run that loads everything has no {since}.
  const changed = parameters.since === undefined ? undefined : incremental?.query;
  for (const [name, value] of Object.entries({ ...request.query, ...changed })) {
    url.searchParams.delete(name);
    for (const text of [value].flat()) url.searchParams.append(name, fillText(text, parameters));
  }
  for (const { parameter, value } of placed) {
    if (parameter.in !== 'query') continue;
    url.searchParams.delete(parameter.name);
    url.searchParams.append(parameter.name, String(value));
  }
  return url.href;
}

function requestBody(
  declared: JsonObject | undefined,
  parameters: SliceParameters,
  placed: readonly Placed[],
): JsonValue | undefined {
  let body: JsonValue | undefined = declared === undefined ? undefined : fillBody(declared, parameters);
  for (const { parameter, value } of placed) {
    if (parameter.in === 'body') body = setValue(body, parsePath(parameter.path), value);
  }
  return body;
}

function requestHeaders(
  declared: Readonly<Record<string, string>>,
  placed: readonly Placed[],
  hasBody: boolean,
): Record<string, string> {
  const own = Object.entries(declared).map(([name, value]) => [name.toLowerCase(), value]);
  const positions = placed.flatMap(({ parameter, value }) =>
    parameter.in === 'header' ? [[parameter.name.toLowerCase(), String(value)]] : [],
  );
  return {
    accept: 'application/json',
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...Object.fromEntries([...own, ...positions]),
  };
}
