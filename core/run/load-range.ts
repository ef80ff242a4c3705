import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ConfigurationError, TransientError } from '../errors';
import { checkPages } from '../extract/range/check-pages';
import type { FetchedRange } from '../extract/range/fetched-range';
import type { PageRange } from '../plan/plan';
import type { ShapedRange, Shaper } from '../shape/shape-range';
import { definitionHash } from '../source/definition-hash';
import type { Dataset, Source } from '../source/source';
import { quarantineKey, rawKey } from './keys';
import { type AttemptFacts, makeReceipt } from './make-receipt';
import type { PageMessage } from './page-message';
import type { Telemetry } from './ports';
import { continueIfThere, type StageServices, writeStage } from './write-stage';

export interface LoadRangeServices extends StageServices {
  readonly source: Source;
  readonly shaper: Pick<Shaper, 'shape'>;
  /** Folder for the files of one attempt; they are removed afterwards. */
  readonly workFolder: string;
  /** Fetches the pages of a range into a file. */
  fetch(request: RangeRequest): Promise<FetchedRange>;
}

/** What is to be fetched, and where to. */
export interface RangeRequest {
  readonly dataset: Dataset;
  readonly range: PageRange;
  /** For what the range finds. */
  readonly pagesPerRange: number;
  readonly file: string;
}

/** Where an attempt keeps what it fetches and makes. */
interface AttemptFiles {
  readonly pages: string;
  readonly stage: string;
  readonly quarantine: string;
  readonly raw: string;
}

/**
 * Loads one page range: extract, transform, write, and enqueue what follows. The stage object is written last and only
 * by the first who gets there, so any number of attempts at a range leave what one attempt leaves.
 */
export async function loadRange(
  message: PageMessage,
  attempt: string,
  services: LoadRangeServices,
): Promise<'loaded' | 'skipped'> {
  const { source, telemetry } = services;
  const dataset = plannedDataset(source, message);
  if (await continueIfThere(message, services)) return skip(message, telemetry);
  const folder = await mkdtemp(join(services.workFolder, 'range-'));
  try {
    const files = {
      pages: join(folder, 'pages.jsonl'),
      stage: join(folder, 'stage.parquet'),
      quarantine: join(folder, 'quarantine.jsonl.gz'),
      raw: join(folder, 'raw.jsonl.gz'),
    };
    const { fetched, shaped } = await fetchAndShape(dataset, message, files, services);
    const written = await write({ dataset, message, attempt, files, fetched, shaped }, services);
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

/** Pages that are malformed, or not what their neighbours make of them, are fetched again with their range, once; then the attempt fails. */
async function fetchAndShape(
  dataset: Dataset,
  message: PageMessage,
  files: AttemptFiles,
  services: LoadRangeServices,
  triesLeft = 1,
): Promise<{ fetched: FetchedRange; shaped: ShapedRange }> {
  const { range, pagesPerRange } = message;
  const fetched = await services.fetch({ dataset, range, pagesPerRange, file: files.pages });
  const { origins } = fetched;
  try {
    const shaped = await services.shaper.shape({
      dataset,
      pagesFile: files.pages,
      origins,
      stageFile: files.stage,
      quarantineFile: files.quarantine,
    });
    checkPages(range, origins, shaped, dataset);
    return { fetched, shaped };
  } catch (error) {
    if (!(error instanceof TransientError) || triesLeft === 0) throw error;
    services.telemetry.count('Retries', 1);
    services.telemetry.warn('A page was malformed: the range is fetched again', { reason: error.message });
    return fetchAndShape(dataset, message, files, services, triesLeft - 1);
  }
}

/** Everything that one attempt is about to write. */
interface Attempt extends AttemptFacts {
  readonly files: AttemptFiles;
}

/**
 * Writes one object after the other, the stage object last: a failure must not remove the files beneath a write that is
 * still under way.
 */
async function write(
  { files, ...facts }: Attempt,
  services: LoadRangeServices,
): Promise<'created' | 'exists'> {
  const { dataset, message, attempt, fetched, shaped } = facts;
  const { lake } = services;
  const raw = dataset.keepRaw ? rawKey(message, message.range, attempt) : undefined;
  const quarantine = shaped.quarantined > 0 ? quarantineKey(message, message.range, attempt) : undefined;
  if (raw) {
    await gzip(files.pages, files.raw);
    await lake.put(raw, { file: files.raw });
  }
  if (quarantine) await lake.put(quarantine, { file: files.quarantine });
  const receipt = makeReceipt(facts, { raw, quarantine });
  const body = { file: files.stage };
  return writeStage({ message, attempt, body, receipt, next: fetched.next }, services);
}

/** Level 1: bodies compress about threefold at a third of level 6's cost. */
async function gzip(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createGzip({ level: 1 }), createWriteStream(to));
}

function skip({ range }: PageMessage, telemetry: Telemetry): 'skipped' {
  telemetry.count('RangesSkipped', 1);
  telemetry.info('Skipped: the range exists already', { slice: range.slice, index: range.index });
  return 'skipped';
}
