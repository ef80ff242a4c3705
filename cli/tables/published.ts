import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PermanentError } from '../../core/errors';
import { parseDocument } from '../../core/run/document';
import { anyPointerSchema, type Pointer } from '../../core/run/publish/pointer';
import { lakeFolder } from '../../local/lake-folder';
import { dataFolder } from '../project';

/** A published dataset of the local lake. */
export interface PublishedDataset extends Pointer {
  /** Folder on this disk that holds the published run's objects. */
  readonly folder: string;
}

/** A dataset of the local lake whose pointer cannot be read. */
export interface UnreadableDataset {
  readonly source: string;
  readonly dataset: string;
  /** Which file it is, and what to do. */
  readonly problem: string;
}

/** What is published in the local lake, and what of it cannot be read. */
export interface PublishedLake {
  readonly published: PublishedDataset[];
  readonly unreadable: UnreadableDataset[];
}

/** Everything that is published in the local lake, read from its files; nothing needs to be running. */
export function publishedLake(data: string = dataFolder): PublishedLake {
  const found: PublishedLake = { published: [], unreadable: [] };
  const lake = lakeFolder(data);
  if (!lake) return found;
  const tables = join(lake, 'tables');
  for (const source of folders(tables)) {
    for (const dataset of folders(join(tables, source))) {
      try {
        const pointer = readPointerFile(lake, `tables/${source}/${dataset}/current.json`);
        if (pointer) found.published.push({ ...pointer, folder: join(lake, pointer.location) });
      } catch (error) {
        if (!(error instanceof PermanentError)) throw error;
        found.unreadable.push({ source, dataset, problem: error.message });
      }
    }
  }
  return found;
}

/** Everything that is published in the local lake and can be read. */
export function publishedDatasets(data: string = dataFolder): PublishedDataset[] {
  return publishedLake(data).published;
}

function readPointerFile(lake: string, key: string): Pointer | undefined {
  try {
    return parseDocument(anyPointerSchema, readFileSync(join(lake, key), 'utf8'), key);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function folders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The published run of one dataset, if there is one. */
export function findPublished(
  published: readonly PublishedDataset[],
  source: { readonly name: string },
  dataset: { readonly name: string },
): PublishedDataset | undefined {
  return published.find((one) => one.source === source.name && one.dataset === dataset.name);
}
