import { ConfigurationError } from '../../errors';
import type { Auth } from '../../source/source';
import { type Scheme, withHeader } from './scheme';
import type { ReadSecret } from './secret-reader';

/** A name and a password in the Authorization header, in UTF-8 (RFC 7617). */
export function basic(auth: Extract<Auth, { type: 'basic' }>, read: ReadSecret): Scheme {
  return async (request, { refused }) => {
    const { username, password } = auth;
    const isNamed = typeof username === 'string';
    const [user, word] = await Promise.all([
      isNamed ? username : read(username.secret, 'encoded', refused),
      password === undefined ? '' : read(password.secret, 'encoded', refused),
    ]);
    if (user.includes(':')) {
      const where = isNamed ? `auth.username` : `secret '${username.secret}'`;
      throw new ConfigurationError(
        `${where} holds a colon, which a user name of basic auth cannot have: store it without`,
      );
    }
    const encoded = basicCredentials(user, word);
    return {
      request: withHeader(request, 'authorization', `Basic ${encoded}`),
      credentials: [...(word === '' ? [] : [word]), encoded, ...(isNamed ? [] : [user])],
    };
  };
}

/** What follows 'Basic '. */
export function basicCredentials(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}
