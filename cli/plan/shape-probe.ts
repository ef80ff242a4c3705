import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PageOrigin } from '../../core/extract/range/fetched-range';
import type { Probe, SeenSlice, Sizes } from '../../core/forecast/probe';
import { runIdAt } from '../../core/run/plan/run-id';
import type { Secrets } from '../../core/run/ports';
import { compress } from '../../core/run/range/gzip';
import { openShaper, type Shaper } from '../../core/shape/shape-range';
import { tableOf } from '../../core/shape/stage/table';
import type { Dataset } from '../../core/source/source';
import type { ShownRequest } from '../preview/preview-source';
import { softened } from '../preview/softened';
import type { ProbedFile, ProbedPages, ProbedSlice } from './probe-pages';

/** Of DuckDB; a laptop has it. */
const memoryMegabytes = 1000;

/** Shapes the pages that were fetched as a worker would, each part alone and all together, and puts together what they tell. */
export async function shapeProbe(
  dataset: Dataset,
  probed: ProbedPages & { readonly requests: readonly ShownRequest[]; readonly folder: string },
  secrets: Pick<Secrets, 'get'>,
): Promise<Probe> {
  const { files, folder, requests } = probed;
  const shaper = await openShaper({ memoryMegabytes, temporaryDirectory: folder }, secrets);
  try {
    const alone: Measured[] = [];
    for (const file of files) alone.push(await measure(file, { dataset, folder, shaper }));
    const [only] = alone;
    const together =
      alone.length > 1 ? await measure(await concatenated(files, folder), { dataset, folder, shaper }) : only;
    const pages = files.flatMap(({ origins }) => origins);
    const counts = alone.flatMap(({ recordsPerPage }) => recordsPerPage);
    const bytes = (of: (measured: Measured) => number): Sizes => ({
      alone: alone.reduce((sum, measured) => sum + of(measured), 0) / Math.max(1, alone.length),
      together: together === undefined ? 0 : of(together),
    });
    return {
      requests: requests.length,
      pages: pages.length,
      parts: files.length,
      records: counts.reduce((sum, count) => sum + count, 0),
      bytesReceived: files.reduce((sum, file) => sum + file.bytes, 0),
      stage: bytes(({ stageBytes }) => stageBytes),
      ...(dataset.keepRaw ? { raw: bytes(({ rawBytes }) => rawBytes) } : {}),
      latency: medianLatency(requests),
      pageSize: Math.max(0, ...counts),
      slices: probed.slices,
      seen: probed.seen.map((slice) => asSeen(slice, pages, counts)),
    };
  } finally {
    await shaper.close();
  }
}

interface Measured {
  readonly stageBytes: number;
  readonly rawBytes: number;
  readonly recordsPerPage: readonly number[];
}

async function measure(
  { file, origins }: ProbedFile,
  {
    dataset,
    folder,
    shaper,
  }: { readonly dataset: Dataset; readonly folder: string; readonly shaper: Shaper },
): Promise<Measured> {
  const soft = softened(dataset);
  const stageFile = join(folder, `stage.${tableOf(soft).extension}`);
  const quarantineFile = join(folder, 'quarantine.jsonl.gz');
  const runId = runIdAt(new Date());
  const shaped = await shaper.shape({
    dataset: soft,
    runId,
    pagesFile: file,
    origins,
    stageFile,
    quarantineFile,
  });
  const rawFile = join(folder, 'raw.jsonl.gz');
  await compress(file, rawFile);
  const rawBytes = (await stat(rawFile)).size;
  return { stageBytes: shaped.stageBytes, rawBytes, recordsPerPage: shaped.recordsPerPage };
}

/** All parts in one file, in their order. */
async function concatenated(files: readonly ProbedFile[], folder: string): Promise<ProbedFile> {
  const file = join(folder, 'all.jsonl');
  await rm(file, { force: true });
  for (const part of files)
    await pipeline(createReadStream(part.file), createWriteStream(file, { flags: 'a' }));
  const origins = files.flatMap((part) => part.origins);
  return { file, origins, bytes: files.reduce((sum, part) => sum + part.bytes, 0) };
}

/** How much a slice holds: as it says, or as its pages show. */
function asSeen(
  { name, total, pages, isRead }: ProbedSlice,
  origins: readonly PageOrigin[],
  counts: readonly number[],
): SeenSlice {
  const own = origins.flatMap(({ slice, page }, at) =>
    slice === name ? [{ page, records: counts[at] ?? 0 }] : [],
  );
  const received = own.reduce((sum, { records }) => sum + records, 0);
  if (isRead) return { name, records: received, pages: Math.max(1, pages ?? own.length), known: 'read' };
  const fullest = Math.max(1, ...own.map(({ records }) => records));
  if (total !== undefined) {
    return { name, records: total, pages: pages ?? Math.max(1, Math.ceil(total / fullest)), known: 'said' };
  }
  if (pages === undefined) return { name, known: 'unknown' };
  const last = own.find(({ page }) => page === pages - 1)?.records ?? fullest;
  return { name, records: (pages - 1) * fullest + last, pages, known: 'said' };
}

/** Of the requests that were answered with a page: the first one of all makes a connection, too. */
function medianLatency(requests: readonly ShownRequest[]): number {
  const good = requests.filter(({ status }) => status < 300).map(({ milliseconds }) => milliseconds);
  const sorted = good.sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
