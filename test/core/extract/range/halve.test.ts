import fc from 'fast-check';
import { halve } from '../../../../core/extract/range/halve';
import type { UnseenSlice } from '../../../../core/plan/plan';
import { windowParameters, windowUnit } from '../../../../core/plan/windows';
import type { WindowSlices } from '../../../../core/source/slices';

const windows: WindowSlices = {
  type: 'windows',
  from: '2024-01-01',
  step: { months: 1 },
  format: 'iso',
  end: 'exclusive',
  fromName: 'since',
  toName: 'until',
};

function sliceOf(declared: WindowSlices, window: [number, number]): UnseenSlice {
  return { name: 's-00000001', window, parameters: { shop: 7, ...windowParameters(declared, window) } };
}

it('halves until each window is one unit of the format, with neither gap, overlap nor empty half', () => {
  const format = fc.constantFrom<WindowSlices['format']>(
    'iso',
    'date',
    'epoch-seconds',
    'epoch-milliseconds',
  );
  const end = fc.constantFrom<WindowSlices['end']>('exclusive', 'inclusive');
  fc.assert(
    fc.property(
      format,
      end,
      fc.nat(20_000),
      fc.integer({ min: 1, max: 60 }),
      (format, end, start, length) => {
        const declared = { ...windows, format, end };
        const unit = windowUnit(declared);
        const pending = [sliceOf(declared, [start * unit, (start + length) * unit])];
        const smallest: UnseenSlice[] = [];
        for (let slice = pending.pop(); slice; slice = pending.pop()) {
          expect(slice.parameters).toEqual(sliceOf(declared, slice.window ?? [0, 0]).parameters);
          const halves = halve(slice, [{ type: 'values', name: 'shop', values: [7] }, declared]);
          if (!halves) smallest.push(slice);
          else pending.push(halves[1], halves[0]);
        }
        expect(smallest.map(({ window }) => window)).toEqual(
          Array.from({ length }, (_, at) => [(start + at) * unit, (start + at + 1) * unit]),
        );
        expect(new Set(smallest.map(({ name }) => name)).size).toBe(length);
      },
    ),
  );
});

it('cuts at a whole second while there is one, and names halves after the whole', () => {
  const from = Date.parse('2024-01-01T00:00:00Z');
  const halves = halve(sliceOf(windows, [from, from + 5000]), [windows]);
  expect(halves?.map(({ name, parameters }) => ({ name, parameters }))).toEqual([
    {
      name: 's-00000001-0',
      parameters: { shop: 7, since: '2024-01-01T00:00:00Z', until: '2024-01-01T00:00:02Z' },
    },
    {
      name: 's-00000001-1',
      parameters: { shop: 7, since: '2024-01-01T00:00:02Z', until: '2024-01-01T00:00:05Z' },
    },
  ]);
});

it('cannot halve what is no window of time', () => {
  expect(halve({ name: 's-00000000', parameters: {} }, [windows])).toBeUndefined();
  expect(halve({ name: 's-00000000', parameters: {}, window: [0, 1000] }, [])).toBeUndefined();
});
