import { createHash } from 'node:crypto';
import type { Dataset } from './source';

/**
 * A hash of the source file's code and of all that it imports but core/; lib/function/bundled-code.ts sets it in the bundles, and only there
 * it exists.
 */
declare const BASELOAD_SOURCE_CODE: string | undefined;

/**
 * Names what shapes a dataset's data, as 16 hexadecimal digits: request, pagination, slices, records, transform, explode, filter,
 * deduplicate, key, columns in their order, lineage, onUnfit, unknownFields, format and tableVersion. Description, schedule,
 * limits, a request's weight, keepRaw, maxQuarantinedRatio, verification, curate, keepRuns, incremental and the order in which options are
 * written change nothing.
 *
 * A transform counts with the code of its whole source file, as bundled; where nothing is bundled, in tests and on the command line,
 * its own text stands in. So the hash of a dataset with a transform may only be compared among bundles, or among those.
 */
export function definitionHash(dataset: Dataset): string {
  const { pagination, slices, records, explode, filter, deduplicate, key, columns } = dataset;
  const { lineage, onUnfit, unknownFields, format, tableVersion } = dataset;
  const { weight: _pace, ...request } = dataset.request;
  const shape = {
    ...{
      request,
      pagination,
      slices,
      records,
      transform: codeOf(dataset),
      explode,
      filter,
      deduplicate,
      key,
    },
    columns: Object.entries(columns),
    ...{ lineage, onUnfit, unknownFields, format, tableVersion },
  };
  return sha256(JSON.stringify(shape, sortKeys)).slice(0, 16);
}

/** The functions' bundles are minified each in its own way, so a text that comes out of one is not that of another. */
function codeOf({ transform }: Dataset): string | undefined {
  if (transform === undefined) return undefined;
  return typeof BASELOAD_SOURCE_CODE === 'string' ? BASELOAD_SOURCE_CODE : sha256(String(transform));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** For JSON.stringify: objects with their keys in one order. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
