import { z } from 'zod';
import type { ErrorsInBody, JsonObject, Request, StatusMeaning } from '../source';
import { anyText, choice, chosen, leaf, matching, numberWhere, options, path } from './schema-parts';

/** A header's value: visible ASCII and spaces inside (RFC 9110, section 5.5). */
const headerValuePattern = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

const queryValue = chosen<string | readonly string[]>((value) =>
  Array.isArray(value)
    ? z.array(anyText).min(1, 'a text, or a list of at least one')
    : z.string('a text, or a list of texts'),
);

const errorsPath = path("a path such as 'errors'", false);
const errors = chosen<ErrorsInBody>((value) =>
  typeof value === 'string'
    ? errorsPath.transform((at) => ({ path: at }))
    : options({ path: errorsPath, throttled: matching(/\S/, "a text, such as 'THROTTLED'").exactOptional() }),
);

const meaning = choice(['empty', 'retry', 'throttled', 'fail'] satisfies StatusMeaning[]);

/** The part of a request that is the same for every page. */
export const request: z.ZodType<Request> = options({
  method: choice(['GET', 'POST']).exactOptional(),
  path: matching(
    /^\/[^\s\p{Cc}?#]{0,999}$/u,
    "a path such as '/cities', without '?': use query for parameters",
  ),
  query: z.record(z.string(), queryValue, "texts by parameter, such as { sort: 'id' }").default({}),
  headers: z
    .record(
      z.string(),
      matching(headerValuePattern, 'one line of ASCII text without spaces around it'),
      "texts by header, such as { accept: 'application/json' }",
    )
    .default({}),
  body: leaf<JsonObject>(
    isJsonObject,
    'an object of texts, finite numbers, true, false, null, lists and objects',
  ).exactOptional(),
  weight: numberWhere((value) => value >= 1, 'a number from 1').default(1),
  errors: errors.exactOptional(),
  statuses: z.record(z.string(), meaning, "meanings by status, such as { 404: 'empty' }").default({}),
}).transform(({ method, ...rest }) => ({
  ...rest,
  method: method ?? (rest.body === undefined ? 'GET' : 'POST'),
}));

function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && isJson(value);
}

/** Numbers beyond 2^53 are refused: the source would get another one than the file says. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number')
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  return value === null || Object.values(value).every(isJson);
}
