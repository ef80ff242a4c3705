import type { PageOrigin } from '../extract/range/fetched-range';

/** Pages of a dataset, by where they came from. */
export interface NamedPages {
  readonly dataset: string;
  readonly origins: readonly PageOrigin[];
}

/** 'page 7 of cities', 'page 7 of slice s-00000003 of cities'; `ordinal` counts the bodies of the file from 0. */
export function pageName({ dataset, origins }: NamedPages, ordinal: number): string {
  const origin = origins[ordinal];
  if (origin === undefined) return `body ${ordinal} of ${dataset}`;
  return `page ${origin.page} of ${ofSlice(origin.slice)}${dataset}`;
}

/** 'pages 7 to 9 of cities', or the first and the last of several slices. */
export function pagesName(pages: NamedPages): string {
  const first = pages.origins[0];
  const last = pages.origins.at(-1);
  if (first === undefined || last === undefined) return `no page of ${pages.dataset}`;
  if (first.slice !== last.slice)
    return `${pageName(pages, 0)} to ${pageName(pages, pages.origins.length - 1)}`;
  return `pages ${first.page} to ${last.page} of ${ofSlice(first.slice)}${pages.dataset}`;
}

/** An unsliced dataset is one slice, and nobody needs to know its name. */
function ofSlice(slice: string): string {
  return slice === 'all' ? '' : `slice ${slice} of `;
}
