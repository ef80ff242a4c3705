import type { KnownDifference } from './known-differences';
import type { Result } from './run-checks';

/** What a result means, given the differences that are known. */
export type Verdict = 'holds' | 'differs as known' | 'differs' | 'differs no more';

/** A known difference must show, in the way that is known: else the list is no longer true. */
export function judge({ check, failure }: Result, known: readonly KnownDifference[]): Verdict {
  const difference = known.find(({ id }) => id === check.id);
  if (failure === undefined) return difference ? 'differs no more' : 'holds';
  return difference?.failure.test(failure) ? 'differs as known' : 'differs';
}

/** One line on a result that is not as it should be; undefined for the others. */
export function complaint(result: Result, known: readonly KnownDifference[]): string | undefined {
  const { check, failure } = result;
  switch (judge(result, known)) {
    case 'differs':
      return `${check.id}: ${failure}\n    expected that ${check.behaviour}\n    see ${check.document}`;
    case 'differs no more':
      return `${check.id}: holds here, and is listed as a known difference: take it off test/contract/known-differences.ts`;
    default:
      return undefined;
  }
}
