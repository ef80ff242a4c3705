import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { PageOrigin } from '../../../core/extract/range/fetched-range';
import { openShaper, type ShapedRange, type Shaper } from '../../../core/shape/shape-range';
import type { Column, ColumnOptions, ColumnType } from '../../../core/source/column';
import type { Extent } from '../../../core/source/pagination';
import type { Dataset } from '../../../core/source/source';

/** One line of a quarantine file; `line` is its text. */
export interface Quarantined {
  slice: string;
  page: number;
  position: number;
  column: string | null;
  reason: string;
  record: unknown;
  line: string;
}

/** What a test sees of a shaped range. */
export interface Shaped extends ShapedRange {
  /** Values as JSON: numbers of 64 bits, decimals, dates and timestamps as texts. */
  rows: Record<string, unknown>[];
  /** Column name and type, in order, as DuckDB reads them from the file. */
  types: string[][];
  unfit: Quarantined[];
}

/** Makes a column. */
export function column(type: ColumnType | 'bigint', path?: string, options: ColumnOptions = {}): Column {
  return { columnType: typeof type === 'string' ? { type } : type, path, options };
}

/** Makes a dataset whose records stand at `data`. */
export function dataset(
  columns: Record<string, Column>,
  overrides: { records?: string; key?: string[]; total?: Extent } = {},
): Dataset {
  return {
    name: 'cities',
    request: { method: 'GET', path: '/cities', query: {}, headers: {}, weight: 1, statuses: {} },
    slices: [],
    pagination: {
      type: 'offset',
      pageSize: 500,
      firstOffset: 0,
      offsetParameter: { in: 'query', name: 'offset' },
      sizeParameter: { in: 'query', name: 'limit' },
      total: overrides.total ?? { type: 'header', name: 'x-total', counts: 'records' },
    },
    records: overrides.records ?? 'data',
    key: overrides.key ?? [],
    columns,
    maxQuarantinedRatio: 0,
    keepRaw: true,
  };
}

/** Pages of the one slice of an unsliced dataset. */
export function pagesFrom(firstPage: number, pages: number): PageOrigin[] {
  return Array.from({ length: pages }, (_, index) => ({
    slice: 'all',
    page: firstPage + index,
    parameters: {},
  }));
}

/** A shaper with a folder of its own and another DuckDB to read what it wrote. */
export class ShapingBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'shape-'));
  readonly shaper: Promise<Shaper> = openShaper({ memoryMegabytes: 400, temporaryDirectory: this.folder });
  /** Without the cache: with it, one in some hundred files written again at the same path was read partly from the old one. */
  readonly #reader = DuckDBInstance.create(':memory:', {
    enable_external_file_cache: 'false',
  }).then((instance) => instance.connect());

  readonly files = {
    pagesFile: join(this.folder, 'pages'),
    stageFile: join(this.folder, 'stage.parquet'),
    quarantineFile: join(this.folder, 'quarantine.jsonl.gz'),
  };

  /** Shapes bodies, and reads everything that was written. */
  async shape(
    of: Dataset,
    bodies: readonly (string | Buffer)[],
    firstPage = 0,
    origins: readonly PageOrigin[] = pagesFrom(firstPage, bodies.length),
  ): Promise<Shaped> {
    const { pagesFile, stageFile, quarantineFile } = this.files;
    for (const file of [stageFile, quarantineFile]) rmSync(file, { force: true });
    writeFileSync(pagesFile, Buffer.concat(bodies.flatMap((body) => [Buffer.from(body), Buffer.from('\n')])));
    const shaper = await this.shaper;
    const range = { dataset: of, ...this.files, origins };
    const shaped = await shaper.shape(range);
    return {
      ...shaped,
      ...(await this.#stage()),
      unfit: shaped.quarantined === 0 ? [] : this.#quarantine(),
    };
  }

  async close(): Promise<void> {
    await (await this.shaper).close();
    (await this.#reader).closeSync();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #stage(): Promise<Pick<Shaped, 'rows' | 'types'>> {
    const reader = await this.#reader;
    const rows = await reader.runAndReadAll(`SELECT * FROM '${this.files.stageFile}'`);
    const types = await reader.runAndReadAll(`DESCRIBE SELECT * FROM '${this.files.stageFile}'`);
    return {
      rows: rows.getRowObjectsJson(),
      types: types.getRows().map(([name, type]) => [String(name), String(type)]),
    };
  }

  #quarantine(): Quarantined[] {
    const lines = gunzipSync(readFileSync(this.files.quarantineFile)).toString('utf8').trimEnd().split('\n');
    return lines.map((line) => ({ ...JSON.parse(line), line }));
  }
}
