import { rm, stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { UnfitRecordError, UnknownFieldError } from '../extract/guard-errors';
import { pageName } from '../extract/page/page-name';
import type { PageOrigin } from '../extract/range/fetched-range';
import type { Secrets } from '../run/ports';
import type { Dataset } from '../source/source';
import { checkExpressions } from './check-expression';
import { type DuckDBOptions, type OpenDuckDB, openDuckDB, registerObserver } from './duckdb';
import { FieldWatch, type WatchedFields } from './fields/field-watch';
import type { Observations } from './observations';
import { type PageFacts, type RangeFacts, rangeFacts } from './page-facts';
import { PlannedCopy } from './planned-copy';
import { writeQuarantine } from './quarantine/write-quarantine';
import { explained, firstReading, secondReading, transformedReading, UnusablePages } from './reading';
import { prepareSalts } from './salts';
import type { Check } from './sql/check';
import { keysStatement } from './sql/keys-statement';
import { shapeQuery } from './sql/shape-query';
import { type PageLayout, type PagesFile, pageLayout } from './sql/sql-pages';
import { copyStatement } from './stage/copy';
import { Tellings } from './tell';
import { type TransformedPages, transformPages } from './transform/transform-pages';
import { type FailedRow, failedRows, inPageOrder, summarise, unfitSentence } from './unfit-records';

/** One page range to be shaped. */
export interface RangeToShape {
  readonly dataset: Dataset;
  readonly runId: string;
  /** A file of page bodies as received, in page order, each followed by '\n'. Files beside it, named like it, are made and removed. */
  readonly pagesFile: string;
  /** One per body. */
  readonly origins: readonly PageOrigin[];
  /** In the dataset's format, with exactly the table's columns; overwritten. */
  readonly stageFile: string;
  /** Gzipped JSON lines; written only where a record does not fit. */
  readonly quarantineFile: string;
}

/** What became of a page range. received + added = staged + quarantined + filtered. */
export interface ShapedRange {
  /** Records in the bodies. */
  readonly received: number;
  /** Rows that explode or transform made beyond one for each record. */
  readonly added: number;
  readonly staged: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** Smallest key, as JSON text of the key columns' values; undefined where nothing was staged. */
  readonly firstKey?: string;
  /** Largest key, by SQL's order of the key columns (texts by their UTF-8 bytes). */
  readonly lastKey?: string;
  /** Whether no key comes twice among the rows that were staged. */
  readonly uniqueKeys: boolean;
  /** 64 bits of all keys, as hexadecimal digits: see keysStatement; undefined where there are none. */
  readonly keysDigest?: string;
  /** Totals that the bodies reported; undefined for chains and where no body names one. */
  readonly totals?: { readonly min: number; readonly max: number };
  readonly recordsPerPage: number[];
  /** A hash of each page's first record; undefined where a page has none. */
  readonly firstRecords: (string | undefined)[];
  readonly stageBytes: number;
  readonly observations: Observations;
}

/** Opens DuckDB, once for the life of a container; `secrets` gives the salts of masks. */
export async function openShaper(options: DuckDBOptions, secrets?: Pick<Secrets, 'get'>): Promise<Shaper> {
  return new Shaper(await openDuckDB(options), secrets);
}

/** What is known of a range before DuckDB reads it. */
interface Prepared {
  readonly range: RangeToShape;
  /** By the names of their secrets. */
  readonly salts: ReadonlyMap<string, string>;
  readonly transformed: TransformedPages | undefined;
  readonly layout: PageLayout;
  readonly files: FilesBeside;
}

/** Files that are made beside the pages, and removed. */
interface FilesBeside {
  readonly transformed: string;
  readonly copy: string;
}

/** Shapes page ranges, one after another; records become JavaScript objects only for a dataset's transform. */
export class Shaper {
  readonly #duckdb: OpenDuckDB;
  readonly #connection: DuckDBConnection;
  readonly #secrets: Pick<Secrets, 'get'> | undefined;
  readonly #checked = new WeakSet<Dataset>();
  readonly #tellings = new Tellings();
  readonly #fields = new FieldWatch();
  readonly #copy: PlannedCopy;
  #observed: PageFacts[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** Use openShaper. */
  constructor(duckdb: OpenDuckDB, secrets: Pick<Secrets, 'get'> | undefined) {
    this.#duckdb = duckdb;
    this.#connection = duckdb.connection;
    this.#secrets = secrets;
    this.#copy = new PlannedCopy(duckdb.connection, duckdb.folder);
    registerObserver(this.#connection, (page) => this.#observed.push(page));
    this.#tellings.register(this.#connection);
    this.#fields.register(this.#connection);
  }

  /**
   * Turns page bodies into a stage file and, where needed, a quarantine file. Throws a TransientError for a page that is cut off or
   * malformed, a PermanentError for one that is not what the dataset says and for a record that must not be there (all name the page), a
   * ConfigurationError for an expression or a salt that cannot be used and for pages that do not fit into memory (a body of 10 MB takes
   * about 250). Then there is no stage file.
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
    const { dataset, pagesFile, stageFile, quarantineFile, origins } = range;
    const layout = pageLayout(dataset);
    const inspected = { ...range, dataset: dataset.name, path: pagesFile, layout };
    const files = { transformed: `${pagesFile}.transformed`, copy: `${pagesFile}.readable` };
    try {
      await this.#checkOnce(dataset);
      const salts = await prepareSalts(this.#connection, dataset, this.#secrets);
      const transformed =
        dataset.transform && (await transformPages({ dataset, pagesFile, origins, file: files.transformed }));
      const prepared = { range, salts, transformed, layout, files };
      const first = transformed
        ? await transformedReading(files.transformed, transformed.longestLine, files.copy)
        : await firstReading(pagesFile, origins.length, files.copy);
      return await this.#shapeWith(prepared, first).catch(async (error: unknown) => {
        const tried = { ...inspected, transformed: transformed && files.transformed };
        return this.#shapeWith(prepared, await secondReading(tried, first, files.copy, error));
      });
    } catch (error) {
      await rm(stageFile, { force: true });
      await rm(quarantineFile, { force: true });
      throw explained(error, inspected);
    } finally {
      for (const file of Object.values(files)) await rm(file, { force: true });
    }
  }

  async #checkOnce(dataset: Dataset): Promise<void> {
    if (this.#checked.has(dataset)) return;
    await checkExpressions(this.#connection, dataset);
    this.#checked.add(dataset);
  }

  async #shapeWith(prepared: Prepared, reading: PagesFile): Promise<ShapedRange> {
    const { range, transformed, layout, files } = prepared;
    const { dataset, pagesFile, stageFile, origins, runId } = range;
    this.#begin(dataset);
    let checks: readonly Check[] = [];
    const staged = await this.#copy.run({ from: reading.path, to: stageFile }, ({ pages, stage }) => {
      const file = { ...reading, path: pages };
      const query = shapeQuery(dataset, { file, runId, origins }, { observe: 'observe', watch: 'watch' });
      checks = query.checks;
      return copyStatement(query.select, stage, dataset, reading.marks);
    });
    const facts = rangeFacts(transformed?.pages ?? this.#observed, origins.length, layout);
    if (facts === undefined) throw new UnusablePages('they are not what the dataset says');
    const unfit = inPageOrder([
      ...failedRows(this.#tellings.unfit, checks),
      ...untransformed(dataset, transformed?.unfit ?? []),
    ]);
    const nulled = inPageOrder(failedRows(this.#tellings.nulled, checks));
    const watched = { pagesFile, origins, transformed: transformed && files.transformed };
    const fields = await this.#fields.finish(watched);
    refuse(range, unfit, fields);
    const counts = this.#count(prepared, facts, { staged, quarantined: unfit.length });
    if (unfit.length > 0) await this.#quarantine(prepared, unfit);
    return {
      ...counts,
      ...(await this.#keys(range, staged)),
      ...(facts.totals && { totals: facts.totals }),
      recordsPerPage: facts.recordsPerPage,
      firstRecords: facts.firstRecords,
      stageBytes: (await stat(stageFile)).size,
      observations: {
        quarantined: summarise(unfit, origins),
        nulled: summarise(nulled, origins),
        filtered: this.#filtered(transformed),
        unknownFields: fields.unknownFields,
        missingFields: fields.missingFields,
      },
    };
  }

  #begin(dataset: Dataset): void {
    this.#observed = [];
    this.#tellings.begin();
    this.#fields.begin(dataset);
  }

  /** Every number is counted by itself, so that they prove each other. */
  #count(
    { transformed }: Prepared,
    { recordsPerPage }: RangeFacts,
    { staged, quarantined }: Pick<ShapedRange, 'staged' | 'quarantined'>,
  ): Pick<ShapedRange, 'received' | 'added' | 'staged' | 'quarantined' | 'filtered'> {
    const received = recordsPerPage.reduce((sum, records) => sum + records, 0);
    const made = transformed && transformed.rows + transformed.dropped + transformed.unfit.length;
    const added = (made ?? received) - received + this.#tellings.count('added');
    const filtered = this.#filtered(transformed).reduce((sum, { count }) => sum + count, 0);
    if (received + added !== staged + quarantined + filtered)
      throw new Error(
        `of ${received} records and ${added} rows more, ${staged} were staged, ${quarantined} quarantined and ${filtered} filtered`,
      );
    return { received, added, staged, quarantined, filtered };
  }

  #filtered(transformed: TransformedPages | undefined): Observations['filtered'] {
    const counts = [
      { rule: 'transform', count: transformed?.dropped ?? 0 },
      ...(['explode', 'filter', 'duplicate'] as const).map((rule) => ({
        rule,
        count: this.#tellings.count(rule),
      })),
    ];
    return counts.filter(({ count }) => count > 0);
  }

  async #quarantine(
    { range, salts, layout: { records } }: Prepared,
    unfit: readonly FailedRow[],
  ): Promise<void> {
    await writeQuarantine(
      unfit.map(({ record }) => record),
      { ...range, records, salts },
    );
  }

  async #keys(
    { dataset, stageFile }: RangeToShape,
    staged: number,
  ): Promise<Pick<ShapedRange, 'firstKey' | 'lastKey' | 'uniqueKeys' | 'keysDigest'>> {
    if (staged === 0) return { uniqueKeys: true };
    if (dataset.key.length === 0) return { uniqueKeys: false };
    const reader = await this.#connection.runAndReadAll(keysStatement(dataset, stageFile));
    const [firstKey, lastKey, different, keysDigest] = reader.getRows()[0] ?? [];
    const uniqueKeys = Number(different) === staged;
    return typeof firstKey === 'string' && typeof lastKey === 'string' && typeof keysDigest === 'string'
      ? { firstKey, lastKey, uniqueKeys, keysDigest }
      : { uniqueKeys };
  }
}

