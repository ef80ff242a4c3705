import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ConfigurationError } from '../../core/errors';
import { fetchRange } from '../../core/extract/range/fetch-range';
import type { PageOrigin } from '../../core/extract/range/fetched-range';
import { rangesOf } from '../../core/plan/grid';
import { type ParentServices, readParents } from '../../core/plan/parents';
import type { PageRange, Sequence, UnseenSlice } from '../../core/plan/plan';
import { unseenSlices } from '../../core/plan/slices';
import type { Dataset, Source } from '../../core/source/source';
import type { PreviewSource } from './preview-source';

/** What is to be looked at. */
export interface FirstPages {
  readonly source: Source;
  readonly dataset: Dataset;
  /** At most. */
  readonly pages: number;
  /** Where their bodies go, each followed by '\n'. */
  readonly file: string;
}

/** The first pages of a dataset, in its file. */
export interface FetchedPages {
  readonly origins: readonly PageOrigin[];
  /** The last range that was fetched. */
  readonly range: PageRange;
  /** Records that the source says the dataset holds; undefined where it does not say, or is cut into slices. */
  readonly total: number | undefined;
  /** Of the dataset; 1 where it is not cut into any. */
  readonly slices: number;
}

/** What is waited for a range, milliseconds. */
const longestWait = 5 * 60_000;

/**
 * Fetches the first pages of a dataset: of a sliced one the first page of each of the first slices, more of each where there are fewer slices
 * than pages. All of them begin as a lead does in a run, which learns the total from the first page, so no page is asked for twice.
 * Rejects as fetchRange and readParents do.
 */
export async function fetchFirstPages(
  { source, dataset, pages, file }: FirstPages,
  { services }: PreviewSource,
  parents: ParentServices,
): Promise<FetchedPages> {
  const all = await slicesOf(source, dataset, parents);
  const slices = all.slice(0, pages);
  const origins: PageOrigin[] = [];
  let range: PageRange = {
    type: 'lead',
    slice: 'lead',
    index: 0,
    slices,
    mostPages: Math.floor(pages / slices.length),
  };
  let total: number | undefined;
  const part = `${file}.part`;
  const waiting: PageRange[] = [range];
  for (let next = waiting.shift(); next && origins.length < pages; next = waiting.shift()) {
    range = next;
    const deadline = services.clock.monotonic() + longestWait;
    const fetched = await fetchRange(
      { source, dataset, range, pagesPerRange: pages, file: part, deadline },
      services,
    );
    await pipeline(createReadStream(part), createWriteStream(file, { flags: 'a' }));
    await rm(part);
    origins.push(...fetched.origins);
    total ??= fetched.expected;
    waiting.push(...rangesOfAll(fetched.next));
  }
  return { origins, range, total: dataset.slices.length === 0 ? total : undefined, slices: all.length };
}

/** Everything that a dataset is cut into as of now; one slice named `all` where it is not. Rejects as readParents does. */
export async function slicesOf(
  source: Source,
  dataset: Dataset,
  parents: ParentServices,
): Promise<UnseenSlice[]> {
  if (dataset.slices.length === 0) return [{ name: 'all', parameters: {} }];
  const ofRecords = dataset.slices.filter((slices) => slices.type === 'records');
  const parentValues = ofRecords.length === 0 ? new Map() : (await readParents(ofRecords, parents)).values;
  const slices = unseenSlices(dataset.slices, { now: new Date(), parentValues });
  if (slices.length > 0) return slices;
  throw new ConfigurationError(
    `${source.name}/${dataset.name} is cut into no slices as of now: correct where its windows begin and end`,
  );
}

function rangesOfAll(sequences: readonly Sequence[]): PageRange[] {
  return sequences.flatMap((sequence) => [...rangesOf(sequence)]);
}
