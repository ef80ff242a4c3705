import type { Pagination } from '../../core/source/pagination';
import type { Slices, Step } from '../../core/source/slices';
import type { Dataset } from '../../core/source/source';
import { count, counted } from '../format';

/** How a dataset is asked for, in a few words: 'cursor, per month since 2020-01-01 × 3 values of status'. */
export function describePages({ pagination, slices }: Pick<Dataset, 'pagination' | 'slices'>): string {
  const pages = paginationWords[pagination.type];
  return slices.length === 0 ? pages : `${pages}, ${slices.map(describeSlices).join(' × ')}`;
}

const paginationWords: Readonly<Record<Pagination['type'], string>> = {
  'page-number': 'page numbers',
  offset: 'offsets',
  single: 'one page',
  cursor: 'cursor',
  'next-link': 'next links',
  keyset: 'keyset',
};

/** What one kind of slices is, in a few words. */
export function describeSlices(slices: Slices): string {
  switch (slices.type) {
    case 'values':
      return `${counted(slices.values.length, 'value')} of ${slices.name}`;
    case 'windows':
      return `per ${stepWords(slices.step)} since ${slices.from}`;
    case 'records':
      return `per ${slices.dataset}.${slices.column}`;
  }
}

function stepWords(step: Step): string {
  const [[unit, length] = ['', 0]] = Object.entries(step);
  return length === 1 ? unit.slice(0, -1) : `${count(length)} ${unit}`;
}
