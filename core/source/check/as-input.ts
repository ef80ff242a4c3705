import type { Pagination } from '../pagination';
import type { Source } from '../source';

/**
 * A checked source as it would be written, so that it can be checked again: an option that is undefined would be taken
 * for one that is left out, and get its default.
 */
export function asInput(source: Pick<Source, 'datasets'>): unknown {
  return {
    ...source,
    datasets: source.datasets.map((dataset) => ({ ...dataset, pagination: written(dataset.pagination) })),
  };
}

function written(pagination: Pagination): unknown {
  if (pagination.type === 'single') return pagination;
  return { ...pagination, sizeParameter: pagination.sizeParameter ?? false };
}
