import { rm } from 'node:fs/promises';
import type { PageRange } from '../plan/plan';
import type { Dataset, Source, Total } from '../source/source';
import { withDeadline } from './deadline';
import { type ExtractServices, fetchPage } from './fetch-page';
import { PageFile } from './page-file';
import { pageRequest } from './request';
import { createTally } from './tally';
import { toTotal } from './total';

/** Requests of a lane that may be under way at once: at this many, answers that take longer slow the lane down. */
const defaultInFlight = 8;

export interface RangeFetch {
  readonly source: Source;
  readonly dataset: Dataset;
  /** Records per page to ask for. */
  readonly pageSize: number;
  readonly range: Pick<PageRange, 'firstPage' | 'pages'>;
  /** Where the bodies go, in page order, each followed by '\\n'; overwritten if it exists. */
  readonly file: string;
  /** Monotonic milliseconds; nothing is under way later. */
  readonly deadline: number;
  /** Requests that may be under way at once. @default 8 */
  readonly inFlight?: number;
}

/** What fetching a range took, and what the source said meanwhile. */
export interface FetchedRange {
  readonly pages: number;
  /** Requests started, retries included. */
  readonly requests: number;
  /** Answers that asked us to wait. */
  readonly throttled: number;
  readonly retries: number;
  /** Of the page bodies, decoded. */
  readonly bytes: number;
  /** ISO 8601, before the first request: everything fetched is at least as fresh. */
  readonly fetchedAt: string;
  /** From then until the last page was written, whole milliseconds. */
  readonly milliseconds: number;
  /** Smallest and largest total that a header named; only for datasets whose total is in a header. */
  readonly headerTotals?: { readonly min: number; readonly max: number };
}

/**
 * Fetches the pages of a range into a file, several at a time, at the lane's pace. Memory is bounded by the pages in
 * flight and 16 MiB, whatever the size of the range. When one page fails for good the others are aborted and awaited,
 * the file is removed, and that page's error (see fetchPage) is thrown. A page that turns out to be malformed is
 * fetched again by another call: for the whole range, or for a range of that one page and a file of its own.
 */
export async function fetchRange(fetch: RangeFetch, services: ExtractServices): Promise<FetchedRange> {
  const tally = createTally(services.telemetry);
  const fetchedAt = new Date(services.clock.now()).toISOString();
  const began = services.clock.monotonic();
  const file = await PageFile.create(fetch.file);
  try {
    const totals = await withDeadline(fetch.deadline, services.clock, (controller) =>
      fetchPages(fetch, { ...services, telemetry: tally }, file, controller),
    ).finally(() => file.close());
    return {
      pages: fetch.range.pages,
      requests: tally.total('Requests'),
      throttled: tally.total('Throttled'),
      retries: tally.total('Retries'),
      bytes: file.bytes,
      fetchedAt,
      milliseconds: Math.round(services.clock.monotonic() - began),
      ...(totals.length === 0
        ? {}
        : { headerTotals: { min: Math.min(...totals), max: Math.max(...totals) } }),
    };
  } catch (error) {
    await rm(fetch.file, { force: true });
    throw error;
  }
}

/** Resolves with the totals that headers named. */
async function fetchPages(
  { source, dataset, pageSize, range, deadline, inFlight = defaultInFlight }: RangeFetch,
  services: ExtractServices,
  file: PageFile,
  controller: AbortController,
): Promise<number[]> {
  const { signal } = controller;
  const totals = new Set<number>();
  let next = 0;
  const fetchInTurn = async () => {
    while (next < range.pages) {
      signal.throwIfAborted();
      const position = next++;
      const request = pageRequest(source, dataset, pageSize, range.firstPage + position);
      const page = await fetchPage({ source, request, deadline, signal }, services);
      const total = headerTotal(dataset.pagination.total, page.headers);
      if (total !== undefined) totals.add(total);
      await file.put(position, page.body, signal);
    }
  };
  const fetchers = Array.from({ length: Math.min(inFlight, range.pages) }, () =>
    // The first failure aborts the others, and only it is the reason.
    fetchInTurn().catch((error) => controller.abort(error)),
  );
  await Promise.all(fetchers);
  signal.throwIfAborted();
  return [...totals];
}

function headerTotal(total: Total, headers: Readonly<Record<string, string>>): number | undefined {
  return total.type === 'header' ? toTotal(headers[total.name.toLowerCase()]) : undefined;
}
