import { z } from 'zod';
import type { Schedule } from '../../source/source';

/** A declared dataset, and by when each of its scheduled runs should be published. */
export interface ExpectedDataset {
  readonly source: string;
  readonly dataset: string;
  /** When it is loaded by itself, all of it or what changed; empty where nobody expects it at any time. */
  readonly schedules: readonly Schedule[];
  /** How much later than scheduled a run may start. */
  readonly windowMinutes: number;
  /** Hours after that by which it should be published. */
  readonly deadlineHours: number;
}

const weekDay = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

/** What the stack hands to reconcile's bundle; the source files were checked before. */
export const expectedDatasetsSchema: z.ZodType<readonly ExpectedDataset[]> = z.array(
  z.strictObject({
    source: z.string(),
    dataset: z.string(),
    schedules: z.array(
      z.strictObject({
        type: z.literal('cron'),
        hour: z.int(),
        minute: z.int(),
        timeZone: z.string(),
        weekDays: z.array(weekDay).exactOptional(),
      }),
    ),
    windowMinutes: z.number().min(0),
    deadlineHours: z.number().positive(),
  }),
);
