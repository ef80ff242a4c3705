import { pageName, sliceName } from '../extract/page/page-name';
import type { PageOrigin } from '../extract/range/fetched-range';

/** Pages of a dataset, by where they came from. */
export interface NamedPages {
  readonly dataset: string;
  readonly origins: readonly PageOrigin[];
}

/** The page that a body of the file is; `ordinal` counts from 0. */
export function bodyName({ dataset, origins }: NamedPages, ordinal: number): string {
  const origin = origins[ordinal];
  return origin === undefined ? `body ${ordinal + 1} of ${dataset}` : pageName(origin, dataset);
}

/** 'pages 7 to 9 of cities', or the first and the last of several slices. */
export function pagesName({ dataset, origins }: NamedPages): string {
  const first = origins[0];
  const last = origins.at(-1);
  if (first === undefined || last === undefined) return `no page of ${dataset}`;
  if (first.slice !== last.slice) return `${pageName(first, dataset)} to ${pageName(last, dataset)}`;
  return `pages ${first.page + 1} to ${last.page + 1} of ${sliceName(first.slice, dataset)}`;
}
