import { ThrottledError, TransientError } from '../../errors';
import type { Answer } from '../http/client';
import { mask } from '../http/mask';
import { maximumWaitSeconds } from '../pace/pacer';
import { readRateHeaders } from '../pace/rate-headers';
import type { AuthorizedRequest, AuthServices } from './authorizer';
import { type Grant, readGrant } from './read-grant';

/** What a token is asked for with. */
export interface TokenRequest {
  /** Absolute. */
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  /** Who the client is, when the form does not say. */
  readonly authorization?: string | undefined;
  readonly credentials: readonly string[];
  /** Names of the secrets it was made of, for the error that sends somebody there. */
  readonly secretNames: readonly string[];
}

/** How often a token is asked for again. */
const maximumRetries = 5;
/** Backoff in seconds: the base doubles with every try up to the cap, and jitter takes any part of it. */
const backoff = { base: 0.5, cap: 20 };

/** A wait in seconds where the endpoint names one, and what happened. */
interface Setback {
  readonly message: string;
  readonly waitSeconds?: number | undefined;
  readonly status?: number;
  readonly cause?: unknown;
}

/**
 * Asks a token endpoint (RFC 6749, sections 4.4 and 6). Rejects with a TokenRefusedError for a refusal, with a
 * PermanentError for an answer that is no bearer token and for a redirect; with a TransientError after five retries, or
 * a ThrottledError when the endpoint asks for a longer wait than is sat out. Nothing that is answered is quoted but
 * `error` and `error_description`: the rest may be a token.
 */
export async function askForToken(
  token: TokenRequest,
  { client, clock, random = Math.random }: AuthServices,
): Promise<Grant> {
  const request = asRequest(token);
  for (let retries = 0; ; retries++) {
    const askedAt = clock.now();
    const outcome = await tryOnce(request, client, askedAt);
    if ('answer' in outcome) return readGrant(outcome.answer, request, token, askedAt);
    const { message, waitSeconds, status, cause } = outcome;
    const evidence = { request: request.shown, ...(status === undefined ? {} : { status }) };
    if (waitSeconds !== undefined && waitSeconds > maximumWaitSeconds) {
      throw new ThrottledError(message, waitSeconds, { evidence, cause });
    }
    if (retries >= maximumRetries) {
      throw new TransientError(`${message}, the last of ${retries + 1} tries`, { evidence, cause });
    }
    const jittered = random() * Math.min(backoff.cap, backoff.base * 2 ** retries);
    await clock.sleep(Math.max(waitSeconds ?? 0, jittered) * 1000);
  }
}

function asRequest({ url, form, authorization, credentials }: TokenRequest): AuthorizedRequest {
  const { origin, pathname } = new URL(url);
  return {
    method: 'POST',
    url,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: new URLSearchParams({ ...form }).toString(),
    shown: mask(`POST ${origin}${pathname}`, credentials),
    credentials,
    redirects: 'refuse',
  };
}

async function tryOnce(
  request: AuthorizedRequest,
  client: AuthServices['client'],
  now: number,
): Promise<{ readonly answer: Answer } | Setback> {
  let answer: Answer;
  try {
    answer = await client.send(request);
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return { message: error.message, cause: error };
  }
  const { status, headers } = answer;
  if (status !== 429 && status !== 408 && status < 500) return { answer };
  const { retryAfter } = readRateHeaders(headers, now);
  return {
    message: `${request.shown} answered ${status} instead of a token`,
    waitSeconds: retryAfter,
    status,
  };
}
