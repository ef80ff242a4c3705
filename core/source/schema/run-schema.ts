import { z } from 'zod';
import { schedule } from './schedule-schema';
import { choice, matching, numberWhere, options, wholeNumber } from './schema-parts';

const defaultVerification = { looks: 3, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 } as const;

const share = numberWhere((value) => value >= 0 && value <= 1, 'a number from 0 to 1');

const verification = options({
  looks: wholeNumber(0, 10).default(defaultVerification.looks),
  ifShort: choice(['refuse', 'publish-with-warning']).default(defaultVerification.ifShort),
  tolerance: share.default(defaultVerification.tolerance),
  maxShrink: share.default(defaultVerification.maxShrink),
}).default(defaultVerification);

const incremental = options({
  query: z.record(
    z.string(),
    matching(/./, "a text in which '{since}' stands for the time"),
    "query parameters, such as { updated_since: '{since}' }",
  ),
  format: choice(['iso8601', 'date', 'epoch-seconds', 'epoch-milliseconds']).default('iso8601'),
  overlapMinutes: numberWhere((value) => value >= 0, 'a number from 0').default(10),
  schedule: schedule.exactOptional(),
});

/** The options of a dataset that say how its runs are verified, published and kept. */
export const running = {
  verification,
  // A file is sent to S3 from memory, whole.
  curate: options({ targetMegabytes: wholeNumber(1, 512).default(128) }).exactOptional(),
  keepRuns: wholeNumber(0, 100).default(3),
  incremental: incremental.exactOptional(),
};
