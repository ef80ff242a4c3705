import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ConfigurationError, TransientError } from '../errors';
import type { FetchedRange } from '../extract/fetch-range';
import type { ShapedRange, Shaper } from '../shape/shape-range';
import { definitionHash } from '../source/definition-hash';
import type { Dataset, Source } from '../source/source';
import { quarantineKey, rawKey, stageKey } from './keys';
import type { PageMessage } from './page-message';
import type { Lake, Telemetry } from './ports';
import { type Receipt, toMetadata } from './receipt';

export interface LoadRangeServices {
  readonly source: Source;
  readonly lake: Lake;
  readonly shaper: Pick<Shaper, 'shape'>;
  readonly telemetry: Telemetry;
  /** Folder for the files of one attempt; they are removed afterwards. */
  readonly workFolder: string;
  /** Fetches the pages of a range into a file. */
  fetch(request: { dataset: Dataset; message: PageMessage; file: string }): Promise<FetchedRange>;
}

/**
 * Loads one page range: extract, transform, write. The stage object is written last and only by the first
 * who gets there, so any number of attempts at a range leave what one attempt leaves.
 */
export async function loadRange(
  message: PageMessage,
  attempt: string,
  services: LoadRangeServices,
): Promise<'loaded' | 'skipped'> {
  const { source, lake, telemetry } = services;
  const dataset = plannedDataset(source, message);
  if (await lake.head(stageKey(message, message))) return skip(message, telemetry);

  const folder = await mkdtemp(join(services.workFolder, 'range-'));
  try {
    const files = {
      pages: join(folder, 'pages.jsonl'),
      stage: join(folder, 'stage.parquet'),
      quarantine: join(folder, 'quarantine.jsonl.gz'),
      raw: join(folder, 'raw.jsonl.gz'),
    };
    const { fetched, shaped } = await fetchAndShape(dataset, message, files, services);
    const raw = dataset.keepRaw ? rawKey(message, message, attempt) : undefined;
    const quarantine = shaped.quarantined > 0 ? quarantineKey(message, message, attempt) : undefined;
    // One after the other: a failure must not remove the files beneath a write that is still under way.
    if (raw) {
      await gzip(files.pages, files.raw);
      await lake.put(raw, { file: files.raw });
    }
    if (quarantine) await lake.put(quarantine, { file: files.quarantine });
    const receipt = makeReceipt(message, attempt, fetched, shaped, { raw, quarantine });
    const written = await lake.putIfAbsent(
      stageKey(message, message),
      { file: files.stage },
      { metadata: toMetadata(receipt), contentType: 'application/vnd.apache.parquet' },
    );
    if (written === 'exists') return skip(message, telemetry);
    telemetry.count('RangesLoaded', 1);
    telemetry.count('RecordsReceived', shaped.received);
    telemetry.count('RecordsStaged', shaped.staged);
    telemetry.count('RecordsQuarantined', shaped.quarantined);
    return 'loaded';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Refuses ranges that another definition planned: a run's objects all have one shape. */
function plannedDataset(source: Source, message: PageMessage): Dataset {
  const dataset = source.datasets.find(({ name }) => name === message.dataset);
  if (dataset && message.source === source.name && definitionHash(dataset) === message.definition)
    return dataset;
  throw new ConfigurationError(
    `run ${message.runId} of ${message.source}/${message.dataset} was planned by another definition than is deployed: deploy that one to finish it, or start the run over`,
  );
}

/** A malformed page is fetched again with its range, once; then the attempt fails. */
async function fetchAndShape(
  dataset: Dataset,
  message: PageMessage,
  files: { pages: string; stage: string; quarantine: string },
  services: LoadRangeServices,
  triesLeft = 1,
): Promise<{ fetched: FetchedRange; shaped: ShapedRange }> {
  const fetched = await services.fetch({ dataset, message, file: files.pages });
  try {
    const shaped = await services.shaper.shape({
      dataset,
      pagesFile: files.pages,
      firstPage: message.firstPage,
      pages: message.pages,
      stageFile: files.stage,
      quarantineFile: files.quarantine,
    });
    return { fetched, shaped };
  } catch (error) {
    if (!(error instanceof TransientError) || triesLeft === 0) throw error;
    services.telemetry.count('Retries', 1);
    services.telemetry.warn('A page was malformed: the range is fetched again', { reason: error.message });
    return fetchAndShape(dataset, message, files, services, triesLeft - 1);
  }
}

/** Level 1: bodies compress about threefold at a third of level 6's cost. */
async function gzip(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createGzip({ level: 1 }), createWriteStream(to));
}

function makeReceipt(
  message: PageMessage,
  attempt: string,
  fetched: FetchedRange,
  shaped: ShapedRange,
  keys: { raw: string | undefined; quarantine: string | undefined },
): Receipt {
  return {
    definition: message.definition,
    attempt,
    fetchedAt: fetched.fetchedAt,
    fetchMilliseconds: fetched.milliseconds,
    firstPage: message.firstPage,
    pages: fetched.pages,
    requests: fetched.requests,
    bytesReceived: fetched.bytes,
    received: shaped.received,
    staged: shaped.staged,
    quarantined: shaped.quarantined,
    filtered: 0,
    firstKey: shaped.firstKey,
    lastKey: shaped.lastKey,
    totals: shaped.totals ?? fetched.headerTotals,
    ...keys,
  };
}

function skip(message: PageMessage, telemetry: Telemetry): 'skipped' {
  telemetry.count('RangesSkipped', 1);
  telemetry.info('Skipped: the range exists already', { slice: message.slice, index: message.index });
  return 'skipped';
}
