import { createHash } from 'node:crypto';
import type { Dataset } from './source';

/**
 * Names what shapes a dataset's data, as 16 hexadecimal digits: request, pagination, slices, records, key and columns,
 * columns in their order. Description, schedule, limits, a request's weight and the order in which options are written
 * change nothing.
 */
export function definitionHash(dataset: Dataset): string {
  const { pagination, slices, records, key, columns } = dataset;
  const { weight: _pace, ...request } = dataset.request;
  const shape = { request, pagination, slices, records, key, columns: Object.entries(columns) };
  return createHash('sha256').update(JSON.stringify(shape, sortKeys)).digest('hex').slice(0, 16);
}

/** For JSON.stringify: objects with their keys in one order. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
