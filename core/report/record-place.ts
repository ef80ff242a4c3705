import { sliceName } from '../extract/page/page-name';
import { count } from './words';

/** Where a record stood in what the source gave, counted from 1: 'page 1,204 of cities, record 17'. */
export function recordPlace(
  { slice, page, position }: { readonly slice: string; readonly page: number; readonly position: number },
  dataset: string,
): string {
  return `page ${count(page + 1)} of ${sliceName(slice, dataset)}, record ${count(position + 1)}`;
}
