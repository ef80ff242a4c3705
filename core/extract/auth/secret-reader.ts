import { ConfigurationError } from '../../errors';
import type { Secrets } from '../../run/ports';
import type { AuthorizedRequest } from './authorizer';

/** What a credential may hold, by where it travels. */
const fits = {
  /** Visible ASCII with spaces inside (RFC 9110, section 5.5). */
  header: /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/,
  /** Anything but control characters: it is encoded on its way. */
  encoded: /^[^\p{Cc}]+$/u,
};

const advice = {
  header: 'is empty, or holds a line break, white space at an end or a letter beyond ASCII',
  encoded: 'is empty, or holds a line break or another control character',
};

/**
 * Reads the secret `name`, again from where it is kept if it was among the credentials of `refused`. Rejects with a
 * ConfigurationError when it is missing or cannot travel where it must.
 */
export type ReadSecret = (
  name: string,
  travels: keyof typeof fits,
  refused?: AuthorizedRequest,
) => Promise<string>;

/** Makes the reader; requests that are refused together have a secret read again once. */
export function secretReader(secrets: Secrets): ReadSecret {
  const underWay = new Map<string, Promise<string>>();
  const refresh = (name: string): Promise<string> => {
    const reading = underWay.get(name) ?? secrets.refresh(name).finally(() => underWay.delete(name));
    underWay.set(name, reading);
    return reading;
  };
  return async (name, travels, refused) => {
    const known = await secrets.get(name);
    const value = refused?.credentials.includes(known) ? await refresh(name) : known;
    return checkSecret(name, value, travels);
  };
}

/** Returns the value of a secret; throws a ConfigurationError, without the value, when it cannot travel. */
export function checkSecret(name: string, value: string, travels: keyof typeof fits): string {
  if (fits[travels].test(value)) return value;
  throw new ConfigurationError(`secret '${name}' ${advice[travels]}: store it again without`);
}
