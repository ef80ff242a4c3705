import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError, TransientError } from '../../core/errors';
import { concurrently } from '../../core/run/concurrently';
import type { Lake, ListedObject } from '../../core/run/ports';
import { type Pointer, readPointer } from '../../core/run/publish/pointer';
import type { LoadedSource } from '../../core/source/load-sources';
import type { OpenEnvironment } from '../environment/open-environment';
import { bytes, counted } from '../format';
import type { QueriedDataset } from '../query';
import { isNamed } from './is-named';
import { refuseGaps } from './refuse-gaps';

/** Bytes that are downloaded without being asked for twice. */
const unaskedBytes = 500_000_000;

/** Files downloaded at once. */
const downloadsAtOnce = 8;

/** Files of tables, fetched to this machine. */
export interface DownloadedTables {
  readonly tables: readonly QueriedDataset[];
  /** Temporary, to be removed by the caller. */
  readonly folder: string;
}

/**
 * Downloads the published tables that a query names, file by file into a temporary folder: DuckDB reads S3 only through an extension that
 * must be downloaded too. A ConfigurationError where they are large and `yes` was not said, a Finding where files of one are gone.
 */
export async function downloadTables(
  sql: string,
  sources: readonly LoadedSource[],
  { lake, name }: Pick<OpenEnvironment, 'lake' | 'name'>,
  { yes }: { readonly yes: boolean },
): Promise<DownloadedTables> {
  const wanted: { readonly pointer: Pointer; readonly files: ListedObject[] }[] = [];
  for (const { source } of sources) {
    for (const dataset of source.datasets) {
      if (!isNamed({ source: source.name, dataset: dataset.name }, sql)) continue;
      const pointer = await readPointer(lake, { source: source.name, dataset: dataset.name });
      if (!pointer) continue;
      const files = await filesOf(pointer, lake);
      refuseGaps(pointer, files.length, name);
      wanted.push({ pointer, files });
    }
  }
  const files = wanted.flatMap((table) => table.files);
  const size = files.reduce((sum, file) => sum + file.bytes, 0);
  if (size > unaskedBytes && !yes) {
    const queried = wanted.map(({ pointer }) => `s3://…/${pointer.location}`).join(', ');
    throw new ConfigurationError(
      `the query needs ${bytes(size)} in ${counted(files.length, 'file')} from ${name}: --yes downloads them; Athena or Spark read ${queried} where it is`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'baseload-query-'));
  if (files.length > 0) await download(wanted.flatMap(toDownloads(folder)), size, lake);
  const tables = wanted.map(({ pointer }, i) => ({ ...pointer, folder: join(folder, String(i), '/') }));
  return { tables, folder };
}

async function filesOf({ location, extension }: Pointer, lake: Pick<Lake, 'list'>): Promise<ListedObject[]> {
  const files: ListedObject[] = [];
  for await (const listed of lake.list(location))
    if (listed.key.endsWith(`.${extension}`)) files.push(listed);
  return files;
}

async function download(
  downloads: readonly Download[],
  size: number,
  lake: Pick<Lake, 'download'>,
): Promise<void> {
  let done = 0;
  let files = 0;
  const fetched = concurrently(downloads, downloadsAtOnce, async ({ key, file, bytes: ofFile }) => {
    await mkdir(dirname(file), { recursive: true });
    if (await lake.download(key, file)) return ofFile;
    throw new TransientError(`${key} was removed while it was being downloaded: run the query again`);
  });
  for await (const ofFile of fetched) {
    done += ofFile;
    files++;
    if (process.stderr.isTTY)
      process.stderr.write(
        `\r\u001b[2K  downloading  ${bytes(done)} of ${bytes(size)}, ${counted(files, 'file')}`,
      );
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  else console.error(`  downloaded   ${bytes(done)} in ${counted(files, 'file')}`);
}

interface Download {
  readonly key: string;
  readonly bytes: number;
  readonly file: string;
}

function toDownloads(folder: string) {
  return ({ files }: { readonly files: readonly ListedObject[] }, table: number): Download[] =>
    files.map(({ key, bytes }) => ({ key, bytes, file: join(folder, String(table), basename(key)) }));
}
