import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, TransientError } from '../../errors';
import { checkPages } from '../../extract/range/check-pages';
import type { FetchedRange } from '../../extract/range/fetched-range';
import type { PageRange } from '../../plan/plan';
import type { ShapedRange, Shaper } from '../../shape/shape-range';
import { definitionHash } from '../../source/definition-hash';
import type { Dataset, Source } from '../../source/source';
import type { Lake, Telemetry } from '../ports';
import { isReplay, type ReplayedRange, replayRange, unrepeatable } from '../replay/replay-range';
import type { PageMessage } from './page-message';
import { type AttemptFiles, writeAttempt } from './write-attempt';
import { continueIfThere, type StageServices } from './write-stage';

export interface LoadRangeServices extends StageServices {
  readonly lake: StageServices['lake'] & Pick<Lake, 'download'>;
  readonly source: Source;
  readonly shaper: Pick<Shaper, 'shape'>;
  /** Folder for the files of one attempt; they are removed afterwards. */
  readonly workFolder: string;
  /** Fetches the pages of a range into a file; not called for a range that is replayed. */
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

/**
 * Loads one page range: extract, transform, write, and enqueue what follows. The stage object is written last and only
 * by the first who gets there, so any number of attempts at a range leave what one attempt leaves. A range that is
 * replayed is taken from the raw pages of the run that fetched it, and the source is not asked.
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
    const files = filesIn(folder, message);
    const { fetched, shaped } = await fetchAndShape({ dataset, message, files }, services);
    const written = await writeAttempt({ dataset, message, attempt, files, fetched, shaped }, services);
    if (written === 'exists') return skip(message, telemetry);
    telemetry.count('RangesLoaded', 1);
    telemetry.count('RecordsReceived', shaped.received);
    telemetry.count('RecordsStaged', shaped.staged);
    telemetry.count('RecordsQuarantined', shaped.quarantined);
    telemetry.count('RecordsFiltered', shaped.filtered);
    return 'loaded';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function filesIn(folder: string, { extension }: PageMessage): AttemptFiles {
  return {
    pages: join(folder, 'pages.jsonl'),
    stage: join(folder, `stage.${extension}`),
    quarantine: join(folder, 'quarantine.jsonl.gz'),
    raw: join(folder, 'raw.jsonl.gz'),
  };
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

/** A range that an attempt is at. */
interface Attempted {
  readonly dataset: Dataset;
  readonly message: PageMessage;
  readonly files: AttemptFiles;
}

interface Loaded {
  readonly fetched: FetchedRange | ReplayedRange;
  readonly shaped: ShapedRange;
}

/**
 * Pages that are malformed, or not what their neighbours make of them, are fetched again with their range, once; then the
 * attempt fails. Those of a replay are what they are.
 */
async function fetchAndShape(
  attempted: Attempted,
  services: LoadRangeServices,
  triesLeft = 1,
): Promise<Loaded> {
  const { message } = attempted;
  const fetched = await fetchOrReplay(attempted, services);
  try {
    return { fetched, shaped: await shapeAndCheck(attempted, fetched, services) };
  } catch (error) {
    if (isReplay(message)) throw unrepeatable(error, message);
    if (!(error instanceof TransientError) || triesLeft === 0) throw error;
    services.telemetry.count('Retries', 1);
    services.telemetry.warn('A page was malformed: the range is fetched again', { reason: error.message });
    return fetchAndShape(attempted, services, triesLeft - 1);
  }
}

function fetchOrReplay(
  { dataset, message, files }: Attempted,
  { fetch, lake }: LoadRangeServices,
): Promise<FetchedRange | ReplayedRange> {
  const { range, pagesPerRange } = message;
  if (!isReplay(message)) return fetch({ dataset, range, pagesPerRange, file: files.pages });
  return replayRange(message, { pagesFile: files.pages, compressedFile: files.raw }, lake);
}

async function shapeAndCheck(
  { dataset, message, files }: Attempted,
  { origins, totals }: FetchedRange,
  { shaper }: LoadRangeServices,
): Promise<ShapedRange> {
  const shaped = await shaper.shape({
    dataset,
    runId: message.runId,
    pagesFile: files.pages,
    origins,
    stageFile: files.stage,
    quarantineFile: files.quarantine,
  });
  checkPages(message.range, origins, { ...shaped, totals: shaped.totals ?? totals }, dataset);
  return shaped;
}

function skip({ range }: PageMessage, telemetry: Telemetry): 'skipped' {
  telemetry.count('RangesSkipped', 1);
  telemetry.info('Skipped: the range exists already', { slice: range.slice, index: range.index });
  return 'skipped';
}
