import { PermanentError } from '../../errors';
import type { AuthorizedRequest } from '../auth/authorizer';
import { ForeignLinkError } from '../guard-errors';
import type { Answer } from './client';
import { mask } from './mask';

/** Redirects that one request may be led through. */
const maximumRedirects = 5;

/** 304 and its like name no other place. */
export function isRedirect(status: number): boolean {
  return (
    status === 300 || (status >= 301 && status <= 303) || status === 305 || status === 307 || status === 308
  );
}

/**
 * The request that a redirect asks for in place of the last of `visited`, with its credential. Rejects with a
 * ForeignLinkError when that is at another origin, and with a PermanentError when it names no place, loses the body, is
 * the sixth (which ends every circle), or when the request is not to be redirected.
 */
export async function nextHop(
  visited: readonly AuthorizedRequest[],
  answer: Answer,
  signal: AbortSignal | undefined,
): Promise<AuthorizedRequest> {
  const request = visited.at(-1);
  if (request === undefined) throw new Error('a redirect follows a request');
  const target = targetOf(request, answer);
  refuseForeign(request, answer, target);
  if (request.redirects === 'refuse') {
    throw refusal(request, answer, target, 'which is not followed for such a request: correct its URL');
  }
  // Not the first time that a place comes again: some sources redirect to the same one until they are ready.
  if (visited.length > maximumRedirects) {
    const because = `the redirect after ${maximumRedirects} others, perhaps in a circle: correct baseUrl or path`;
    throw refusal(request, answer, target, because);
  }
  // GET keeps its method whatever the status; POST does only with these (RFC 9110, section 15.4).
  if (request.method === 'POST' && answer.status !== 307 && answer.status !== 308) {
    throw refusal(request, answer, target, 'which would lose its body: correct baseUrl or path');
  }
  return await reauthorized(request, target, signal);
}

function targetOf(request: AuthorizedRequest, answer: Answer): URL {
  const { location } = answer.headers;
  if (location === undefined || !URL.canParse(location, request.url)) {
    throw refusal(request, answer, undefined, 'which cannot be followed: correct baseUrl or path');
  }
  const target = new URL(location, request.url);
  target.hash = '';
  return target;
}

function refuseForeign(request: AuthorizedRequest, answer: Answer, target: URL): void {
  const { origin } = new URL(request.url);
  if (target.origin === origin && target.username === '' && target.password === '') return;
  const message = `${request.shown} was redirected (${answer.status}) to ${shownPlace(request, target)}, which is not followed: credentials for ${origin} go nowhere else (correct baseUrl or path)`;
  throw new ForeignLinkError(message, evidence(request, answer));
}

/** The same credential for another URL: made anew where it depends on that, else as it was. */
async function reauthorized(
  request: AuthorizedRequest,
  target: URL,
  signal: AbortSignal | undefined,
): Promise<AuthorizedRequest> {
  if (request.movedTo) return await request.movedTo(target.href, signal);
  return {
    ...request,
    url: target.href,
    shown: mask(`${request.method} ${target.href}`, request.credentials),
  };
}

function refusal(
  request: AuthorizedRequest,
  answer: Answer,
  target: URL | undefined,
  because: string,
): PermanentError {
  const place = target === undefined ? 'a place it does not name' : shownPlace(request, target);
  const message = `${request.shown} was redirected (${answer.status}) to ${place}, ${because}`;
  return new PermanentError(message, evidence(request, answer));
}

/** Without the query: sources put tokens there. */
function shownPlace({ credentials }: AuthorizedRequest, { origin, pathname }: URL): string {
  return mask(`${origin}${pathname}`, credentials);
}

function evidence({ shown }: AuthorizedRequest, { status }: Answer) {
  return { evidence: { request: shown, status } };
}
