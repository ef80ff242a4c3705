import { ForeignLinkError, NextPageNotFoundError } from '../guard-errors';
import type { PageToRead } from './page-to-read';

/**
 * The absolute form of a link that a page gives, without the credential that some sources repeat in it: it is kept in
 * the lake, and put in again when it is asked for. Throws a ForeignLinkError for another origin than the page's own, and a NextPageNotFoundError for
 * what is no URL.
 */
export function homeLink(link: string, { request, page, where }: PageToRead): string {
  if (!URL.canParse(link, request.url)) {
    throw new NextPageNotFoundError(
      `${where} names ${JSON.stringify(link.slice(0, 60))} as its next page, which is no URL: correct 'link'`,
    );
  }
  const url = new URL(link, request.url);
  const home = new URL(request.url).origin;
  if (url.origin !== home) {
    throw new ForeignLinkError(
      `${where} names a next page at ${url.origin}, but only ${home} may be asked: set baseUrl to the address that the source's links name`,
    );
  }
  url.hash = '';
  url.username = '';
  url.password = '';
  const secret = page.secretParameter;
  // Deleting writes the rest of the query anew, so only where there is something to delete.
  if (secret !== undefined && url.searchParams.has(secret)) url.searchParams.delete(secret);
  return url.href;
}
