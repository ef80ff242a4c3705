import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { PageOrigin } from '../../../core/extract/range/fetched-range';
import { openShaper, type ShapedRange, type Shaper } from '../../../core/shape/shape-range';
import { readStage } from '../../../core/shape/stage/read-stage';
import { tableOf } from '../../../core/shape/stage/table';
import type { Column, ColumnOptions, ColumnType } from '../../../core/source/column';
import type { Extent } from '../../../core/source/pagination';
import type { Dataset } from '../../../core/source/source';

/** One line of a quarantine file; `line` is its text. */
export interface Quarantined {
  slice: string;
  page: number;
  position: number;
  element?: number;
  column: string | null;
  rule: string;
  value: string | null;
  reason: string;
  record: unknown;
  line: string;
}

/** What a test sees of a shaped range. */
export interface Shaped extends ShapedRange {
  /** Values as JSON: numbers of 64 bits, decimals, dates and timestamps as texts. */
  rows: Record<string, unknown>[];
  /** Column name and type, in order, as DuckDB reads them from the file (the declared ones where the format is a text). */
  types: string[][];
  unfit: Quarantined[];
}

/** The salts of the tests' masks, by the names of their secrets. */
export function saltOf(name: string): string {
  return `the salt's own value of ${name}`;
}

/** Makes a column. */
export function column(type: ColumnType | 'bigint', path?: string, options: ColumnOptions = {}): Column {
  return { columnType: typeof type === 'string' ? { type } : type, path, options };
}

/** What a test sets of a dataset besides its columns. */
export type Overrides = Partial<Omit<Dataset, 'columns'>> & { total?: Extent };

/** Makes a dataset whose records stand at `data`. */
export function dataset(columns: Record<string, Column>, { total, ...overrides }: Overrides = {}): Dataset {
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
      total: total ?? { type: 'header', name: 'x-total', counts: 'records' },
    },
    records: 'data',
    key: [],
    columns,
    lineage: [],
    onUnfit: 'quarantine',
    maxQuarantinedRatio: 0,
    unknownFields: 'ignore',
    format: { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false },
    tableVersion: 1,
    keepRaw: true,
    verification: { looks: 0, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 },
    keepRuns: 3,
    deadlineHours: 6,
    ...overrides,
  };
}

/** Pages of the one slice of an unsliced dataset. */
export function pagesFrom(firstPage: number, pages: number): PageOrigin[] {
  return Array.from({ length: pages }, (_, index) => ({
    slice: 'all',
    page: firstPage + index,
    parameters: {},
    fetchedAt: '2026-01-02T03:04:05.678Z',
  }));
}

/** A shaper with a folder of its own and another DuckDB to read what it wrote. */
export class ShapingBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'shape-'));
  readonly shaper: Promise<Shaper> = openShaper(
    { memoryMegabytes: 400, temporaryDirectory: this.folder },
    { get: async (name) => saltOf(name) },
  );
  /** Without the cache: with it, one in some hundred files written again at the same path was read partly from the old one. */
  readonly #reader = DuckDBInstance.create(':memory:', {
    enable_external_file_cache: 'false',
  }).then(async (instance) => {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return connection;
  });

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
    const range = { dataset: of, runId: 'r-1', ...this.files, origins };
    const shaped = await shaper.shape(range);
    return {
      ...shaped,
      ...(await this.#stage(of)),
      unfit: shaped.quarantined === 0 ? [] : this.#quarantine(),
    };
  }

  async close(): Promise<void> {
    await (await this.shaper).close();
    (await this.#reader).closeSync();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #stage(of: Dataset): Promise<Pick<Shaped, 'rows' | 'types'>> {
    const reader = await this.#reader;
    const stage = readStage(tableOf(of), this.files.stageFile);
    const rows = await reader.runAndReadAll(`SELECT * FROM ${stage}`);
    const types = await reader.runAndReadAll(`DESCRIBE SELECT * FROM ${stage}`);
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
