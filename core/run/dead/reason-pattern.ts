/**
 * What differs between two failures of one kind: values of a query, ids in hexadecimal digits, numbers. A letter may stand right before a
 * number, as in 'p17'; a longer id has a digit in it, so that no word is taken for one.
 */
const varying =
  /(?<=[?&][^\s?&=]{1,80}=)[^\s&'")]+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b|\d+(?:[.,]\d+)*/;

/** Stands for what differs. */
const mark = '#';

/** Why a range failed, and which slice it is of: the slice's name in a reason is no difference either. */
export interface ReasonOfRange {
  readonly reason: string;
  readonly slice: string;
}

/** What reasons of one kind have in common, so that 'page 17' and 'page 18' are one. */
export function reasonKey(of: ReasonOfRange): string {
  return of.reason.replace(varyingIn(of), mark);
}

/** The text of reasons that have one key: what is the same in all of them stays as it is. */
export function commonReason(reasons: readonly ReasonOfRange[]): string {
  const [first] = reasons;
  if (!first) return '';
  const values: (string | undefined)[] = first.reason.match(varyingIn(first)) ?? [];
  for (const one of reasons) {
    const others = one.reason.match(varyingIn(one)) ?? [];
    for (const [at, value] of values.entries()) if (value !== others[at]) values[at] = undefined;
  }
  let at = 0;
  return first.reason.replace(varyingIn(first), () => values[at++] ?? mark);
}

function varyingIn({ reason, slice }: ReasonOfRange): RegExp {
  // 'all' is what the one slice of a dataset without slices is called, and a word. Slices are named by a-z, 0-9 and '-' alone.
  const named = slice !== 'all' && reason.includes(slice);
  return new RegExp(named ? `(?<![a-z0-9-])${slice}(?![a-z0-9])|${varying.source}` : varying.source, 'gi');
}
