import { type Fields, fields } from './fields';

/** Where an unchecked pagination puts a value: `text` is a name, and for a body a path. */
export interface Placed {
  readonly option: string;
  readonly in: string;
  readonly text: string;
}

/** The options of each kind of pagination that name a place in the request, and what they are when nothing is written. */
const places: Readonly<Record<string, readonly (readonly [option: string, standard: string])[]>> = {
  'page-number': [
    ['pageParameter', 'page'],
    ['sizeParameter', 'per_page'],
  ],
  offset: [
    ['offsetParameter', 'offset'],
    ['sizeParameter', 'limit'],
  ],
  cursor: [
    ['parameter', 'cursor'],
    ['sizeParameter', 'limit'],
  ],
  'next-link': [['sizeParameter', 'limit']],
  keyset: [
    ['parameter', 'after'],
    ['sizeParameter', 'limit'],
  ],
};

/** Every place in the request that a pagination, as it is written in a source file, sets; leaves out what cannot be read. */
export function parametersOf(pagination: Fields): readonly Placed[] {
  const { type } = pagination;
  if (typeof type !== 'string' || !Object.hasOwn(places, type)) return [];
  return (places[type] ?? []).flatMap(([option, standard]) => {
    // A chain that knows no size asks for none.
    const sizeless = option === 'sizeParameter' && pagination.pageSize === undefined;
    const written = pagination[option] ?? (sizeless ? false : standard);
    return placed(option, written);
  });
}

function placed(option: string, written: unknown): readonly Placed[] {
  if (typeof written === 'string') return [{ option, in: 'query', text: written }];
  const parameter = fields(written);
  const text = parameter.in === 'body' ? parameter.path : parameter.name;
  return typeof parameter.in === 'string' && typeof text === 'string'
    ? [{ option, in: parameter.in, text }]
    : [];
}
