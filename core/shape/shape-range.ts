import { rm, stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PageOrigin } from '../extract/range/fetched-range';
import type { Dataset } from '../source/source';
import { checkExpressions } from './check-expression';
import { type DuckDBOptions, type OpenDuckDB, openDuckDB, registerObserver } from './duckdb';
import { type PageFacts, rangeFacts } from './page-facts';
import { explained, firstReading, type Reading, secondReading, UnusablePages } from './reading';
import { keysStatement, shapeQuery, stageStatement, unfitStatement } from './sql';
import { type PageLayout, pageLayout } from './sql-pages';
import { type UnfitRecord, writeQuarantine } from './write-quarantine';

/** One page range to be shaped. */
export interface RangeToShape {
  readonly dataset: Dataset;
  /** A file of page bodies as received, in page order, each followed by '\n'. */
  readonly pagesFile: string;
  /** The source's position of the first page. */
  /** One per body. */
  readonly origins: readonly PageOrigin[];
  /** Parquet (zstd), with exactly the dataset's columns; overwritten. */
  readonly stageFile: string;
  /** Gzipped JSON lines; written only where a record does not fit. */
  readonly quarantineFile: string;
}

/** What became of a page range. received = staged + quarantined. */
export interface ShapedRange {
  readonly received: number;
  readonly staged: number;
  readonly quarantined: number;
  /** Smallest key, as JSON text of the key columns' values; undefined where nothing was staged. */
  readonly firstKey?: string;
  /** Largest key, by SQL's order of the key columns (texts by their UTF-8 bytes). */
  readonly lastKey?: string;
  /** Totals that the bodies reported; undefined for chains and where no body names one. */
  readonly totals?: { readonly min: number; readonly max: number };
  readonly recordsPerPage: number[];
  /** A hash of each page's first record; undefined where a page has none. */
  readonly firstRecords: (string | undefined)[];
  readonly stageBytes: number;
}

/** Opens DuckDB, once for the life of a container. */
export async function openShaper(options: DuckDBOptions): Promise<Shaper> {
  return new Shaper(await openDuckDB(options));
}

/** Shapes page ranges, one after another; records never become JavaScript objects, unless they do not fit. */
export class Shaper {
  readonly #duckdb: OpenDuckDB;
  readonly #connection: DuckDBConnection;
  readonly #checked = new WeakSet<Dataset>();
  #observed: PageFacts[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** Use openShaper. */
  constructor(duckdb: OpenDuckDB) {
    this.#duckdb = duckdb;
    this.#connection = duckdb.connection;
    registerObserver(this.#connection, (page) => this.#observed.push(page));
  }

  /**
   * Turns page bodies into a Parquet file and, where needed, a quarantine file. Throws a TransientError for a page that is cut off or
   * malformed, a PermanentError for one that is not what the dataset says (both name the page), a ConfigurationError for a column's
   * sql that cannot be used and for pages that do not fit into memory (a body of 10 MB takes about 250). Then there is no stage file.
   */
  async shape(range: RangeToShape): Promise<ShapedRange> {
    const shaped = this.#last.then(() => this.#shape(range));
    this.#last = shaped.catch(() => {});
    return shaped;
  }

  /** Frees DuckDB's memory and files, when what is under way is done. */
  async close(): Promise<void> {
    await this.#last;
    await this.#duckdb.close();
  }

  async #shape(range: RangeToShape): Promise<ShapedRange> {
    const { dataset, pagesFile, stageFile, origins } = range;
    await this.#checkOnce(dataset);
    const copy = `${pagesFile}.readable`;
    const layout = pageLayout(dataset);
    const inspected = { ...range, dataset: dataset.name, path: pagesFile, layout };
    try {
      const first = await firstReading(pagesFile, origins.length);
      return await this.#shapeWith(range, layout, first).catch(async (error: unknown) => {
        const second = await secondReading(inspected, first, copy, error);
        return this.#shapeWith(range, layout, second);
      });
    } catch (error) {
      await rm(stageFile, { force: true });
      throw explained(error, inspected);
    } finally {
      await rm(copy, { force: true });
    }
  }

  async #checkOnce(dataset: Dataset): Promise<void> {
    if (this.#checked.has(dataset)) return;
    await checkExpressions(this.#connection, dataset);
    this.#checked.add(dataset);
  }

  async #shapeWith(range: RangeToShape, layout: PageLayout, reading: Reading): Promise<ShapedRange> {
    const { dataset, stageFile, origins } = range;
    this.#observed = [];
    const marker = reading.marks?.marker;
    const staging = shapeQuery(dataset, reading, { origins, observe: 'observe', marker });
    const { rowsChanged: staged } = await this.#connection.run(stageStatement(staging, stageFile));
    const facts = rangeFacts(this.#observed, origins.length, layout);
    if (facts === undefined) throw new UnusablePages('they are not what the dataset says');
    const received = facts.recordsPerPage.reduce((sum, records) => sum + records, 0);
    const quarantined = staged === received ? 0 : await this.#quarantine(range, layout, reading);
    if (staged + quarantined !== received)
      throw new Error(`of ${received} records, ${staged} were staged and ${quarantined} quarantined`);
    return {
      received,
      staged,
      quarantined,
      ...(await this.#keys(range)),
      ...(facts.totals && { totals: facts.totals }),
      recordsPerPage: facts.recordsPerPage,
      firstRecords: facts.firstRecords,
      stageBytes: (await stat(stageFile)).size,
    };
  }

  async #quarantine(range: RangeToShape, layout: PageLayout, reading: Reading): Promise<number> {
    const { marks } = reading;
    const query = shapeQuery(range.dataset, reading, { origins: range.origins, marker: marks?.marker });
    const result = await this.#connection.stream(unfitStatement(query));
    const unfit = async function* (): AsyncGenerator<UnfitRecord> {
      for await (const rows of result.yieldRows())
        for (const [ordinal, position, failed, text] of rows) {
          const check = query.checks[Number(failed)];
          if (check === undefined) throw new Error(`check ${String(failed)} is unknown`);
          const shown = typeof text === 'string' ? bounded(marks?.restore(text) ?? text) : undefined;
          yield {
            ordinal: Number(ordinal),
            position: Number(position),
            column: check.column,
            reason: check.reason(shown),
          };
        }
    };
    return writeQuarantine(unfit(), { ...range, records: layout.records });
  }

  async #keys({ dataset, stageFile }: RangeToShape): Promise<Pick<ShapedRange, 'firstKey' | 'lastKey'>> {
    if (dataset.key.length === 0) return {};
    const reader = await this.#connection.runAndReadAll(keysStatement(dataset, stageFile));
    const [firstKey, lastKey] = reader.getRows()[0] ?? [];
    return typeof firstKey === 'string' && typeof lastKey === 'string' ? { firstKey, lastKey } : {};
  }
}

/** At most 100 characters, so that a reason stays one line that people can read. */
function bounded(text: string): string {
  const characters = [...text];
  return characters.length > 100 ? `${characters.slice(0, 100).join('')}…` : text;
}
