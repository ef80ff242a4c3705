import { PermanentError } from '../../errors';
import type { PagesRange } from '../../plan/plan';
import { isCountable, type Pagination } from '../../source/pagination';
import { EmptyPageError } from '../guard-errors';
import { BodyWeight, keepInFlight } from '../pace/in-flight';
import { fetchPage, type Page } from '../page/fetch-page';
import { linkWith } from '../page/link-header';
import { pageRequest } from '../page/request';
import { toTotal } from '../page/total';
import { pageName, type RangeOutcome, type RangeWork, timeOf } from './range-work';

/**
 * Fetches the pages of a grid, several at a time, into the file in page order. Only headers are read: the bodies are
 * the shaper's. Rejects with an EmptyPageError when the source says that there is no such page, since the plan says
 * that one follows it (the last page itself may be gone by now, and a look at the source asks for pages that may not be there), and with what
 * fetchPage rejects with.
 */
export async function fetchPages(range: PagesRange, work: RangeWork): Promise<RangeOutcome> {
  const { source, dataset, deadline, services, controller, file } = work;
  const { slice, parameters, pageSize, firstPage } = range;
  const { signal } = controller;
  const bodies = BodyWeight.of(dataset);
  const totalHeader = headerOfTotal(dataset.pagination);
  const totals = new Set<number>();

  let position = 0;
  await keepInFlight({
    next: () => (position < range.pages ? position++ : undefined),
    limit: source.limits.inFlight,
    pacer: services.pacer,
    bodies,
    controller,
    async work(position, pacer) {
      const page = firstPage + position;
      const request = pageRequest(source, dataset, { parameters, page, pageSize });
      const fetch = { source, rules: dataset.request, request, deadline, signal };
      const fetched = await fetchPage(fetch, { ...services, pacer });
      if (fetched === undefined) {
        if (page < range.slicePages - 1) throw missingPage(range, page, work);
        return file.skip(position, signal);
      }
      work.origins[position] = { slice, page, parameters, fetchedAt: timeOf(services.clock) };
      if (dataset.pagination.type === 'single') refuseMore(fetched, range, work);
      bodies.add(fetched.body.length);
      const total = totalHeader === undefined ? undefined : toTotal(fetched.headers[totalHeader]);
      if (total !== undefined) totals.add(total);
      await file.put(position, fetched.body, signal);
    },
  });
  keepFound(work.origins);
  return { totals: [...totals], next: [] };
}

/** Leaves those out that stand for a page that is not there. */
function keepFound(origins: RangeWork['origins']): void {
  origins.splice(0, origins.length, ...origins.filter(() => true)); // which skips what is not set
}

/** A dataset that comes in one page has none behind it. */
function refuseMore({ headers }: Page, range: PagesRange, work: RangeWork): void {
  if (linkWith('next', headers.link) === undefined) return;
  throw new PermanentError(
    `${pageName(work, { name: range.slice }, 0)} links to a next page in its Link header, though the pagination is 'single': declare { type: 'next-link', link: { type: 'header' } }`,
  );
}

/** Name of the header, in lower case, that says how many records there are. */
function headerOfTotal(pagination: Pagination): string | undefined {
  if (!isCountable(pagination) || pagination.type === 'single') return undefined;
  const { total } = pagination;
  return total.type === 'header' && total.counts === 'records' ? total.name.toLowerCase() : undefined;
}

function missingPage(range: PagesRange, page: number, work: RangeWork): EmptyPageError {
  return new EmptyPageError(
    `${pageName(work, { name: range.slice }, page)} is not there, though the slice was planned with ${range.slicePages} pages: records were deleted since (start the run over), or 'statuses' takes a failure for an empty page`,
  );
}
