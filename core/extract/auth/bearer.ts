import type { Auth } from '../../source/source';
import { type Scheme, withHeader } from './scheme';
import type { ReadSecret } from './secret-reader';

/** A token in the Authorization header (RFC 6750, section 2.1). */
export function bearer({ token }: Extract<Auth, { type: 'bearer' }>, read: ReadSecret): Scheme {
  return async (request, { refused }) => {
    const credential = await read(token.secret, 'header', refused);
    return {
      request: withHeader(request, 'authorization', `Bearer ${credential}`),
      credentials: [credential],
    };
  };
}
