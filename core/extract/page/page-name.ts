/** Which page, as far as its name goes. */
export interface NamedPage {
  readonly slice: string;
  /** Position in the slice, from 0. */
  readonly page: number;
}

/** A page as people name it, counted from 1: "page 8 of cities", "page 8 of slice 's-00000003' of cities". */
export function pageName({ slice, page }: NamedPage, dataset: string): string {
  return `page ${page + 1} of ${sliceName(slice, dataset)}`;
}

/** "slice 's-00000003' of cities"; the one slice of an unsliced dataset is the dataset, and nobody needs to know its name. */
export function sliceName(slice: string, dataset: string): string {
  return slice === 'all' ? dataset : `slice '${slice}' of ${dataset}`;
}
