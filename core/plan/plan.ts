import { z } from 'zod';

const count = z.int().min(0);

/** What a slice's requests are given in place of `{name}`. Integers beyond 2^53 are texts. */
const parametersSchema = z.record(z.string(), z.union([z.string(), z.number()]));

const sliceName = z.string().regex(/^[a-z0-9][a-z0-9-]*$/);

/** One slice that has not been looked at yet. */
const unseenSliceSchema = z.object({
  name: sliceName,
  parameters: parametersSchema,
  /** The window of time it is, in milliseconds since the epoch, [from, to): what can be halved. */
  window: z.tuple([z.int(), z.int()]).optional(),
});

/** How far a chain has come: everything that its next request depends on. Travels in messages and receipts. */
const positionSchema = z.object({
  /** Position of the next page in the slice, from 0. */
  page: count,
  /** Cursor, URL or key of the next page; absent at the beginning. Never holds a credential. */
  cursor: z.string().optional(),
  /** Records in the pages before. */
  records: count,
  /** Empty pages in a row, up to here. */
  emptyPages: count.optional(),
  /** Brent's cycle detection: a cursor seen before is found after at most three times the cycle's length. */
  mark: z.object({ hash: z.string(), steps: count, limit: count }).optional(),
  /** Records that the source says the slice holds, as its first page said. */
  total: count.optional(),
});

const slice = { slice: sliceName };
const gridOf = {
  ...slice,
  parameters: parametersSchema,
  /** Records per page to ask for: what the source really gives. */
  pageSize: z.int().min(1),
  /** Pages of the whole slice. */
  slicePages: z.int().min(1),
  /** Records that the source says the slice holds; absent where it only counts pages, or does not say. */
  total: count.optional(),
  /** Records of the slice's last page, where that was looked for: what a source tells of its size that names no total. */
  lastPageRecords: count.optional(),
};
const chainOf = {
  ...slice,
  parameters: parametersSchema,
  position: positionSchema,
  mostPages: z.int().min(1).optional(),
};

/**
 * A run of page ranges under one name, numbered from 0. Ranges of 'pages' are known at once; a 'chain' shows its next
 * range when the one before is there; a 'lead' covers the first pages of slices that nobody has looked at yet, and
 * what follows in a slice that has more is named by the lead's own object.
 */
export const sequenceSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('pages'),
    ...gridOf,
    firstPage: count,
    pages: z.int().min(1),
    pagesPerRange: z.int().min(1),
  }),
  z.object({ type: z.literal('chain'), ...chainOf, index: count }),
  z.object({
    type: z.literal('lead'),
    ...slice,
    slices: z.array(unseenSliceSchema).min(1),
    slicesPerRange: z.int().min(1),
    /** Pages of each slice to load at most; absent for all. */
    mostPages: z.int().min(1).optional(),
  }),
]);

/** A slice whose pages are counted. */
export const gridSchema = z.object(gridOf);

/** What a look at the source reads once more of a grid: ranges of 'pages', known at once and numbered from 0. */
export const againSchema = z.object({
  type: z.literal('again'),
  ...gridOf,
  /** 'edges': of each range the first page alone. */
  read: z.enum(['edges', 'pages']),
  /** Stretches of the slice in page order, [first page, pages, pages of a range], cut into ranges one after the other. */
  stretches: z.array(z.tuple([count, z.int().min(1), z.int().min(1)])).min(1),
});

/** Consecutive pages handled together: one queue message, one lake object. Named by its slice and index. */
export const pageRangeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pages'), ...gridOf, index: count, firstPage: count, pages: z.int().min(1) }),
  z.object({ type: z.literal('chain'), ...chainOf, index: count }),
  z.object({
    type: z.literal('lead'),
    ...slice,
    index: count,
    slices: z.array(unseenSliceSchema).min(1),
    mostPages: z.int().min(1).optional(),
  }),
]);

/** What a run's table is: the same in its plan, its manifest and the pointer. */
export const tableSchema = z.object({
  /** How stage objects are written, as their keys end. */
  extension: z.enum(['parquet', 'jsonl.gz', 'jsonl.zst', 'csv.gz', 'csv.zst']),
  /** Columns in the table's order, with DuckDB's name of their type: 'DECIMAL(12,2)', 'STRUCT(id BIGINT)'. */
  columns: z.array(z.object({ name: z.string(), type: z.string() })).min(1),
  /** Columns that tell one record from another. */
  key: z.array(z.string()).min(1),
  tableVersion: z.int().min(1),
  /** Set where texts that a spreadsheet would take for a formula have a ' before them in CSV, which reading takes away again. */
  neutralised: z.literal(true).optional(),
});

