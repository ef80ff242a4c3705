import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from './deployment';

/** A record of the published table. */
export interface Row {
  readonly id: number;
  readonly name: string | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
}

/** What readers see, in the order of the ids. */
export async function publishedRows({ lake, source, world, bucket }: Deployment): Promise<readonly Row[]> {
  const pointer = await lake.get(`tables/${source.name}/items/current.json`);
  if (pointer === undefined) throw new Error('the run is published, and there is no pointer');
  const { location }: { location: string } = JSON.parse(pointer.text);
  const files = join(world.folder, 'lake', bucket, location, '*.parquet');
  const query = `SELECT id, name, epoch_ms("createdAt") FROM read_parquet('${files}') ORDER BY id`;
  const rows = (await world.reader.runAndReadAll(query)).getRows();
  return rows.map(([id, name, createdAt]) => ({
    id: Number(id),
    name: typeof name === 'string' ? name : null,
    createdAt: createdAt === null ? null : new Date(Number(createdAt)).toISOString(),
  }));
}

/** Rejects when readers see anything. */
export async function expectNothingPublished({ lake, source }: Deployment): Promise<void> {
  if (await lake.get(`tables/${source.name}/items/current.json`))
    throw new Error('a run that failed is published');
}

/** Every plan, manifest and receipt that was written. */
export async function documents({ world, bucket }: Deployment): Promise<string[]> {
  const folder = join(world.folder, 'lake', bucket);
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const texts = files.filter(({ name }) => name.endsWith('.json'));
  return Promise.all(texts.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
}
