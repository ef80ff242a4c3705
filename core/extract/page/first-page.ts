import type { SliceParameters } from '../../plan/plan';
import { isCountable } from '../../source/pagination';
import type { Dataset, Source } from '../../source/source';
import { redactError } from '../auth/redact-error';
import { ResultWindowError } from '../guard-errors';
import { withDeadline } from '../range/deadline';
import { type Extent0, extentOf } from './extent';
import { type ExtractServices, fetchPage } from './fetch-page';
import { readPage } from './read-page';
import { pageRequest } from './request';

/**
 * Fetches the first page of a countable dataset without slices, to learn its extent; with the parameters that all of its pages will be asked
 * for with. `deadline` in monotonic milliseconds. Rejects like fetchPage, readPage and extentOf, and with a ResultWindowError when there is more than the source lets
 * anybody see; no error holds a credential, whatever the page holds.
 */
export async function fetchFirstPage(
  source: Source,
  dataset: Dataset,
  services: ExtractServices,
  deadline = Number.POSITIVE_INFINITY,
  parameters: SliceParameters = {},
): Promise<Extent0> {
  try {
    return await findExtent({ source, dataset, parameters }, services, deadline);
  } catch (error) {
    throw redactError(error, services.authorizer);
  }
}

interface Unseen {
  readonly source: Source;
  readonly dataset: Dataset;
  readonly parameters: SliceParameters;
}

async function findExtent(
  { source, dataset, parameters }: Unseen,
  services: ExtractServices,
  deadline: number,
): Promise<Extent0> {
  const { pagination } = dataset;
  const asked = isCountable(pagination) && pagination.type !== 'single' ? pagination.pageSize : undefined;
  const request = pageRequest(source, dataset, { parameters, page: 0, pageSize: asked });
  const page = await withDeadline(deadline, services.clock, ({ signal }) =>
    fetchPage({ source, rules: dataset.request, request, deadline, signal }, services),
  );
  // A status that means that there is nothing.
  if (page === undefined) return { total: 0, pages: 1, pageSize: asked ?? 1 };
  const where = `the first page of ${source.name}/${dataset.name} (${request.method} ${request.url})`;
  const extent = extentOf(dataset, readPage(dataset, page, request, where), where);
  checkWindow(dataset, extent, where);
  return extent;
}

/** As many as the window holds is as good as more: what is behind it is not counted. */
function checkWindow({ pagination }: Dataset, { total, pages, pageSize }: Extent0, where: string): void {
  if (pagination.type !== 'page-number' && pagination.type !== 'offset') return;
  const { resultWindow } = pagination;
  if (resultWindow === undefined || (total ?? pages * pageSize) < resultWindow) return;
  throw new ResultWindowError(
    `${where} says that there are ${total ?? pages * pageSize} records, and the source lets nobody see more than ${resultWindow}: cut the dataset into slices, windows of time for example`,
  );
}