/** Records that could not be transformed, as unfit rows. */
function untransformed(dataset: Dataset, records: TransformedPages['unfit']): FailedRow[] {
  const policy = dataset.onUnfit === 'fail' ? 'fail' : 'quarantine';
  return records.map(({ ordinal, position, reason }) => ({
    record: { ordinal, position, column: undefined, rule: 'transform', value: undefined, reason },
    check: { policy },
  }));
}

/** Throws for the first record and the first field that must not be there. */
function refuse(
  { dataset, origins }: RangeToShape,
  unfit: readonly FailedRow[],
  fields: WatchedFields,
): void {
  const failing = unfit.find(({ check }) => check.policy === 'fail');
  if (failing !== undefined)
    throw new UnfitRecordError(
      `${unfitSentence(failing.record, origins, dataset.name)}; its onUnfit is 'fail'`,
    );
  const [field] = fields.unknownFields;
  if (dataset.unknownFields !== 'fail' || field === undefined) return;
  const more = fields.unknownFields.length - 1;
  throw new UnknownFieldError(
    `${pageName(field, dataset.name)} has the field '${field.name}' (${field.type}), which no column reads${more > 0 ? `, and ${more} more` : ''}: add a column for it, or set unknownFields to 'ignore' or 'capture'`,
  );
}
