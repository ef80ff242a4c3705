import type { Dataset } from '../../source/source';
import type { Page } from './fetch-page';
import type { FindPart } from './json-value';
import type { PageRequest } from './request';

/** A page, the dataset it belongs to, and how messages name it. */
export interface PageToRead {
  readonly dataset: Dataset;
  readonly page: Page;
  /** Finds what stands in the body. */
  readonly find: FindPart;
  readonly request: PageRequest;
  /** @example 'page 3 of slice 2024-05 of shop/orders' */
  readonly where: string;
}
