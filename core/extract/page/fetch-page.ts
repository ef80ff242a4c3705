import { type Evidence, PermanentError, ThrottledError, TransientError } from '../../errors';
import type { Clock, Telemetry } from '../../run/ports';
import type { Request, Source } from '../../source/source';
import type { AuthorizedRequest, Authorizer } from '../auth/authorizer';
import { credentialRefused } from '../auth/credential-refused';
import type { Answer, Client } from '../http/client';
import { gatherEvidence, withEvidence } from '../http/evidence';
import { maximumWaitSeconds, type Pacer } from '../pace/pacer';
import { readRateHeaders } from '../pace/rate-headers';
import { withoutByteOrderMark } from './page-body';
import type { PageRequest } from './request';
import { judge, type Verdict } from './verdict';

/** What fetching needs. */
export interface ExtractServices {
  readonly client: Client;
  /** The lane's own. */
  readonly pacer: Pacer;
  /** The container's own. */
  readonly authorizer: Authorizer;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. @default Math.random */
  readonly random?: () => number;
  /** Told of each request that was answered or failed, how many milliseconds it took from its start to the end of the body. @default nobody is */
  readonly latencies?: { add(milliseconds: number): void };
}

/** One page to fetch. */
export interface PageFetch {
  readonly source: Pick<Source, 'name' | 'auth'>;
  /** What the dataset says of its requests and their answers. */
  readonly rules: Pick<Request, 'weight' | 'errors' | 'statuses'>;
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
  /** What it was asked for with, and nothing that is kept may hold: some sources repeat it in their links. */
  readonly credentials: readonly string[];
  /** The query parameter that the source's credential travels in: no link of the page may keep it. */
  readonly secretParameter?: string;
}

/** How often a page is asked for before its failure is given up on. */
const maximumTries = 5;
/** Backoff in seconds: the base doubles with every try up to the cap, and jitter takes any part of it. */
const backoff = { base: 0.5, cap: 20 };

/** How old a credential may be when its request's turn comes: signatures hold for minutes, and tokens end. */
const freshMilliseconds = 10_000;

/** An answer that is no page, or none at all. */
interface Setback {
  readonly verdict: Exclude<Verdict, { type: 'page' | 'empty' }>;
  /** What happened, with the request. */
  readonly message: string;
  readonly evidence: Evidence;
  readonly cause?: unknown;
}

/**
 * Fetches one page at the lane's pace, with its retries; undefined where the source says, by a status, that there is
 * nothing. Being throttled is sat out up to `maximumWaitSeconds` and is no retry. Rejects with a ThrottledError when the source asks
 * for a longer wait, with a TransientError after five tries or when the deadline comes first, and with a PermanentError
 * for what no retry can help: HtmlPageError, NotJsonError, SourceError, a credential that is refused twice.
 */
export async function fetchPage(fetch: PageFetch, services: ExtractServices): Promise<Page | undefined> {
  const setbacks = { transient: 0, throttled: 0, unauthorized: 0 };
  let refused: AuthorizedRequest | undefined;
  for (;;) {
    const authorized = await authorizeInTurn(fetch, refused, services);
    refused = undefined;
    const outcome = await ask(authorized, fetch, services);
    if (outcome === undefined || 'body' in outcome) return outcome;
    const { verdict } = outcome;
    switch (verdict.type) {
      case 'permanent':
        throw new (verdict.error ?? PermanentError)(outcome.message, outcome);
      case 'unauthorized':
        setbacks.unauthorized += 1;
        if (setbacks.unauthorized > 1) throw credentialRefused(outcome, fetch.source);
        refused = authorized;
        break;
      case 'throttled':
        setbacks.throttled += 1;
        pauseLane(outcome, verdict.waitSeconds, setbacks.throttled, fetch.deadline, services);
        break;
      case 'transient':
        setbacks.transient += 1;
        await backOff(outcome, verdict, setbacks.transient, fetch, services);
    }
  }
}

/**
 * Waits for the request's turn, with a credential for it. Getting one may take a while, so that comes before the turn: else
 * requests would start together, faster than the pace. It is made again where the turn was long in coming.
 */
