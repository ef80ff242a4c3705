import type { Evidence, PermanentError, TransientError } from '../../errors';
import type { Request } from '../../source/source';
import { CutOffBodyError, HtmlPageError, NotJsonError, SourceError } from '../guard-errors';
import type { Answer } from '../http/client';
import { type RateHeaders, readRateHeaders } from '../pace/rate-headers';
import { findErrors } from './errors-in-body';
import { MalformedJsonError } from './malformed-json';
import { bodyForm } from './page-body';

/** The part of a dataset's request that says what answers mean. */
export type AnswerRules = Pick<Request, 'errors' | 'statuses'>;

/** Makes an error that says more by its name than by its class of failure. */
type Named<Failure> = new (message: string, options?: { evidence?: Evidence; cause?: unknown }) => Failure;

/** What an answer is to us: each kind has its own recovery. Waits in seconds, undefined when the source names none. */
export type Verdict =
  | { readonly type: 'page' }
  /** No page, and none is missing. */
  | { readonly type: 'empty' }
  | {
      readonly type: 'throttled';
      readonly waitSeconds: number | undefined;
      /** What the body says, where that is not at its beginning. */
      readonly excerpt?: Buffer;
    }
  | {
      readonly type: 'transient';
      readonly reason: string;
      readonly waitSeconds: number | undefined;
      /** @default TransientError */
      readonly error?: Named<TransientError>;
    }
  | { readonly type: 'unauthorized' }
  | {
      readonly type: 'permanent';
      readonly reason: string;
      /** @default PermanentError */
      readonly error?: Named<PermanentError>;
      readonly excerpt?: Buffer;
    };

/** What to look at, by the status of a refusal. */
const advice: Readonly<Record<number, string>> = {
  400: 'check the query and the page size',
  403: 'check what the credential may read',
  404: 'check baseUrl and path',
  410: 'check baseUrl and path',
  422: 'check the query and the page size',
};

/** Judges an answer by what its dataset says of statuses and bodies, then by its status; `now` in milliseconds since the epoch. */
export function judge(answer: Answer, now: number, { statuses, errors }: AnswerRules): Verdict {
  const { status } = answer;
  const rate = readRateHeaders(answer.headers, now);
  switch (Object.hasOwn(statuses, status) ? statuses[status] : undefined) {
    case 'empty':
      return { type: 'empty' };
    case 'fail':
      return { type: 'permanent', reason: `answered ${status}, which request.statuses calls a failure` };
    case 'retry':
      return judgeRefusal(503, status, rate);
    case 'throttled':
      return judgeRefusal(429, status, rate);
    case undefined:
      if (status === 204) return { type: 'empty' };
      return status >= 200 && status < 300
        ? judgePage(answer, rate, errors)
        : judgeRefusal(status, status, rate);
  }
}

/** Judges a status as if it were `like`. */
function judgeRefusal(like: number, status: number, rate: RateHeaders): Verdict {
  if (isThrottled(like, rate)) return { type: 'throttled', waitSeconds: rate.retryAfter ?? rate.reset };
  if (like === 408 || like >= 500) {
    return { type: 'transient', reason: `answered ${status}`, waitSeconds: rate.retryAfter };
  }
  if (like === 401) return { type: 'unauthorized' };
  const hint = advice[status];
  return { type: 'permanent', reason: `answered ${status}${hint === undefined ? '' : ` (${hint})`}` };
}

/**
 * 429 always; 503 and 403 only when the headers say until when, as GitHub does for its primary (remaining 0) and
 * secondary (Retry-After) limits: otherwise they are an outage and a refusal.
 */
function isThrottled(status: number, { retryAfter, reset, exhausted }: RateHeaders): boolean {
  if (status === 429) return true;
  const saysWhen = retryAfter !== undefined || (exhausted && reset !== undefined);
  return (status === 503 || status === 403) && saysWhen;
}

function judgePage(answer: Answer, rate: RateHeaders, errors: AnswerRules['errors']): Verdict {
  const { status, headers, body } = answer;
  const contentType = headers['content-type'];
  switch (bodyForm(body, contentType)) {
    case 'json':
      return errors === undefined ? { type: 'page' } : judgeBody(answer, rate, errors);
    case 'empty':
      return cutOff(`answered ${status} with an empty body`);
    case 'cut-off':
      return cutOff(`answered ${status} with a body that is cut off`);
    case 'html':
      return {
        type: 'permanent',
        reason: `answered ${status} with a web page, not JSON: perhaps a login or an error page (check baseUrl, path and auth)`,
        error: HtmlPageError,
      };
    case 'other':
      return {
        type: 'permanent',
        reason: `answered ${status} with ${contentType ?? 'a body'} that is no JSON object or array (check path and headers)`,
        error: NotJsonError,
      };
  }
}

function judgeBody(
  { status, body }: Answer,
  { retryAfter, reset }: RateHeaders,
  rules: NonNullable<AnswerRules['errors']>,
): Verdict {
  try {
    const excerpt = findErrors(body, rules.path);
    if (excerpt === undefined) return { type: 'page' };
    if (rules.throttled !== undefined && excerpt.includes(rules.throttled)) {
      return { type: 'throttled', waitSeconds: retryAfter ?? reset, excerpt };
    }
    const reason = `answered ${status} with errors at '${rules.path}' (check the query and what the credential may read)`;
    return { type: 'permanent', reason, error: SourceError, excerpt };
  } catch (error) {
    if (!(error instanceof MalformedJsonError)) throw error;
    return cutOff(`answered ${status} with a body that is malformed JSON (${error.message})`);
  }
}

function cutOff(reason: string): Verdict {
  return { type: 'transient', reason, waitSeconds: undefined, error: CutOffBodyError };
}
