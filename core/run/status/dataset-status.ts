import { PermanentError } from '../../errors';
import { readClaim } from '../claim';
import type { RunName } from '../keys';
import { type Pointer, readPointer } from '../publish/pointer';
import { type OpenRun, openRun, type ReadableLake } from './open-run';
import { runIds } from './run-ids';
import { type RunRecord, runRecord } from './run-record';

/** Where a dataset stands, derived from what exists. */
export interface DatasetStatus {
  readonly source: string;
  readonly dataset: string;
  /** What readers see. */
  readonly published?: Pointer | undefined;
  /** The run that is loading it. */
  readonly open?: OpenRun | undefined;
  /** The last run that ended after the published one began, and was not published: refused, or never finished. Trials are none. */
  readonly failed?: RunRecord | undefined;
  /** Documents that cannot be read: a sentence for each, with what to do. What they would tell is absent. */
  readonly unreadable?: readonly string[] | undefined;
}

/** Where a dataset stands, as far as its documents can be read; only reads, so that it can be asked at any time and by anyone. */
export async function datasetStatus(
  dataset: Omit<RunName, 'runId'>,
  lake: ReadableLake,
): Promise<DatasetStatus> {
  const { source, dataset: name } = dataset;
  const names = { source, dataset: name };
  const problems: string[] = [];
  const claim = await asFarAsReadable(readClaim(lake, names), problems);
  const open = claim && (await asFarAsReadable(openRun(claim, lake), problems));
  // After the claim: a run that is published meanwhile is then seen as one or the other, or both, never as neither.
  const pointer = await asFarAsReadable(readPointer(lake, names), problems);
  const known = { ...names, published: pointer && withoutEtag(pointer), open };
  // Which run is the last that failed can only be told by whoever knows the others.
  if (problems.length > 0) return { ...known, unreadable: problems };
  return { ...known, failed: await lastFailed(names, { openRun: claim?.runId, pointer }, lake) };
}

/** Undefined where a document cannot be read, and `problems` says which one. */
async function asFarAsReadable<T>(reading: Promise<T>, problems: string[]): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

function withoutEtag({ etag: _etag, ...pointer }: Pointer & { etag: string }): Pointer {
  return pointer;
}

async function lastFailed(
  dataset: Omit<RunName, 'runId'>,
  standing: { readonly openRun: string | undefined; readonly pointer: Pointer | undefined },
  lake: ReadableLake,
): Promise<RunRecord | undefined> {
  const ids: string[] = [];
  for await (const runId of runIds(dataset, lake, { after: standing.pointer?.runId })) ids.push(runId);
  for (const runId of ids.reverse()) {
    const record = await runRecord({ ...dataset, runId }, standing, lake);
    if (record.state === 'verified' || record.kind.type === 'trial') continue;
    if (record.state === 'refused' || record.state === 'unfinished') return record;
    if (record.state !== 'open') return undefined;
  }
  return undefined;
}
