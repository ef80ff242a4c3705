import type { Json } from '@duckdb/node-api';
import type { Observations, Unfit } from '../../core/shape/observations';
import { tableColumns } from '../../core/shape/stage/table';
import type { Dataset, Source } from '../../core/source/source';
import type { FetchedPages } from './fetch-first-pages';
import type { ShownRequest } from './preview-source';
import { type ShapedPages, valueKey } from './shape-first-pages';
import { typeName } from './type-name';

/** Records that do not fit for one reason, with the value of the first. */
export interface UnfitGroup extends Unfit {
  /** Masked where its column is; absent where the record as a whole is at fault, or nothing is there. */
  readonly value?: string;
}

/** A column of the table. */
export interface ReportedColumn {
  readonly name: string;
  /** As its builder writes it: see type-name.ts. */
  readonly type: string;
  /** Whether it is part of the key; absent where not. */
  readonly key?: boolean;
  /** How it is masked; absent where it is not. */
  readonly mask?: string;
}

/** Everything that a preview found out, as `--json` prints it. */
export interface PreviewReport extends Omit<Observations, 'quarantined'> {
  readonly source: string;
  readonly dataset: string;
  readonly requests: readonly ShownRequest[];
  readonly pages: number;
  /** Of the dataset; absent where it is not cut into any. */
  readonly slices?: number;
  /** Records that the source says it holds; absent where it does not say. */
  readonly total?: number;
  readonly counts: {
    readonly received: number;
    readonly added: number;
    readonly staged: number;
    readonly quarantined: number;
    readonly filtered: number;
  };
  readonly columns: readonly ReportedColumn[];
  readonly records: readonly Readonly<Record<string, Json>>[];
  readonly quarantined: readonly UnfitGroup[];
  /** Why a run would not end well; one sentence each, empty when nothing speaks against it. */
  readonly problems: readonly string[];
  /** The command that loads the dataset. */
  readonly next: string;
}

/** What a report is made of. */
export interface PreviewFacts {
  readonly source: Source;
  readonly dataset: Dataset;
  readonly requests: readonly ShownRequest[];
  readonly fetched: FetchedPages;
  readonly pages: ShapedPages;
  readonly problems: readonly string[];
  readonly next: string;
}

/** Puts together what was found out. */
export function previewReport({
  source,
  dataset,
  requests,
  fetched,
  pages,
  problems,
  next,
}: PreviewFacts): PreviewReport {
  const { shaped, rows, values } = pages;
  const { received, added, staged, quarantined, filtered, observations } = shaped;
  const columns = reportedColumns(dataset);
  return {
    source: source.name,
    dataset: dataset.name,
    requests,
    pages: fetched.origins.length,
    ...(dataset.slices.length === 0 ? {} : { slices: fetched.slices }),
    ...(fetched.total === undefined ? {} : { total: fetched.total }),
    counts: { received, added, staged, quarantined, filtered },
    columns,
    records: rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]))),
    ...observations,
    quarantined: observations.quarantined.map((group) => {
      const value = values.get(valueKey(group));
      return value === undefined ? group : { ...group, value };
    }),
    problems,
    next,
  };
}

/** The table's columns, and what is worth knowing of each. */
function reportedColumns(dataset: Dataset): ReportedColumn[] {
  return tableColumns(dataset).map(({ name, columnType }) => {
    const mask = dataset.columns[name]?.options.mask;
    return {
      name,
      type: typeName(columnType),
      ...(dataset.key.includes(name) ? { key: true } : {}),
      ...(mask === undefined ? {} : { mask: typeof mask === 'string' ? mask : mask.type }),
    };
  });
}
