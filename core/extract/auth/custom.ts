import { ConfigurationError } from '../../errors';
import type { Clock } from '../../run/ports';
import type { CustomAuth } from '../../source/source';
import { mask } from '../http/mask';
import { credentialsIn } from './credentials-in';
import type { Scheme } from './scheme';
import type { ReadSecret } from './secret-reader';

/** Headers that are the connection's, not the request's. */
const reserved = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers that a function of the source file makes, anew for every try. */
export function custom(source: string, auth: CustomAuth, clock: Clock, read: ReadSecret): Scheme {
  return async (request, { refused }) => {
    const entries = Object.entries(auth.secrets).map(
      async ([name, { secret }]) => [name, await read(secret, 'encoded', refused)] as const,
    );
    const secrets = Object.fromEntries(await Promise.all(entries));
    const asked = {
      method: request.method,
      url: new URL(request.url),
      body: request.body ?? '',
      secrets,
      now: new Date(clock.now()),
    };
    const made = await callHeaders(source, auth, asked);
    const headers = checkHeaders(source, made);
    const lasting = Object.values(secrets);
    return {
      request: { ...request, headers: { ...request.headers, ...headers } },
      credentials: [...lasting, ...credentialsIn(Object.values(headers))],
      lasting,
    };
  };
}

async function callHeaders(
  source: string,
  auth: CustomAuth,
  asked: Parameters<CustomAuth['headers']>[0],
): Promise<unknown> {
  try {
    return await auth.headers(asked);
  } catch (error) {
    // Not kept as a cause: its message may quote a secret.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const shown = mask(reason, Object.values(asked.secrets));
    throw new ConfigurationError(`auth.headers of source '${source}' failed: ${shown}`);
  }
}

/** A function without types may make anything. */
function checkHeaders(source: string, made: unknown): Record<string, string> {
  const refuse = (what: string) =>
    new ConfigurationError(`auth.headers of source '${source}' ${what}: correct the function`);
  if (typeof made !== 'object' || made === null) throw refuse('made no object of headers');
  const checked = Object.entries(made).map(([name, value]): [string, string] => {
    const lowerCase = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lowerCase)) throw refuse('made a header whose name cannot be one');
    if (reserved.has(lowerCase)) throw refuse(`made the header ${lowerCase}, which only the client may`);
    if (typeof value !== 'string') throw refuse(`made the header ${lowerCase} that is no text`);
    if (/[^\t\x20-\x7e]/.test(value) || value !== value.trim()) {
      throw refuse(
        `made the header ${lowerCase} with a line break, white space at an end or a letter beyond ASCII`,
      );
    }
    return [lowerCase, value];
  });
  return Object.fromEntries(checked);
}
