import { statfs } from 'node:fs/promises';
import { ConfigurationError } from '../../errors';
import type { Merge } from './curation-engine';

/** Bytes of disk for each byte of the objects: once fetched, once spooled with snappy, and the sort of a file, which spills. */
const roomPerByte = 3;

/** Throws a ConfigurationError when the disk cannot hold what a merge needs: before anything is fetched. */
export async function refuseWithoutRoom(merge: Merge, workFolder: string): Promise<void> {
  const { bavail, bsize } = await statfs(workFolder);
  const room = bavail * bsize;
  const needed = roomPerByte * merge.inputs.reduce((sum, { bytes }) => sum + bytes, 0);
  if (needed > room) throw noRoom(merge, `it takes some ${megabytes(needed)} and has ${megabytes(room)}`);
}

/** The same for what DuckDB says when disk or memory did not suffice; any other error as it is. */
export function inSentences(error: unknown, merge: Merge): unknown {
  const [reason] =
    /No space left[^\n]*|ENOSPC[^\n]*|Out of Memory Error[^\n]*|failed to offload[^\n]*/i.exec(
      String(error),
    ) ?? [];
  return reason === undefined ? error : noRoom(merge, reason, error);
}

function noRoom({ name, inputs }: Merge, reason: string, cause?: unknown): ConfigurationError {
  const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0);
  return new ConfigurationError(
    `${name} cannot be merged on this machine, as ${megabytes(bytes)} of objects need more room than there is (${reason}): give reconcile more ephemeral storage or memory in lib/reconcile/reconcile.ts, load without curate, or add an engine that spreads the work over machines beside core/run/curate/duckdb-engine.ts, the only one so far`,
    cause === undefined ? {} : { cause },
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString('en')} MB`;
}