/** How far verification goes, and what becomes of a run that falls short: kept in the plan, so that reconcile needs nothing but the lake. */
export const verificationSchema = z.object({
  /** Times that page edges are read again and what moved is fetched again; 0: never. */
  looks: count,
  ifShort: z.enum(['refuse', 'publish-with-warning']),
  /** Share of the records, 0 to 1, by which a run may fall short and be published with a warning. */
  tolerance: z.number().min(0).max(1),
  /** Share of the rows that readers see, 0 to 1, that the table may lose. @default of a plan that does not say: half */
  maxShrink: z.number().min(0).max(1).default(0.5),
});

/** What a run that loads only what changed is added to. */
export const incrementSchema = z.object({
  /** ISO 8601: the source was asked for what changed since. */
  since: z.string(),
  /** As it stands in the requests, in the source's own way to write times. */
  sent: z.union([z.string(), z.number()]),
  /** The published run whose table it is merged into. */
  base: z.object({ runId: z.string() }),
});

/** A run that is replayed: where its stage objects, and by their receipts its raw bodies, are. */
export const replayOfSchema = z.object({ runId: z.string(), extension: tableSchema.shape.extension });

/** What a run will fetch, fixed once. Holds sequences rather than ranges: a million ranges cost nothing. */
export const planSchema = z.object({
  version: z.literal(3),
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  /** ISO 8601, when the plan was made. */
  plannedAt: z.string(),
  /** The time, ISO 8601, up to which the baseline is complete: taken before page 1 was asked for. */
  watermark: z.string(),
  /** Hash of the dataset's definition; a worker refuses ranges planned by another definition. */
  definition: z.string(),
  ...tableSchema.shape,
  /** Records the source said it holds; absent where it is found out while loading, or never. */
  total: count.optional(),
  /** Pages of a range, at most. */
  pagesPerRange: z.int().min(1),
  /** True when only some pages are loaded (`run --pages N`): such a run is verified but never published. */
  subset: z.boolean(),
  sequences: z.array(sequenceSchema).min(1),
  /** The dataset's own ceiling, kept here so that verification needs nothing but the lake. */
  maxQuarantinedRatio: z.number().min(0).max(1),
  /** The run whose raw bodies are shaped anew, instead of asking the source. */
  replayOf: replayOfSchema.optional(),
  /** @default of a plan that does not say: no looks, refuse */
  verification: verificationSchema.default({ looks: 0, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 }),
  /** Megabytes of a table file, where the dataset asks for its files to be merged, deduplicated and sorted before publishing. */
  curate: z.object({ targetMegabytes: z.int().min(1) }).optional(),
  /** How Parquet is written, so that merged files are written as the stage objects are; absent in other formats. */
  parquet: z
    .object({ compression: z.enum(['zstd', 'snappy', 'gzip']), rowGroupSize: z.int().min(1) })
    .optional(),
  /** Published runs that are kept for rollback, besides the current one. */
  keepRuns: count.default(3),
  /** Set where only what changed is loaded. */
  increment: incrementSchema.optional(),
  /** How much earlier than the watermark to ask for what changed, where the dataset says it. */
  overlapSeconds: z.number().min(0).optional(),
  /** Requests a second that all lanes together may make, by the source's limit and what a request of the dataset weighs. */
  requestsPerSecond: z.number().positive().optional(),
  lanes: z.int().min(1).optional(),
  /** The published run of another dataset whose records the slices are. */
  parents: z.array(z.object({ dataset: z.string(), runId: z.string() })).optional(),
});

export type Plan = z.infer<typeof planSchema>;
export type Sequence = z.infer<typeof sequenceSchema>;
export type Grid = Extract<Sequence, { type: 'pages' }>;
export type Again = z.infer<typeof againSchema>;
export type PageRange = z.infer<typeof pageRangeSchema>;
export type PagesRange = Extract<PageRange, { type: 'pages' }>;
export type ChainRange = Extract<PageRange, { type: 'chain' }>;
export type LeadRange = Extract<PageRange, { type: 'lead' }>;
export type Position = z.infer<typeof positionSchema>;
export type UnseenSlice = z.infer<typeof unseenSliceSchema>;
export type SliceParameters = z.infer<typeof parametersSchema>;

/** What names a range. */
export type RangeName = Pick<PageRange, 'slice' | 'index'>;
export type Verification = z.infer<typeof verificationSchema>;
export type Increment = z.infer<typeof incrementSchema>;
export type Table = z.infer<typeof tableSchema>;

/** What a plan, a manifest or a pointer says of the table: every field of the schema, whichever it may gain. */
export function tableIn(document: Table): Table {
  return tableSchema.parse(document);
}
