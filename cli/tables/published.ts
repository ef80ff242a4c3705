import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anyPointerSchema, type Pointer } from '../../core/run/publish/pointer';
import { lakeFolder } from '../../local/lake-folder';
import { dataFolder } from '../project';

/** A published dataset of the local lake. */
export interface PublishedDataset extends Pointer {
  /** Folder on this disk that holds the published run's objects. */
  readonly folder: string;
}

/** Everything that is published in the local lake, read from its files; nothing needs to be running. */
export function publishedDatasets(data: string = dataFolder): PublishedDataset[] {
  const lake = lakeFolder(data);
  if (!lake) return [];
  const tables = join(lake, 'tables');
  return folders(tables).flatMap((source) =>
    folders(join(tables, source)).flatMap((dataset) => {
      const pointer = readPointerFile(join(tables, source, dataset, 'current.json'));
      return pointer ? [{ ...pointer, folder: join(lake, pointer.location) }] : [];
    }),
  );
}

function readPointerFile(file: string): Pointer | undefined {
  try {
    return anyPointerSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
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
