import type { z } from 'zod';
import { PermanentError } from '../errors';
import type { Lake } from './ports';

/** Parses a JSON document of the lake; a PermanentError names the key when something else has written there, and says what to do about it. */
export function parseDocument<T>(schema: z.ZodType<T>, text: string, key: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PermanentError(`${key} in the lake is not a document of this version: ${adviceFor(key)}`, {
      cause,
    });
  }
}

/** Reads a JSON document of the lake, if it is there; a PermanentError as of parseDocument. */
export async function readDocument<T>(
  schema: z.ZodType<T>,
  key: string,
  lake: Pick<Lake, 'get'>,
): Promise<T | undefined> {
  const found = await lake.get(key);
  return found && parseDocument(schema, found.text, key);
}

/** For the catch of a read that may do without: undefined of a document that another version wrote, or that is broken; else throws on. */
export function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof PermanentError)) throw error;
}

/** A pointer knows which runs there were, an ending what expires, and a run is nothing without its documents: none of them is ever to be removed. */
function adviceFor(key: string): string {
  if (/^tables\/[^/]+\/[^/]+\/current\.json$/.test(key))
    return 'restore it from a backup, or use the version that wrote it; without either, move it away and load the dataset anew, its earlier runs stay in the lake';
  const [, ended] = /^runs\/([^/]+\/[^/]+)\/[^/]+\/ending\.json$/.exec(key) ?? [];
  if (ended !== undefined)
    return `never remove it, since what the run loaded may be about to expire: npx baseload run ${ended} --restart loads it anew, or use the version that wrote it`;
  const [, dataset] = /^runs\/([^/]+\/[^/]+)\/[^/]+\/(?:plan|manifest|verification)\.json$/.exec(key) ?? [];
  if (dataset !== undefined)
    return `npx baseload run ${dataset} --restart loads it anew, or use the version that wrote it`;
  return 'remove it, or use the version that wrote it';
}
