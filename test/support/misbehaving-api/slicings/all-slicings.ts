import type { Slices } from '../../../../core/source/slices';
import { countries, firstCreated, type Item } from '../items';

/** One way to cut a dataset: what a source file says of it, and which items the API serves for a slice. */
export interface SlicingCase {
  readonly name: string;
  readonly slices: readonly Slices[];
  /** Parameters that every request must carry; the slices' values replace `{name}`. */
  readonly query: Readonly<Record<string, string>>;
  /** Put before the request's path. */
  readonly pathPrefix: string;
  /** Records of a slice that can be seen. */
  readonly resultWindow?: number;
  /** The error that it must end with. @default none */
  readonly error?: string;
  /** Of all items, those of the slice that a request names; undefined when it names none. */
  select(
    items: readonly Item[],
    query: URLSearchParams,
    path: Readonly<Record<string, string>>,
  ): readonly Item[] | undefined;
}

const until = new Date(firstCreated + 400 * 86_400_000).toISOString();
const windows = { type: 'windows', from: '2024-01-01', to: until, fromName: 'from', toName: 'to' } as const;

function between(items: readonly Item[], from: number, to: number): readonly Item[] | undefined {
  if (!(from < to)) return undefined;
  return items.filter(({ created_at }) => Date.parse(created_at) >= from && Date.parse(created_at) < to);
}

/** Every way to cut a dataset that is covered. */
export const allSlicings: readonly SlicingCase[] = [
  {
    name: 'a slice per value, one of them empty',
    slices: [{ type: 'values', name: 'country', values: [...countries] }],
    query: { country: '{country}' },
    pathPrefix: '',
    select: (items, query) =>
      query.has('country') ? items.filter(({ country }) => country === query.get('country')) : undefined,
  },
  {
    name: 'time windows',
    slices: [{ ...windows, step: { months: 1 }, format: 'iso', end: 'exclusive' }],
    query: { created_from: '{from}', created_to: '{to}' },
    pathPrefix: '',
    select: (items, query) =>
      between(items, Date.parse(query.get('created_from') ?? ''), Date.parse(query.get('created_to') ?? '')),
  },
  {
    name: 'time windows to the second, their end included',
    slices: [{ ...windows, step: { days: 20 }, format: 'epoch-seconds', end: 'inclusive' }],
    query: { since: '{from}', until: '{to}' },
    pathPrefix: '',
    select: (items, query) =>
      between(items, Number(query.get('since')) * 1000, (Number(query.get('until')) + 1) * 1000),
  },
  {
    name: 'a time window that holds more than can be seen, halved until it does not',
    slices: [{ ...windows, step: { years: 2 }, format: 'epoch-milliseconds', end: 'exclusive' }],
    query: { from_ms: '{from}', to_ms: '{to}' },
    pathPrefix: '',
    resultWindow: 30,
    select: (items, query) => between(items, Number(query.get('from_ms')), Number(query.get('to_ms'))),
  },
  {
    name: 'time windows that the source ignores, so that halving them does not help',
    slices: [{ ...windows, step: { days: 4 }, format: 'date', end: 'exclusive', to: '2024-01-05' }],
    query: { from_day: '{from}', to_day: '{to}' },
    pathPrefix: '',
    resultWindow: 10,
    error: 'ResultWindowError',
    select: (items) => items.slice(0, 15),
  },
  {
    name: 'a slice per record of another dataset, one of them without children',
    slices: [{ type: 'records', dataset: 'parents', column: 'id', name: 'parent' }],
    query: {},
    pathPrefix: '/parents/{parent}',
    select: (items, _query, { parent }) => items.filter((item) => String(item.parent) === parent),
  },
  {
    name: 'values times time windows',
    slices: [
      { type: 'values', name: 'country', values: [...countries] },
      { ...windows, step: { months: 6 }, format: 'date', end: 'exclusive', to: '2025-02-04' },
    ],
    query: { country: '{country}', from_day: '{from}', to_day: '{to}' },
    pathPrefix: '',
    select: (items, query) =>
      between(
        items.filter(({ country }) => country === query.get('country')),
        Date.parse(query.get('from_day') ?? ''),
        Date.parse(query.get('to_day') ?? ''),
      ),
  },
];
