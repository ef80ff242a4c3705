import { PermanentError, TransientError } from '../errors';
import { parsePath, readPath } from '../source/path';
import type { Dataset, Source, Total } from '../source/source';
import { withDeadline } from './deadline';
import { type ExtractServices, fetchPage, type Page } from './fetch-page';
import { pageRequest } from './request';
import { toTotal } from './total';

/** What the first page tells about a dataset. */
export interface FirstPage {
  /** Records the source says it holds. */
  readonly total: number;
  /** Records per page that it really gives: sources clamp what they are asked for. */
  readonly pageSize: number;
  /** Records on the first page. */
  readonly records: number;
}

/**
 * Fetches the first page to learn the extent of a dataset. `deadline` in monotonic milliseconds. Rejects like
 * fetchPage, and with a PermanentError when the records or the total are not where the dataset says, or contradict
 * each other.
 */
export async function fetchFirstPage(
  source: Source,
  dataset: Dataset,
  services: ExtractServices,
  deadline = Number.POSITIVE_INFINITY,
): Promise<FirstPage> {
  const asked = dataset.pagination.pageSize;
  const request = pageRequest(source, dataset, asked, 0);
  const page = await withDeadline(deadline, services.clock, ({ signal }) =>
    fetchPage({ source, request, deadline, signal }, services),
  );
  const where = `the first page of ${source.name}/${dataset.name} (${request.method} ${request.url})`;
  const body = parseBody(page, where);
  const records = countRecords(body, dataset.records, where);
  const total = readTotal(body, page, dataset.pagination.total, where);
  if (records > total || (records === 0 && total > 0)) {
    throw new PermanentError(
      `${where} holds ${records} records though it says that there are ${total} in all: check where total and records are read`,
    );
  }
  // More than asked for means that the source has its own page size; fewer of what is left, that it has a limit.
  const pageSize = records > asked || (records < asked && records < total) ? records : asked;
  return { total, pageSize, records };
}

function parseBody(page: Page, where: string): unknown {
  try {
    return JSON.parse(page.body.toString('utf8'));
  } catch (cause) {
    throw new TransientError(`${where} is malformed JSON`, { cause });
  }
}

function countRecords(body: unknown, path: string, where: string): number {
  const records = path === '' ? body : readPath(body, parsePath(path));
  if (Array.isArray(records)) return records.length;
  const place = path === '' ? 'as its body' : `at '${path}'`;
  throw new PermanentError(
    `${where} holds ${describe(records)} ${place}, not an array of records: correct 'records'${topLevelNames(body)}`,
  );
}

function readTotal(body: unknown, page: Page, total: Total, where: string): number {
  const isBody = total.type === 'body';
  const found = isBody ? readPath(body, parsePath(total.path)) : page.headers[total.name.toLowerCase()];
  const number = toTotal(found);
  if (number !== undefined) return number;
  const place = isBody ? `at '${total.path}'` : `in header '${total.name}'`;
  throw new PermanentError(
    `${where} holds ${describe(found)} ${place}, not a whole number of records: correct 'total'${isBody ? topLevelNames(body) : ''}`,
  );
}

/** A value in a few words; texts are cut, since nobody knows what stands there. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value).slice(0, 60);
}

function topLevelNames(body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return '';
  return ` (the body has ${Object.keys(body).slice(0, 20).join(', ')})`;
}