async function authorizeInTurn(
  { request, rules, signal, deadline }: PageFetch,
  refused: AuthorizedRequest | undefined,
  { authorizer, pacer, clock }: ExtractServices,
): Promise<AuthorizedRequest> {
  const authorized = await authorizer.authorize(request, { refused, signal });
  const madeAt = clock.monotonic();
  await pacer.take({ signal, deadline, weight: rules.weight });
  return clock.monotonic() - madeAt <= freshMilliseconds
    ? authorized
    : authorizer.authorize(request, { signal });
}

/** Sends the request once, and tells the pacer how it went. */
async function ask(
  authorized: AuthorizedRequest,
  { source, rules, signal, deadline }: PageFetch,
  { client, pacer, telemetry, clock, latencies }: ExtractServices,
): Promise<Page | Setback | undefined> {
  telemetry.count('Requests', 1);
  let began = clock.monotonic();
  const beforeRedirect = async () => {
    latencies?.add(clock.monotonic() - began);
    await pacer.take({ signal, deadline, weight: rules.weight });
    telemetry.count('Requests', 1);
    began = clock.monotonic();
  };
  let answer: Answer;
  try {
    const received = await client.send(authorized, signal, beforeRedirect);
    latencies?.add(clock.monotonic() - began);
    answer = { ...received, body: withoutByteOrderMark(received.body) };
  } catch (error) {
    if (signal?.aborted || !(error instanceof TransientError)) throw error;
    latencies?.add(clock.monotonic() - began);
    const verdict = { type: 'transient', reason: error.message, waitSeconds: undefined } as const;
    return { verdict, message: error.message, evidence: error.evidence, cause: error.cause };
  }
  const verdict = judge(answer, clock.now(), rules);
  const isGood = verdict.type === 'page' || verdict.type === 'empty';
  heed(answer, isGood, pacer, clock);
  if (!isGood) return setback(authorized, answer, verdict);
  if (verdict.type === 'empty') return undefined;
  telemetry.count('PagesFetched', 1);
  telemetry.count('BytesReceived', answer.body.length);
  const { body, headers } = answer;
  const { auth } = source;
  const page = { body, headers, credentials: authorized.lasting ?? authorized.credentials };
  return auth.type === 'api-key' && auth.in === 'query' ? { ...page, secretParameter: auth.name } : page;
}

/** Tells the pacer what the source says of its quota. */
function heed({ headers }: Answer, isGood: boolean, pacer: Pacer, clock: Clock): void {
  const { remaining, reset, exhausted } = readRateHeaders(headers, clock.now());
  if (isGood) pacer.succeeded();
  if (isGood && exhausted && reset !== undefined) pacer.hold(reset);
  if (remaining !== undefined && reset !== undefined) pacer.quota({ remaining, resetSeconds: reset });
}

function setback(authorized: AuthorizedRequest, answer: Answer, verdict: Setback['verdict']): Setback {
  const excerpt = 'excerpt' in verdict ? verdict.excerpt : undefined;
  const evidence = gatherEvidence(authorized, { ...answer, body: excerpt ?? answer.body });
  const reason = 'reason' in verdict ? verdict.reason : `answered ${answer.status}`;
  return { verdict, message: withEvidence(reason, evidence), evidence };
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
  { waitSeconds: asked, error: Failure = TransientError }: Extract<Verdict, { type: 'transient' }>,
  tries: number,
  { deadline, signal }: PageFetch,
  { telemetry, clock, random = Math.random }: ExtractServices,
): Promise<void> {
  const tried = tries === 1 ? message : `${message}, the last of ${tries} tries`;
  if (tries >= maximumTries) throw new Failure(tried, { evidence, cause });
  const jittered = random() * Math.min(backoff.cap, backoff.base * 2 ** (tries - 1));
  const seconds = Math.max(asked ?? 0, jittered);
  if (seconds > maximumWaitSeconds || clock.monotonic() + seconds * 1000 > deadline) {
    const wait = `the next try is due in ${seconds.toFixed(1)} s, later than can be waited for`;
    throw new Failure(`${tried}; ${wait}`, { evidence, cause });
  }
  telemetry.count('Retries', 1);
  telemetry.warn('A page is tried again', { ...evidence, reason: message, tries, waitSeconds: seconds });
  await clock.sleep(seconds * 1000, signal);
}
