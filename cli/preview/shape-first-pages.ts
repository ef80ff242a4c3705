import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Json } from '@duckdb/node-api';
import { z } from 'zod';
import { checkPages } from '../../core/extract/range/check-pages';
import { runIdAt } from '../../core/run/plan/run-id';
import type { Secrets } from '../../core/run/ports';
import { repeatedKeysOf } from '../../core/run/verify/repeated-keys';
import { openDuckDB } from '../../core/shape/duckdb';
import { openShaper, type ShapedRange } from '../../core/shape/shape-range';
import { readStage } from '../../core/shape/stage/read-stage';
import { tableOf } from '../../core/shape/stage/table';
import type { Dataset } from '../../core/source/source';
import { queriedValue } from '../tables/queried-value';
import type { FetchedPages } from './fetch-first-pages';
import { softened } from './softened';

/** What became of the first pages of a dataset. */
export interface ShapedPages {
  readonly shaped: ShapedRange;
  /** Values of the table's columns, in its order. */
  readonly rows: readonly (readonly Json[])[];
  /** The first value that was quarantined by a column and a rule, by `valueKey`; masked where the column is. */
  readonly values: ReadonlyMap<string, string>;
  /** Which keys came more than once, in one sentence; undefined where each came once. */
  readonly repeatedKeys: string | undefined;
}

/** What is to be shaped, and where. */
export interface PagesToShape {
  readonly dataset: Dataset;
  readonly fetched: FetchedPages;
  readonly pagesFile: string;
  /** For everything that is written. */
  readonly folder: string;
  /** Rows to read back, at most. */
  readonly rows: number;
}

/** Of DuckDB; a laptop has it. */
const memoryMegabytes = 1000;

const quarantinedSchema = z.object({
  column: z.string().nullable(),
  rule: z.string(),
  value: z.string().nullish(),
});

/** Shapes pages as a worker would, but for policies that end a run, and reads rows back from the file that a run would write. */
export async function shapeFirstPages(
  pages: PagesToShape,
  secrets: Pick<Secrets, 'get'>,
): Promise<ShapedPages> {
  const { fetched, pagesFile, folder } = pages;
  const dataset = softened(pages.dataset);
  const stageFile = join(folder, `stage.${tableOf(dataset).extension}`);
  const quarantineFile = join(folder, 'quarantine.jsonl.gz');
  const { origins } = fetched;
  const shaper = await openShaper({ memoryMegabytes, temporaryDirectory: folder }, secrets);
  try {
    const runId = runIdAt(new Date());
    const shaped = await shaper.shape({ dataset, runId, pagesFile, origins, stageFile, quarantineFile });
    checkPages(fetched.range, origins, shaped, dataset);
    return {
      shaped,
      ...(await readTable(dataset, stageFile, pages)),
      values: shaped.quarantined === 0 ? new Map() : await readValues(quarantineFile),
    };
  } finally {
    await shaper.close();
  }
}

/** Tells one group of unfit records from the others. */
export function valueKey({
  column,
  rule,
}: {
  readonly column: string | null;
  readonly rule: string;
}): string {
  return JSON.stringify([column, rule]);
}

async function readTable(
  dataset: Dataset,
  stageFile: string,
  { folder, rows }: PagesToShape,
): Promise<Pick<ShapedPages, 'rows' | 'repeatedKeys'>> {
  const { connection, close } = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder });
  try {
    const result = await connection.runAndReadAll(
      `SELECT * FROM ${readStage(tableOf(dataset), stageFile)} LIMIT ${rows}`,
    );
    const types = result.columnTypes();
    return {
      rows: result.getRowsJson().map((row) => row.map((value, index) => queriedValue(value, types[index]))),
      repeatedKeys: await repeatedKeysOf(connection, { ...tableOf(dataset), key: dataset.key }, stageFile),
    };
  } finally {
    await close();
  }
}

/** The first of each group only, however many lines there are. */
async function readValues(quarantineFile: string): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  const lines = createInterface({ input: createReadStream(quarantineFile).pipe(createGunzip()) });
  for await (const line of lines) {
    const unfit = quarantinedSchema.parse(JSON.parse(line));
    const key = valueKey(unfit);
    if (typeof unfit.value === 'string' && !values.has(key)) values.set(key, unfit.value);
  }
  return values;
}
