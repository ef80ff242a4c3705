import { z } from 'zod';
import { readTime } from '../check/time-text';
import type { Slices, Step } from '../slices';
import { placeholderName } from './parameter-schema';
import { choice, chosen, leaf, matching, options, variants } from './schema-parts';

const value = leaf<string | number>(
  (one) => (typeof one === 'number' ? isExact(one) : typeof one === 'string' && one !== ''),
  'a text or a number (a whole number beyond 2^53 as a text)',
);

const time = leaf<string>(
  (one) => typeof one === 'string' && readTime(one) !== undefined,
  "a day or time in UTC, such as '2020-01-31' or '2020-01-31T12:00:00Z'",
);

const lengths = { hours: 24 * 366, days: 3_660, months: 1_200, years: 100 };

const step = leaf<Step>(
  isStep,
  'one of { hours }, { days }, { months } and { years }, a whole number from 1',
);

const windows = options({
  type: z.literal('windows'),
  from: time,
  to: time.exactOptional(),
  step,
  format: choice(['iso', 'date', 'epoch-seconds', 'epoch-milliseconds']).default('iso'),
  end: choice(['exclusive', 'inclusive']).default('exclusive'),
  fromName: placeholderName.default('from'),
  toName: placeholderName.default('to'),
});

const records = options({
  type: z.literal('records'),
  dataset: matching(/\S/, 'the name of another dataset of this source'),
  column: matching(/\S/, 'the name of a column of that dataset'),
  name: placeholderName.exactOptional(),
}).transform(({ name, ...rest }) => ({ ...rest, name: name ?? rest.column }));

const one: z.ZodType<Slices> = z.discriminatedUnion(
  'type',
  [
    options({
      type: z.literal('values'),
      name: placeholderName,
      values: z.array(value, "a list of texts or numbers, such as ['DE', 'FR']").min(1, 'at least one value'),
    }),
    windows,
    records,
  ],
  variants(['values', 'windows', 'records'] satisfies Slices['type'][]),
);

/** One kind of slices or a list of them; always a list when it is checked. */
export const slices = chosen<readonly Slices[]>((given) =>
  Array.isArray(given) ? z.array(one) : one.transform((single) => [single]),
).default([]);

function isStep(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const [[unit, length] = [], ...others] = Object.entries(given);
  const longest = unit !== undefined && Object.hasOwn(lengths, unit) ? Reflect.get(lengths, unit) : 0;
  return others.length === 0 && Number.isInteger(length) && length >= 1 && length <= longest;
}

function isExact(given: number): boolean {
  return Number.isFinite(given) && (!Number.isInteger(given) || Number.isSafeInteger(given));
}
