import { ThrottledError, TransientError } from '../../errors';
import type { AuthorizeOptions, AuthServices } from './authorizer';

/** An access token. */
export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch; undefined when the source does not say: then it is kept until it is refused. */
  readonly expiresAt: number | undefined;
  /** The token and all that it was made from. */
  readonly credentials: readonly string[];
}

/** Gets another token than the one that is held. */
export type ObtainToken = (held: Token | undefined) => Promise<Token>;

/** Share of its life after which a token is replaced: a random one, since lanes that began together hold tokens of one age. */
const replaceAfter = { from: 0.8, to: 0.95 };
/** Longest wait, in milliseconds, before a refused token is replaced: lanes whose tokens were revoked together spread over it. */
const refusedSpread = 2000;
/** Milliseconds until replacing is tried again, after it failed ahead of the token's end. */
const failureRest = 10_000;

/**
 * Holds one token for all requests of a container. It is replaced ahead of its end, or when a request with it was
 * refused; requests that need another one meanwhile share one replacement.
 */
export function tokenCache(
  obtain: ObtainToken,
  { clock, random = Math.random }: Pick<AuthServices, 'clock' | 'random'>,
): (options: AuthorizeOptions) => Promise<Token> {
  let held: Token | undefined;
  let replaceAt = Number.POSITIVE_INFINITY;
  let underWay: Promise<Token> | undefined;

  const replace = async (wasRefused: boolean): Promise<Token> => {
    if (wasRefused) await clock.sleep(random() * refusedSpread);
    try {
      held = await obtain(held);
      replaceAt = momentWithin(held, clock.now(), random());
      return held;
    } catch (error) {
      const mayWait = error instanceof TransientError || error instanceof ThrottledError;
      if (wasRefused || !held || !mayWait || clock.now() >= (held.expiresAt ?? 0)) throw error;
      replaceAt = clock.now() + failureRest;
      return held;
    }
  };
  const replaceOnce = (wasRefused: boolean): Promise<Token> => {
    if (underWay !== undefined) return underWay;
    underWay = replace(wasRefused).finally(() => {
      underWay = undefined;
    });
    // Those who wait for it may all have gone by the time it fails.
    underWay.catch(() => {});
    return underWay;
  };

  return async ({ refused, signal }) => {
    const wasRefused = held !== undefined && (refused?.credentials.includes(held.value) ?? false);
    const isDue = held === undefined || clock.now() >= replaceAt;
    if (held && underWay === undefined && !wasRefused && !isDue) return held;
    // The replacement goes on without a request that gives up: a token that is used up must reach its secret.
    return await unlessAborted(replaceOnce(wasRefused), signal);
  };
}

function momentWithin({ expiresAt }: Token, now: number, random: number): number {
  if (expiresAt === undefined) return Number.POSITIVE_INFINITY;
  return now + (expiresAt - now) * (replaceAfter.from + random * (replaceAfter.to - replaceAfter.from));
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
