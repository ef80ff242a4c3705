import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageOrigin } from '../../../../core/extract/range/fetched-range';
import { type OpenDuckDB, openDuckDB } from '../../../../core/shape/duckdb';
import { extra } from '../../../../core/shape/fields/extra';
import { FieldWatch, type WatchedFields } from '../../../../core/shape/fields/field-watch';
import { rowsQuery } from '../../../../core/shape/sql/rows';
import { Tellings } from '../../../../core/shape/tell';
import { transformPages } from '../../../../core/shape/transform/transform-pages';
import type { Column } from '../../../../core/source/column';
import type { Dataset } from '../../../../core/source/source';
import { aDataset } from '../../../support/source-fixture';

/** A varchar column for each path, named by its place. */
export function columnsAt(...paths: string[]): Record<string, Column> {
  return Object.fromEntries(
    paths.map((path, index) => [`c${index}`, { columnType: { type: 'varchar' }, path, options: {} }]),
  );
}

/** A dataset with these columns. */
export function readingDataset(columns: Record<string, Column>, changes: Partial<Dataset> = {}): Dataset {
  return aDataset({ columns, key: [], ...changes });
}

/** Runs what shaping runs for fields, and nothing else. */
export class WatchBench {
  readonly watch = new FieldWatch();
  readonly #folder = mkdtempSync(join(tmpdir(), 'fields-'));
  readonly #file = join(this.#folder, 'pages');
  readonly #duckdb: Promise<OpenDuckDB>;

  constructor() {
    this.#duckdb = openDuckDB({ memoryMegabytes: 300, temporaryDirectory: this.#folder }).then((duckdb) => {
      this.watch.register(duckdb.connection);
      new Tellings().register(duckdb.connection);
      return duckdb;
    });
  }

  /** Watches one range; a page is a list of records' texts. */
  async fields(dataset: Dataset, pages: readonly (readonly string[])[]): Promise<WatchedFields> {
    this.#write(pages.map((records) => `{"data":[${records.join(',')}]}`));
    return this.#watched(dataset, pages.length, undefined);
  }

  /** Watches what the dataset's transform makes of the records. */
  async transformedFields(dataset: Dataset, pages: readonly (readonly string[])[]): Promise<WatchedFields> {
    this.#write(pages.map((records) => `{"meta":{"total":9},"data":[${records.join(',')}]}`));
    const transformed = `${this.#file}.transformed`;
    const origins = originsOf(pages.length);
    await transformPages({ dataset, pagesFile: this.#file, origins, file: transformed });
    return this.#watched(dataset, pages.length, transformed);
  }

  /** What `_extra` is for each row of one page, as text. */
  async extras(dataset: Dataset, records: readonly string[]): Promise<(string | null)[]> {
    this.#write([`{"data":[${records.join(',')}]}`]);
    const { connection } = await this.#duckdb;
    const rows = rowsQuery(dataset, reading(this.#file), {});
    const reader = await connection.runAndReadAll(
      `SELECT CAST(${extra(dataset, 'record')} AS VARCHAR) FROM ${rows}`,
    );
    return reader.getRows().map(([text]) => (text === null ? null : String(text)));
  }

  async close(): Promise<void> {
    await (await this.#duckdb).close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(bodies: readonly string[]): void {
    writeFileSync(this.#file, `${bodies.join('\n')}\n`);
  }

  async #watched(dataset: Dataset, pages: number, transformed: string | undefined): Promise<WatchedFields> {
    const { connection } = await this.#duckdb;
    this.watch.begin(dataset);
    const rows = rowsQuery(dataset, reading(transformed ?? this.#file), { watch: 'watch' });
    await connection.run(`CREATE OR REPLACE TEMP TABLE sink AS SELECT ordinal, position FROM ${rows}`);
    const origins = originsOf(pages);
    return this.watch.finish({ pagesFile: this.#file, origins, transformed });
  }
}

function reading(path: string) {
  return { path, maximumBodyBytes: 64 * 1024 * 1024 };
}

/** The first body is the source's page 10. */
function originsOf(pages: number): PageOrigin[] {
  return Array.from({ length: pages }, (_, page) => ({
    slice: 'all',
    page: page + 10,
    parameters: {},
    fetchedAt: '2026-01-31T03:00:00.000Z',
  }));
}
