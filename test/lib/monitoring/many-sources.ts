import type { Source } from '../../../core/source/source';
import tides from '../fixtures/sources/tides';

/** So many sources with so many datasets each, all of which load every day; the n-th dataset has a deadline of n hours. */
export function manySources(count: number, datasets: number): Source[] {
  return Array.from({ length: count }, (_, index) => ({
    ...tides,
    name: `source-${index + 1}`,
    datasets: Array.from({ length: datasets }, (_, position) => position + 1).flatMap((position) =>
      tides.datasets.map((dataset) => ({
        ...dataset,
        name: `dataset-${position}`,
        deadlineHours: position,
      })),
    ),
  }));
}
