import { type Evidence, PermanentError, ThrottledError, TransientError } from '../errors';
import type { Clock, Secrets, Telemetry } from '../run/ports';
import { secretOf } from '../source/secret-of';
import type { Source } from '../source/source';
import { type AuthorizedRequest, authorize } from './authorize';
import type { Answer, Client } from './client';
import { gatherEvidence, withEvidence } from './evidence';
import { maximumWaitSeconds, type Pacer } from './pacer';
import { withoutByteOrderMark } from './page-body';
import type { PageRequest } from './request';
import { judge, type Verdict } from './verdict';

/** What fetching needs. */
export interface ExtractServices {
  readonly client: Client;
  /** The lane's own. */
  readonly pacer: Pacer;
  readonly secrets: Secrets;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. @default Math.random */
  readonly random?: () => number;
}

/** One page to fetch. */
export interface PageFetch {
  readonly source: Pick<Source, 'name' | 'baseUrl' | 'auth'>;
  readonly request: PageRequest;
  /** Monotonic milliseconds; nothing is waited for that ends later. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** One response of the source: a JSON object or array, well-formed as far as its ends show. */
export interface Page {
  /** As received, decoded, without a byte order mark. */
  readonly body: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How often a page is asked for before its failure is given up on. */
const maximumTries = 5;
/** Backoff in seconds: the base doubles with every try up to the cap, and jitter takes any part of it. */
const backoff = { base: 0.5, cap: 20 };

/** An answer that is no page, or none at all. */
interface Setback {
  readonly verdict: Exclude<Verdict, { type: 'page' }>;
  /** What happened, with the request. */
  readonly message: string;
  readonly evidence: Evidence;
  readonly cause?: unknown;
}

/**
 * Fetches one page at the lane's pace, with its retries. Being throttled is sat out up to `maximumWaitSeconds` and is
 * no retry. Rejects with a ThrottledError when the source asks for a longer wait, with a TransientError after five
 * tries or when the deadline comes first, and with a PermanentError for what no retry can help.
 */
export async function fetchPage(fetch: PageFetch, services: ExtractServices): Promise<Page> {
  let authorized = await authorize(fetch.request, fetch.source, services.secrets);
  const setbacks = { transient: 0, throttled: 0, unauthorized: 0 };
  for (;;) {
    await services.pacer.take(fetch.signal, fetch.deadline);
    const outcome = await ask(authorized, fetch, services);
    if ('body' in outcome) return outcome;
    switch (outcome.verdict.type) {
      case 'permanent':
        throw new PermanentError(outcome.message, outcome);
      case 'unauthorized':
        setbacks.unauthorized += 1;
        if (setbacks.unauthorized > 1) throw credentialRefused(outcome, fetch.source);
        authorized = await authorize(fetch.request, fetch.source, services.secrets, { refresh: true });
        break;
      case 'throttled':
        setbacks.throttled += 1;
        pauseLane(outcome, outcome.verdict.waitSeconds, setbacks.throttled, fetch.deadline, services);
        break;
      case 'transient':
        setbacks.transient += 1;
        await backOff(outcome, outcome.verdict.waitSeconds, setbacks.transient, fetch, services);
    }
  }
}

/** Sends the request once, and tells the pacer how it went. */
async function ask(
  authorized: AuthorizedRequest,
  { signal }: PageFetch,
  { client, pacer, telemetry, clock }: ExtractServices,
): Promise<Page | Setback> {
  telemetry.count('Requests', 1);
  let answer: Answer;
  try {
    const received = await client.get(authorized, signal);
    answer = { ...received, body: withoutByteOrderMark(received.body) };
  } catch (error) {
    if (signal?.aborted || !(error instanceof TransientError)) throw error;
    const verdict = { type: 'transient', reason: error.message, waitSeconds: undefined } as const;
    return { verdict, message: error.message, evidence: error.evidence, cause: error.cause };
  }
  const verdict = judge(answer, clock.now());
  if (verdict.type !== 'page') {
    const evidence = gatherEvidence(authorized, answer);
    const reason = 'reason' in verdict ? verdict.reason : `answered ${answer.status}`;
    return { verdict, message: withEvidence(reason, evidence), evidence };
  }
  pacer.succeeded();
  if (verdict.holdSeconds !== undefined) pacer.hold(verdict.holdSeconds);
  telemetry.count('PagesFetched', 1);
  telemetry.count('BytesReceived', answer.body.length);
  return answer;
}

/** Pauses the lane, so that the next `take` waits; a source that does not say how long is given ever more time. */
function pauseLane(
  { message, evidence }: Setback,
  asked: number | undefined,
  times: number,
  deadline: number,
  { pacer, telemetry, clock, random = Math.random }: ExtractServices,
): void {
  const seconds = asked ?? Math.min(maximumWaitSeconds, 2 ** (times - 1)) * (0.5 + random() / 2);
  pacer.pause(seconds);
  telemetry.count('Throttled', 1);
  telemetry.warn('Throttled', { ...evidence, waitSeconds: seconds });
  if (seconds > maximumWaitSeconds || clock.monotonic() + seconds * 1000 > deadline) {
    throw new ThrottledError(message, seconds, { evidence });
  }
}

/** Sleeps before the next try: exponential backoff with full jitter, or as long as the source asks if that is longer. */
async function backOff(
  { message, evidence, cause }: Setback,
  asked: number | undefined,
  tries: number,
  { deadline, signal }: PageFetch,
  { telemetry, clock, random = Math.random }: ExtractServices,
): Promise<void> {
  const tried = tries === 1 ? message : `${message}, the last of ${tries} tries`;
  if (tries >= maximumTries) throw new TransientError(tried, { evidence, cause });
  const jittered = random() * Math.min(backoff.cap, backoff.base * 2 ** (tries - 1));
  const seconds = Math.max(asked ?? 0, jittered);
  if (seconds > maximumWaitSeconds || clock.monotonic() + seconds * 1000 > deadline) {
    const wait = `the next try is due in ${seconds.toFixed(1)} s, later than can be waited for`;
    throw new TransientError(`${tried}; ${wait}`, { evidence, cause });
  }
  telemetry.count('Retries', 1);
  telemetry.warn('A page is tried again', { ...evidence, reason: message, tries, waitSeconds: seconds });
  await clock.sleep(seconds * 1000, signal);
}

function credentialRefused({ message, evidence }: Setback, source: PageFetch['source']): PermanentError {
  const secret = secretOf(source.auth);
  const check =
    secret === undefined
      ? `source '${source.name}' declares no auth: give it one`
      : `secret '${secret}' was refused, also after it was read again: check its value and what it may read`;
  return new PermanentError(`${message}; ${check}`, { evidence });
}
