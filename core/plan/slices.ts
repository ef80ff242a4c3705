import { ConfigurationError } from '../errors';
import type { RecordSlices, Slices } from '../source/slices';
import type { SliceParameters, UnseenSlice } from './plan';
import { timeWindows, windowParameters } from './windows';

/** Slices of a run at most: they stand in its plan, one document that every function holds whole. */
export const mostSlices = 100_000;

/** What replaces a parameter. */
export type SliceValue = SliceParameters[string];

/** What slices are made of besides their declaration. */
export interface SliceInput {
  /** Where windows end that are given no end. */
  readonly now: Date;
  /** The distinct values of a parent's column, for every declaration of the type 'records'. */
  readonly parentValues: ReadonlyMap<RecordSlices, readonly SliceValue[]>;
}

type Part = Omit<UnseenSlice, 'name'>;

/**
 * Everything that a dataset is cut into: every combination of what its declarations say, the last one varying
 * fastest, named 's-00000000', 's-00000001' and so on. Throws a ConfigurationError when there are more than `mostSlices`.
 */
export function unseenSlices(declared: readonly Slices[], input: SliceInput): UnseenSlice[] {
  const size = declared.reduce((product, slices) => product * countParts(slices, input), 1);
  if (size > mostSlices) throw new ConfigurationError(tooManySlices(size));
  const parts = declared.reduce<Part[]>(
    (combined, slices) => combine(combined, [...partsOf(slices, input)]),
    [{ parameters: {} }],
  );
  return parts.map((part, position) => ({ name: `s-${String(position).padStart(8, '0')}`, ...part }));
}

/** One sentence that says how many slices there would be. */
export function tooManySlices(count: number): string {
  const said = [count, mostSlices].map((number) => number.toLocaleString('en'));
  return `the dataset would be cut into ${said[0]} slices, and a run has ${said[1]} at most: cut it into longer windows or fewer values`;
}

/** Without keeping them: hours since the beginning of time would not fit. */
function countParts(slices: Slices, input: SliceInput): number {
  let count = 0;
  for (const _ of partsOf(slices, input)) count += 1;
  return count;
}

function* partsOf(slices: Slices, { now, parentValues }: SliceInput): Generator<Part> {
  switch (slices.type) {
    case 'values':
      for (const value of slices.values) yield { parameters: { [slices.name]: value } };
      return;
    case 'windows':
      for (const [from, to] of timeWindows(slices, now)) {
        yield { parameters: windowParameters(slices, [from, to]), window: [from, to] };
      }
      return;
    case 'records':
      for (const value of parentValues.get(slices) ?? []) yield { parameters: { [slices.name]: value } };
  }
}

function combine(slower: readonly Part[], faster: readonly Part[]): Part[] {
  return slower.flatMap((outer) =>
    faster.map((inner) => {
      const window = outer.window ?? inner.window;
      return { parameters: { ...outer.parameters, ...inner.parameters }, ...(window ? { window } : {}) };
    }),
  );
}
