import { z } from 'zod';
import type { Source } from '../source';
import { auth, tls } from './auth-schema';
import { column } from './column-schema';
import { pagination } from './pagination-schema';
import { request } from './request-schema';
import { running } from './run-schema';
import { schedule } from './schedule-schema';
import { anyBoolean, choice, leaf, matching, numberWhere, options, path, wholeNumber } from './schema-parts';
import { shaping } from './shaping-schema';
import { slices } from './slices-schema';

/** A name that becomes part of object keys, queue names and table names. */
const namePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

const sentence = matching(/\S/, 'a sentence');
const name = matching(namePattern, 'lower-case letters, digits and inner dashes, 1 to 40 of them');
/** runs/open/ holds the claims, so no source's runs can be there. */
const sourceName = matching(
  /^(?!open$)[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
  "lower-case letters, digits and inner dashes, 1 to 40 of them, and not 'open'",
);

const limits = options({
  requestsPerSecond: numberWhere((value) => value > 0, 'a number above 0'),
  burst: numberWhere((value) => value >= 0, 'a number from 0').default(0),
  lanes: wholeNumber(2, 1000).default(2),
  inFlight: wholeNumber(1, 256).default(32),
});

/** Longer than that, a worker would rather give up and try again. */
const seconds = numberWhere((value) => value > 0 && value <= 300, 'a number above 0 and up to 300');

const defaultHttp = { connectSeconds: 10, headersSeconds: 30, bodySeconds: 30, maximumMegabytes: 32 };

const http = options({
  connectSeconds: seconds.default(defaultHttp.connectSeconds),
  headersSeconds: seconds.default(defaultHttp.headersSeconds),
  bodySeconds: seconds.default(defaultHttp.bodySeconds),
  // JavaScript holds no text of more than half a gigabyte.
  maximumMegabytes: numberWhere(
    (value) => value > 0 && value <= 256,
    'a number above 0 and up to 256',
  ).default(defaultHttp.maximumMegabytes),
}).default(defaultHttp);

const dataset = options({
  name,
  description: sentence.exactOptional(),
  request,
  pagination,
  slices,
  records: path("a path such as 'data.items', or '' when the body is the list", true),
  ...shaping,
  key: z
    .array(
      leaf<string>((value) => typeof value === 'string', 'the name of a column'),
      "columns, such as ['id']",
    )
    .min(1, "at least one column, such as ['id']"),
  columns: z.record(z.string(), column, 'columns by name, such as { id: bigint() }'),
  maxQuarantinedRatio: numberWhere((value) => value >= 0 && value <= 1, 'a number from 0 to 1').default(0),
  keepRaw: anyBoolean.default(true),
  ...running,
  schedule: schedule.exactOptional(),
  deadlineHours: numberWhere((value) => value > 0 && value <= 168, 'a number above 0 and up to 168').default(
    6,
  ),
  ifLate: sentence.exactOptional(),
});

/** The shape of a source; what several options must agree on is checked by inconsistencies(). */
export const sourceSchema: z.ZodType<Source> = options({
  name: sourceName,
  baseUrl: leaf<string>(isBaseUrl, 'an http(s) URL without credentials, query or fragment').transform((url) =>
    url.replace(/\/+$/, ''),
  ),
  auth,
  tls: tls.exactOptional(),
  http,
  network: choice(['public', 'private']).default('public'),
  limits,
  datasets: z.array(dataset, 'a list of datasets').min(1, 'at least one dataset'),
});

function isBaseUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\/[^\s\p{Cc}?#@\\]+$/iu.test(value)) return false;
  return URL.canParse(value);
}
