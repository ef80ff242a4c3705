import { pageName } from '../extract/page/page-name';
import type { PageOrigin } from '../extract/range/fetched-range';
import type { Unfit } from './observations';
import type { UnfitRecord } from './quarantine/write-quarantine';
import type { Check } from './sql/check';
import type { UnfitRow } from './tell';

/** An unfit row with the check that it failed. */
export interface FailedRow {
  readonly record: UnfitRecord;
  readonly check: Pick<Check, 'policy'>;
}

/** Makes of what SQL told what people read. */
export function failedRows(rows: readonly UnfitRow[], checks: readonly Check[]): FailedRow[] {
  return rows.map(({ ordinal, position, element, failed, text }) => {
    const check = checks[failed];
    if (check === undefined) throw new Error(`check ${failed} is unknown`);
    const { column, rule } = check;
    const value = text === undefined ? undefined : [...text].slice(0, mostCharacters).join('');
    const reason = check.reason(text === value ? value : `${value}…`);
    return { record: { ordinal, position, element, column, rule, value, reason }, check };
  });
}

/** So that a reason stays one line that people can read. */
const mostCharacters = 100;

/** In page order. */
export function inPageOrder(rows: readonly FailedRow[]): FailedRow[] {
  return [...rows].sort(
    ({ record: a }, { record: b }) =>
      a.ordinal - b.ordinal || a.position - b.position || (a.element ?? -1) - (b.element ?? -1),
  );
}

/** Counts rows, given in page order, by column and rule, each with its first example. */
export function summarise(rows: readonly FailedRow[], origins: readonly PageOrigin[]): Unfit[] {
  const groups = new Map<string, Unfit>();
  for (const { record } of rows) {
    const { ordinal, position, column = null, rule, reason } = record;
    const name = JSON.stringify([column, rule]);
    const known = groups.get(name);
    if (known !== undefined) {
      known.count += 1;
      continue;
    }
    const origin = origins[ordinal];
    if (origin === undefined) throw new Error(`body ${ordinal} has no origin`);
    const { slice, page } = origin;
    groups.set(name, { column, rule, count: 1, example: { slice, page, position, reason } });
  }
  return [...groups.values()];
}

/** "record 18 of page 3 of cities: column 'price' (type): 'n/a' is not a decimal(12,2)". */
export function unfitSentence(
  { ordinal, position, element, column, rule, reason }: UnfitRecord,
  origins: readonly PageOrigin[],
  dataset: string,
): string {
  const origin = origins[ordinal];
  const page = origin === undefined ? dataset : pageName(origin, dataset);
  const record = `record ${position + 1}${element === undefined ? '' : `, element ${element + 1},`} of ${page}`;
  const what = column === undefined ? `(${rule})` : `column '${column}' (${rule})`;
  return `${record}: ${what}: ${reason}`;
}
