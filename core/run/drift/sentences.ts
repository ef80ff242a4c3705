import { count, counted } from '../../counted';
import type { Drift } from './drift';

/** What a look at edges has seen, in one sentence: why ranges are fetched again. */
export function whyAgain(moved: number, grown: number): string {
  const added =
    grown === 0 ? '' : `${counted(grown, 'page')} ${grown === 1 ? 'was' : 'were'} added at the end`;
  if (moved === 0) return added === '' ? 'the last page range ends elsewhere by now' : added;
  const shifted = `records came or went in, or while others were read around, ${counted(moved, 'page range')}`;
  return added === '' ? shifted : `${shifted}, and ${added}`;
}

/** What happened to a source while it was read, and what that means. */
export function driftSentence(drift: Omit<Drift, 'sentence'>, ranges: number): string {
  const { outcome, moved, grown } = drift;
  const asked = `the first page of each of ${counted(ranges, 'page range')} was read again`;
  const happened = changes(drift);
  const stillThere = 'records that were deleted meanwhile may still be in the table';
  switch (outcome) {
    case 'settled':
      if (moved === 0 && grown === 0 && happened === '') return `${asked}, and nothing had moved`;
      return `records came or went while they were loaded${happened}: ${fetched(moved, grown)}, and at last nothing moved any more`;
    case 'covered':
      return `the source was never seen to stand still${happened}: what was read of it overlaps without a gap, so every record that was there all the time, and kept its place among the others, is in the table; ${stillThere}`;
    case 'open':
      return `the source was never seen to stand still${happened}: ${fetched(moved, grown)}, and still it cannot be shown that no record was missed between two reads; ${stillThere}. Load it when it is quiet, allow more looks (verification.looks), cut it into slices, or page by a key, cursor or link`;
  }
}

function changes({ totals }: Pick<Drift, 'totals'>): string {
  const [first, last] = totals ?? [0, 0];
  return first === last ? '' : ` (${count(first)} at first, ${count(last)} at last)`;
}

function fetched(moved: number, grown: number): string {
  const again = moved === 0 ? [] : [`${counted(moved, 'page range')} fetched again`];
  const added = grown === 0 ? [] : [`${counted(grown, 'page')} added at the end`];
  const both = [...again, ...added];
  return both.length === 0 ? 'all of it is in the table' : both.join(', ');
}
