import type { Sequence, SliceParameters } from '../../plan/plan';
import type { Clock } from '../../run/ports';
import type { Dataset, Source } from '../../source/source';
import { CutOffBodyError } from '../guard-errors';
import { BodyWeight } from '../pace/in-flight';
import { type ExtractServices, fetchPage, type Page } from '../page/fetch-page';
import { pageName as nameOfPage } from '../page/page-name';
import { type PageContent, readPage } from '../page/read-page';
import { type PageAt, type PageRequest, pageRequest } from '../page/request';
import type { PageOrigin } from './fetched-range';
import type { PageFile } from './page-file';

/** A range that is being fetched. */
export interface RangeWork {
  readonly source: Source;
  readonly dataset: Dataset;
  /** Pages of a range, at most. */
  readonly pagesPerRange: number;
  /** Monotonic milliseconds; nothing is under way later. */
  readonly deadline: number;
  readonly services: ExtractServices;
  /** Aborted when nothing that is under way is worth finishing. */
  readonly controller: AbortController;
  readonly file: PageFile;
  /** One per body, at its position in the file. */
  readonly origins: PageOrigin[];
  readonly budget: Budget;
}

/** What fetching the pages of a range comes to. */
export interface RangeOutcome {
  /** Totals of records that pages named. */
  readonly totals: readonly number[];
  /** See FetchedRange. */
  readonly expected?: number | undefined;
  readonly next: readonly Sequence[];
}

/** Which slice a page belongs to. */
export interface SliceOfPage {
  readonly name: string;
  readonly parameters: SliceParameters;
}

/** A page that was fetched and read. */
export interface SeenPage {
  readonly page: Page;
  readonly content: PageContent;
  readonly request: PageRequest;
  /** ISO 8601, when its body had arrived. */
  readonly fetchedAt: string;
}

/** Milliseconds after which a range of unknown length ends: a failure costs no more than that. */
const longest = 60_000;
/** Bytes of bodies after which it ends: what a worker shapes at once. */
const mostBytes = 64 * 1024 * 1024;
/** Milliseconds that are left before the deadline for what is under way. */
const spare = 20_000;

/** How long a range of unknown length goes on. */
export class Budget {
  readonly #clock: Clock;
  readonly #endsAt: number;
  #bytes = 0;

  /** `deadline` in monotonic milliseconds. */
  constructor(clock: Clock, deadline: number) {
    this.#clock = clock;
    this.#endsAt = Math.min(clock.monotonic() + longest, deadline - spare);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** True after 60 s, after 64 MiB of bodies and 20 s before the deadline: nothing else is begun then. */
  get spent(): boolean {
    return this.#bytes >= mostBytes || this.#clock.monotonic() >= this.#endsAt;
  }
}

/** How often a body that is malformed is asked for again. */
const mostRepairs = 2;

/**
 * Fetches and reads one page of a slice; undefined where the answer's status means that nothing is there. A body that
 * turns out to be cut off is asked for again, twice. Rejects as fetchPage and readPage do.
 */
export async function seePage(
  work: RangeWork,
  slice: SliceOfPage,
  at: Omit<PageAt, 'parameters'>,
  repairs = mostRepairs,
): Promise<SeenPage | undefined> {
  const { source, dataset, deadline, services } = work;
  const { signal } = work.controller;
  const request = pageRequest(source, dataset, { ...at, parameters: slice.parameters });
  const page = await fetchPage({ source, rules: dataset.request, request, deadline, signal }, services);
  if (page === undefined) return undefined;
  const fetchedAt = timeOf(services.clock);
  BodyWeight.of(dataset).add(page.body.length);
  try {
    const content = readPage(dataset, page, request, pageName(work, slice, at.page));
    return { page, request, fetchedAt, content };
  } catch (error) {
    if (!(error instanceof CutOffBodyError) || repairs === 0) throw error;
    services.telemetry.count('Retries', 1);
    services.telemetry.warn('A page was malformed: it is fetched again', { reason: error.message });
    return seePage(work, slice, at, repairs - 1);
  }
}

/** Writes a page behind those that came before it. */
export async function appendPage(
  work: RangeWork,
  slice: SliceOfPage,
  page: number,
  { page: { body }, fetchedAt }: Pick<SeenPage, 'page' | 'fetchedAt'>,
): Promise<void> {
  const origin = { slice: slice.name, page, parameters: slice.parameters, fetchedAt };
  const position = work.origins.push(origin) - 1;
  work.budget.add(body.length);
  await work.file.put(position, body, work.controller.signal);
}

/** Now, in ISO 8601. */
export function timeOf(clock: Pick<Clock, 'now'>): string {
  return new Date(clock.now()).toISOString();
}

/** See page-name.ts; with the source's name. */
export function pageName(
  { source, dataset }: { readonly source: Pick<Source, 'name'>; readonly dataset: Pick<Dataset, 'name'> },
  slice: Pick<SliceOfPage, 'name'>,
  page: number,
): string {
  return nameOfPage({ slice: slice.name, page }, `${source.name}/${dataset.name}`);
}
