import { pageName } from '../extract/page/page-name';
import type { Unfit } from './observations';

/** "1,200 × price, first on page 3 of cities, record 17: 'n/a' is not a decimal(12,2)"; pages and records are counted from 1. */
export function unfitReason({ column, count, example }: Unfit, dataset: string): string {
  const { position, reason } = example;
  const what = column ?? 'the record as a whole';
  const first = count === 1 ? '' : 'first ';
  return `${count.toLocaleString('en')} × ${what}, ${first}on ${pageName(example, dataset)}, record ${position + 1}: ${reason}`;
}
