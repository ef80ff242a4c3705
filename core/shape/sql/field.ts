import type { Column, ScalarType, UnfitPolicy } from '../../source/column';
import { elementPath, type Path, parsePath } from '../../source/path';
import type { Dataset } from '../../source/source';
import { isDocument } from '../type/sql-type';

/** Where a column's value comes from. */
export type Origin =
  /** A path in the record, or in the element of an exploded array. */
  | { readonly from: 'record' | 'element'; readonly path: Path }
  | { readonly from: 'slice'; readonly parameter: string }
  /** Index among the values that are the page's. */
  | { readonly from: 'page'; readonly index: number; readonly path: Path }
  | { readonly from: 'elementIndex' }
  | { readonly from: 'derived'; readonly expression: string };

/**
 * A column, and the names that its value has on its way through the query. No column of a dataset can be called like one of them: they
 * hold a '$'.
 */
export interface Field {
  readonly name: string;
  readonly column: Column;
  readonly origin: Origin;
  readonly required: boolean;
  readonly policy: UnfitPolicy;
  /** Read from JSON rather than from text. */
  readonly document: boolean;
  /** As extracted; a text, or JSON text for documents. */
  readonly raw: string;
  /** After the text steps; the same as `raw` where there are none. */
  readonly clean: string;
  /** After the column's sql; the same as `clean` where there is none. */
  readonly made: string;
  /** In the column's type. */
  readonly value: string;
  /** Which check a value failed that became null, and its text. */
  readonly failure: string;
}

/** The columns of a dataset, in their order. */
export function fieldsOf(dataset: Dataset): Field[] {
  let pages = 0;
  return Object.entries(dataset.columns).map(([name, column], index) => {
    const { options } = column;
    const required = options.required === true || dataset.key.includes(name);
    const origin = originOf(name, column, dataset, pages);
    if (origin.from === 'page') pages += 1;
    const raw = `raw$${index}`;
    const clean = hasTextSteps(column) ? `clean$${index}` : raw;
    return {
      name,
      column,
      origin,
      required,
      policy: policyOf(options.onUnfit ?? dataset.onUnfit, required),
      document: isDocument(column.columnType),
      raw,
      clean,
      made: options.sql === undefined && options.default === undefined ? clean : `made$${index}`,
      value: `value$${index}`,
      failure: `failure$${index}`,
    };
  });
}

/** The type of a column that is read from a text; throws a TypeError for the others, which have no text steps and no bounds. */
export function scalarType({ columnType }: Column): ScalarType {
  if (isDocument(columnType)) throw new TypeError(`a ${columnType.type} is not read from a text`);
  return columnType;
}

/** A required value that became null would be missing, so its record is quarantined. */
function policyOf(policy: UnfitPolicy, required: boolean): UnfitPolicy {
  return policy === 'null' && required ? 'quarantine' : policy;
}

function originOf(name: string, { path, options }: Column, { explode }: Dataset, pages: number): Origin {
  if (options.slice !== undefined) return { from: 'slice', parameter: options.slice };
  if (options.page !== undefined) return { from: 'page', index: pages, path: parsePath(options.page) };
  if (options.elementIndex === true) return { from: 'elementIndex' };
  if (options.derived !== undefined) return { from: 'derived', expression: options.derived };
  if (path === undefined) return { from: 'record', path: [name] };
  const inElement = explode === undefined ? undefined : elementPath(explode, path);
  if (inElement !== undefined) return { from: 'element', path: inElement };
  return { from: 'record', path: parsePath(path) };
}

/**
 * Whether a text is looked at before it is cast: texts always, unless they are verbatim and nothing else is wanted; other types read
 * a text with white space as it is, so only where an option needs it clean.
 */
function hasTextSteps({ columnType, options }: Column): boolean {
  if (isDocument(columnType)) return false;
  const { nfc, collapse, replace, nullIf, values, sql, pattern } = options;
  if (columnType.type === 'varchar' && options.verbatim !== true) return true;
  return (
    nfc === true ||
    collapse === true ||
    options.case !== undefined ||
    (replace !== undefined && [replace].flat().length > 0) ||
    (nullIf !== undefined && nullIf.length > 0) ||
    (values !== undefined && Object.keys(values).length > 0) ||
    sql !== undefined ||
    options.default !== undefined ||
    pattern !== undefined ||
    options.enum !== undefined
  );
}
