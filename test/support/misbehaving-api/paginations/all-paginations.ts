import { cursorCases } from './cursor';
import { keysetCases } from './keyset';
import { nextLinkCases } from './next-link';
import { offsetCases } from './offset';
import { pageNumberCases } from './page-number';
import type { PaginationCase } from './pagination-case';
import { singleCases } from './single';

/** Every way to paginate that is covered. */
export const allPaginations: readonly PaginationCase[] = [
  ...pageNumberCases,
  ...offsetCases,
  ...singleCases,
  ...cursorCases,
  ...nextLinkCases,
  ...keysetCases,
];

/** A way to paginate by its name. */
export function paginationNamed(name: string): PaginationCase {
  const found = allPaginations.find((one) => one.name === name);
  if (found) return found;
  throw new Error(
    `there is no pagination '${name}': there are ${allPaginations.map((one) => one.name).join('; ')}`,
  );
}
