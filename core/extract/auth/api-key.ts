import type { ApiKeyAuth } from '../../source/source';
import { type Scheme, withHeader } from './scheme';
import type { ReadSecret } from './secret-reader';

/** A key in a header or in the query, where it replaces one that a link of the source brings along. */
export function apiKey({ key, in: place, name }: ApiKeyAuth, read: ReadSecret): Scheme {
  return async (request, { refused }) => {
    const credential = await read(key.secret, 'header', refused);
    if (place === 'header') {
      return { request: withHeader(request, name.toLowerCase(), credential), credentials: [credential] };
    }
    const url = new URL(request.url);
    url.searchParams.set(name, credential);
    return { request: { ...request, url: url.href }, credentials: [credential] };
  };
}
