import { z } from 'zod';
import type { LineageColumn, Transform } from '../source';
import { format } from './format-schema';
import { choice, chosen, leaf, matching, path, wholeNumber } from './schema-parts';

const lineageColumns = ['_run_id', '_slice', '_page', '_fetched_at'] as const satisfies LineageColumn[];

/** True or a list; always a list when it is checked. */
const lineage = chosen<readonly LineageColumn[]>((given) =>
  given === true
    ? z.literal(true).transform(() => [...lineageColumns])
    : z.array(choice(lineageColumns), "true, or a list such as ['_run_id', '_fetched_at']"),
).default([]);

/** What becomes of a record that does not fit. */
export const unfitPolicy = choice(['quarantine', 'null', 'fail']);

/** The options of a dataset that say what its records become, besides its columns. */
export const shaping = {
  transform: leaf<Transform>(
    (value) => typeof value === 'function',
    'a function that makes a record of a record, such as (record) => ({ …record, tags: [] })',
  ).exactOptional(),
  explode: path("a path to a list in a record, such as 'items'", false).exactOptional(),
  filter: matching(/\S/, 'a condition over columns, such as "status <> \'draft\'"').exactOptional(),
  deduplicate: choice(['first', 'last']).exactOptional(),
  lineage,
  onUnfit: unfitPolicy.default('quarantine'),
  unknownFields: choice(['ignore', 'capture', 'fail']).default('ignore'),
  format,
  tableVersion: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(1),
};
