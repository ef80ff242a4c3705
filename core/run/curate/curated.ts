import { z } from 'zod';
import { readDocument } from '../document';
import { curatedKey, type RunName } from '../keys';
import type { Lake } from '../ports';
import type { TableFiles } from './table-files';

const count = z.int().min(0);

/** curated.json: the files that a run was merged into, written once by the attempt that was first. */
export const curatedSchema = z.object({
  version: z.literal(1),
  /** Which attempt made them. */
  attempt: z.string(),
  /** Folder in the lake that holds the files and nothing else, with a trailing slash. */
  location: z.string(),
  /** In the order of their keys, which do not overlap. */
  files: z
    .array(
      z.object({
        key: z.string(),
        bytes: count,
        /** Without quotes. */
        etag: z.string(),
        records: count,
        /** Smallest and largest key, as JSON text; absent where there are no rows. */
        firstKey: z.string().optional(),
        lastKey: z.string().optional(),
      }),
    )
    .min(1),
  /** Rows of the files together: as many as there are keys. */
  records: count,
  /** Of all keys, whatever their order; the same before and after: see key-proof.ts. */
  keyChecksum: z.string(),
  /** Rows left out, because one with their key was seen later. */
  removed: count,
});

export type Curated = z.infer<typeof curatedSchema>;

/** What a run was merged into, if it was. */
export function readCurated(lake: Pick<Lake, 'get'>, run: RunName): Promise<Curated | undefined> {
  return readDocument(curatedSchema, curatedKey(run), lake);
}

/** The files of a merged run, as the pointer names them. */
export function filesOf({ location, files, records }: Curated): TableFiles {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { location, files: files.length, records, bytes };
}
