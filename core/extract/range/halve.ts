import type { UnseenSlice } from '../../plan/plan';
import { windowParameters, windowUnit } from '../../plan/windows';
import type { Slices } from '../../source/slices';

const second = 1000;

/**
 * Cuts a slice's window of time in two, which together are the whole and have their own names and parameters.
 * Undefined for a slice that has no window, or whose window is the least that its format can say.
 */
export function halve(
  slice: UnseenSlice,
  declared: readonly Slices[],
): readonly [UnseenSlice, UnseenSlice] | undefined {
  const windows = declared.find((slices) => slices.type === 'windows');
  if (slice.window === undefined || windows === undefined) return undefined;
  const [from, to] = slice.window;
  const cut = cutBetween(from, to, windowUnit(windows));
  if (cut === undefined) return undefined;
  const half = (side: 0 | 1, window: [number, number]): UnseenSlice => ({
    name: `${slice.name}-${side}`,
    parameters: { ...slice.parameters, ...windowParameters(windows, window) },
    window,
  });
  return [half(0, [from, cut]), half(1, [cut, to])];
}

/** Near the middle: at a whole second where there is one between, since some sources ignore fractions, else at a unit. */
function cutBetween(from: number, to: number, unit: number): number | undefined {
  const middle = from + (to - from) / 2;
  const cuts = [Math.max(unit, second), unit].flatMap((step) => [
    Math.floor(middle / step) * step,
    Math.ceil(middle / step) * step,
  ]);
  return cuts.find((cut) => cut > from && cut < to);
}
