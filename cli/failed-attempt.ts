import { z } from 'zod';
import type { RangeName } from '../core/plan/plan';

/** What a worker logs of an attempt that failed: see handleMessage. A source that asks for a wait is no failure. */
const lineSchema = z.looseObject({
  message: z.literal('A range was not loaded'),
  details: z.looseObject({
    slice: z.string(),
    index: z.number(),
    failure: z.string().refine((failure) => failure !== 'throttled'),
  }),
});

/** Which range a worker's log line says an attempt has failed at; undefined of any other line. */
export function failedAttempt(line: string): RangeName | undefined {
  if (!line.includes('A range was not loaded')) return undefined;
  try {
    const { slice, index } = lineSchema.parse(JSON.parse(line)).details;
    return { slice, index };
  } catch {
    return undefined;
  }
}
