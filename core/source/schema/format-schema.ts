import { z } from 'zod';
import type { StageFormat } from '../source';
import { anyBoolean, choice, chosen, options, variants, wholeNumber } from './schema-parts';

const types = ['parquet', 'jsonl', 'csv'] as const satisfies StageFormat['type'][];

/** What all formats of lines have. */
const lines = {
  compression: choice(['gzip', 'zstd']).default('gzip'),
  sorted: anyBoolean.default(false),
};

const one: z.ZodType<StageFormat> = z.discriminatedUnion(
  'type',
  [
    options({
      type: z.literal('parquet'),
      compression: choice(['zstd', 'snappy', 'gzip']).default('zstd'),
      // DuckDB writes rows in vectors of 2,048; 122,880 is its own default.
      rowGroupSize: wholeNumber(2048, Number.MAX_SAFE_INTEGER).default(122_880),
      sorted: anyBoolean.default(false),
    }),
    options({ type: z.literal('jsonl'), ...lines }),
    options({ type: z.literal('csv'), ...lines, neutralise: anyBoolean.default(false) }),
  ],
  variants(types),
);

/** A format by name, or with options; always with all of them when it is checked. */
export const format = chosen<StageFormat>((given) =>
  typeof given === 'string' ? choice(types).transform((type) => one.parse({ type })) : one,
).default(one.parse({ type: 'parquet' }));
