import type { FetchedRange } from '../../extract/range/fetched-range';
import type { Observations } from '../../shape/observations';
import { observationsKey, quarantineKey, rawKey } from '../keys';
import type { ReplayedRange } from '../replay/replay-range';
import { type AttemptFacts, makeReceipt } from './make-receipt';
import { writeRaw } from './write-raw';
import { type StageServices, writeStage } from './write-stage';

/** Where an attempt keeps what it fetches and makes. */
export interface AttemptFiles {
  readonly pages: string;
  readonly stage: string;
  readonly quarantine: string;
  /** The pages, compressed. */
  readonly raw: string;
}

/** Everything that one attempt is about to write. */
export interface Attempt extends AttemptFacts {
  readonly fetched: FetchedRange | ReplayedRange;
  readonly files: AttemptFiles;
}

/**
 * Writes one object after the other, the stage object last: a failure must not remove the files beneath a write that is
 * still under way. 'exists': somebody else wrote the stage object.
 */
export async function writeAttempt(attempt: Attempt, services: StageServices): Promise<'created' | 'exists'> {
  const { files, message, fetched } = attempt;
  const links = {
    raw: await keepRaw(attempt, services),
    quarantine: await keepQuarantine(attempt, services),
    observations: await keepObservations(attempt, services),
  };
  const receipt = makeReceipt(attempt, links);
  const body = { file: files.stage };
  return writeStage({ message, attempt: attempt.attempt, body, receipt, next: fetched.next }, services);
}

/** Resolves to the key of the raw pages; of a replay, to that of the pages that it was made of. */
async function keepRaw(
  { dataset, message, attempt, fetched, files }: Attempt,
  { lake }: StageServices,
): Promise<string | undefined> {
  if ('raw' in fetched) return fetched.raw;
  if (!dataset.keepRaw) return undefined;
  const key = rawKey(message, message.range, attempt);
  await writeRaw({ key, pagesFile: files.pages, compressedFile: files.raw }, fetched.origins, lake);
  return key;
}

async function keepQuarantine(
  { message, attempt, shaped, files }: Attempt,
  { lake }: StageServices,
): Promise<string | undefined> {
  if (shaped.quarantined === 0) return undefined;
  const key = quarantineKey(message, message.range, attempt);
  await lake.putIfAbsent(key, { file: files.quarantine });
  return key;
}

async function keepObservations(
  { message, attempt, shaped: { observations } }: Attempt,
  { lake }: StageServices,
): Promise<string | undefined> {
  if (isSilent(observations)) return undefined;
  const key = observationsKey(message, message.range, attempt);
  await lake.putIfAbsent(key, JSON.stringify(observations), { contentType: 'application/json' });
  return key;
}

/** Whether nothing was noticed. */
function isSilent(observations: Observations): boolean {
  return Object.values(observations).every((list) => list.length === 0);
}
