import { countPages } from '../../core/plan/grid';
import type { Plan, Sequence } from '../../core/plan/plan';
import type { Unrolled } from '../../core/run/missing/unroll';
import { count, counted } from '../format';

/** What of a run is known so far, in one line: '1,384 pages in 28 ranges', or where its end will show. */
export function plannedExtent(
  plan: Plan,
  { present, ranges, growing }: Pick<Unrolled, 'present' | 'ranges' | 'growing'>,
): string {
  const [first] = plan.sequences;
  if (first?.type === 'pages') {
    const there = present.size > 0 ? `, ${count(present.size)} of them are there already` : '';
    return `${counted(countPages(plan), 'page')} in ${counted(ranges, 'range')}${there}`;
  }
  const there = present.size > 0 ? `; ${counted(present.size, 'range')} there already` : '';
  const follows = growing ? 'more ranges show while it is loaded' : counted(ranges, 'range');
  return `${plan.sequences.map(beginning).join(', ')}; ${follows}${there}`;
}

function beginning(sequence: Sequence): string {
  switch (sequence.type) {
    case 'pages':
      return counted(sequence.pages, 'page');
    case 'chain':
      return `a chain of ${atMost(sequence.mostPages)}`;
    case 'lead': {
      const { slices, mostPages } = sequence;
      if (slices.length === 1) return `${atMost(mostPages)} of a source that gives no total`;
      const each = mostPages === undefined ? '' : `, ${atMost(mostPages)} of each`;
      return `${counted(slices.length, 'slice')}${each}`;
    }
  }
}

function atMost(pages: number | undefined): string {
  return pages === undefined ? 'pages' : `at most ${counted(pages, 'page')}`;
}

/** Whether a plan is what `--pages` asks for now: a trial cannot be continued as a whole load, nor the other way round. */
export function isPlannedFor({ subset, sequences: [first] }: Plan, onlyPages: number | undefined): boolean {
  if (subset !== (onlyPages !== undefined)) return false;
  switch (first?.type) {
    case 'pages':
      return Math.min(onlyPages ?? first.slicePages, first.slicePages) === first.pages;
    case 'chain':
      return first.mostPages === onlyPages;
    case 'lead':
      return first.mostPages === (onlyPages && Math.floor(onlyPages / first.slices.length));
    default:
      return false;
  }
}

/** The `--pages` that a plan was made for; undefined for all of them. */
export function pagesOption({
  subset,
  sequences: [first],
}: Pick<Plan, 'subset' | 'sequences'>): number | undefined {
  if (!subset || !first) return undefined;
  switch (first.type) {
    case 'pages':
      return first.pages;
    case 'chain':
      return first.mostPages;
    case 'lead':
      return first.mostPages === undefined ? undefined : first.slices.length * first.mostPages;
  }
}
