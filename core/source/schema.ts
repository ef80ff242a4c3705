import { z } from 'zod';
import { column } from './column-schema';
import { oneOf } from './describe';
import { headerName, pagination } from './pagination-schema';
import {
  anyBoolean,
  anyText,
  choice,
  leaf,
  matching,
  numberWhere,
  options,
  path,
  variants,
  wholeNumber,
} from './schema-parts';
import type { Auth, Source, WeekDay } from './source';

/** A name that becomes part of object keys, queue names and table names. */
const namePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** A header's value: visible ASCII and spaces inside (RFC 9110, section 5.5). */
const headerValuePattern = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
/** What both a Secrets Manager name and an environment variable can be derived from. */
const secretPattern = /^[A-Za-z][A-Za-z0-9/_.-]{0,99}$/;

const sentence = matching(/\S/, 'a sentence');
const name = matching(namePattern, 'lower-case letters, digits and inner dashes, 1 to 40 of them');
/** runs/open/ holds the claims, so no source's runs can be there. */
const sourceName = matching(
  /^(?!open$)[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
  "lower-case letters, digits and inner dashes, 1 to 40 of them, and not 'open'",
);
const secretRef = leaf<{ readonly secret: string }>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 1 &&
    'secret' in value &&
    typeof value.secret === 'string' &&
    secretPattern.test(value.secret),
  "secret('name'), its name of letters, digits and / _ . - (the credential itself is never written down)",
);

const auth = z.discriminatedUnion(
  'type',
  [
    options({ type: z.literal('none') }),
    options({ type: z.literal('bearer'), token: secretRef }),
    options({
      type: z.literal('api-key'),
      key: secretRef,
      in: choice(['header', 'query']).default('header'),
      name: headerName.default('x-api-key'),
    }),
  ],
  variants(['none', 'bearer', 'api-key'] satisfies Auth['type'][]),
);

const limits = options({
  requestsPerSecond: numberWhere((value) => value > 0, 'a number above 0'),
  burst: numberWhere((value) => value >= 0, 'a number from 0').default(0),
  lanes: wholeNumber(2, 1000).default(2),
});

function textMap(value: z.ZodType<string>, allowed: string) {
  return z.record(z.string(), value, { error: allowed }).default({});
}

const request = options({
  path: matching(
    /^\/[^\s\p{Cc}?#]{0,999}$/u,
    "a path such as '/cities', without '?': use query for parameters",
  ),
  query: textMap(anyText, "texts by parameter, such as { sort: 'id' }"),
  headers: textMap(
    matching(headerValuePattern, 'one line of ASCII text without spaces around it'),
    "texts by header, such as { accept: 'application/json' }",
  ),
});

const weekDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies WeekDay[];

const schedule = z.discriminatedUnion(
  'type',
  [
    options({
      type: z.literal('cron'),
      hour: wholeNumber(0, 23),
      minute: wholeNumber(0, 59),
      timeZone: leaf<string>(isTimeZone, "an IANA time zone, such as 'UTC' or 'Europe/Berlin'").default(
        'UTC',
      ),
      weekDays: z
        .array(choice(weekDays), { error: `a list of ${oneOf(weekDays)}` })
        .min(1, `a list of ${oneOf(weekDays)}`)
        .exactOptional(),
    }),
  ],
  variants(['cron']),
);

/** EventBridge Scheduler takes IANA names only, in their own spelling: neither '+02:00' nor 'utc', which Intl would accept. */
function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(value)) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
    return known === value || known.toLowerCase() !== value.toLowerCase();
  } catch {
    return false;
  }
}

const dataset = options({
  name,
  description: sentence.exactOptional(),
  request,
  pagination,
  records: path("a path such as 'data.items', or '' when the body is the list", true),
  key: z
    .array(
      leaf<string>((value) => typeof value === 'string', 'the name of a column'),
      "columns, such as ['id']",
    )
    .min(1, "at least one column, such as ['id']"),
  columns: z.record(z.string(), column, 'columns by name, such as { id: bigint() }'),
  maxQuarantinedRatio: numberWhere((value) => value >= 0 && value <= 1, 'a number from 0 to 1').default(0),
  keepRaw: anyBoolean.default(true),
  schedule: schedule.exactOptional(),
  ifLate: sentence.exactOptional(),
});

/** The shape of a source; what several options must agree on is checked by inconsistencies(). */
export const sourceSchema: z.ZodType<Source> = options({
  name: sourceName,
  baseUrl: leaf<string>(isBaseUrl, 'an http(s) URL without credentials, query or fragment').transform((url) =>
    url.replace(/\/+$/, ''),
  ),
  auth,
  limits,
  datasets: z.array(dataset, 'a list of datasets').min(1, 'at least one dataset'),
});

function isBaseUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\/[^\s\p{Cc}?#@\\]+$/iu.test(value)) return false;
  return URL.canParse(value);
}
