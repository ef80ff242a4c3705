import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { holderOf } from './data-directory';

const endpointSchema = z.object({
  /** Of the local S3, SQS and Secrets Manager. */
  url: z.string(),
  /** The process that serves it. */
  pid: z.int(),
  /** Signs requests that may do everything; the secret access key may be anything. */
  accessKeyId: z.string(),
  lakeBucket: z.string(),
});

/** Where the process that holds a data directory serves it. */
export type LocalEndpoint = z.infer<typeof endpointSchema>;

/** Says where this process, which holds the data directory, serves it. */
export async function writeEndpoint(
  dataDirectory: string,
  endpoint: Omit<LocalEndpoint, 'pid'>,
): Promise<void> {
  const file = endpointFile(dataDirectory);
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify({ ...endpoint, pid: process.pid }, null, 2)}\n`);
  await rename(unfinished, file);
}

/** Takes back what writeEndpoint said; to be called before the lock is released. */
export async function removeEndpoint(dataDirectory: string): Promise<void> {
  await rm(endpointFile(dataDirectory), { force: true });
}

/** Where a data directory is served by another process; undefined when none does, or its file is one that a dead process left. */
export async function readEndpoint(dataDirectory: string): Promise<LocalEndpoint | undefined> {
  const text = await readFile(endpointFile(dataDirectory), 'utf8').catch(() => undefined);
  const endpoint = text === undefined ? undefined : parse(text);
  if (!endpoint || endpoint.pid !== (await holderOf(dataDirectory))) return undefined;
  return (await answers(endpoint.url)) ? endpoint : undefined;
}

function endpointFile(dataDirectory: string): string {
  return join(dataDirectory, 'endpoint.json');
}

function parse(text: string): LocalEndpoint | undefined {
  try {
    return endpointSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // of another version: as good as none
  }
}

/** Any answer will do: a process that is about to stop gives none. */
async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    () => true,
    () => false,
  );
}
