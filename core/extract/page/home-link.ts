import { ForeignLinkError, NextPageNotFoundError } from '../guard-errors';
import { mask } from '../http/mask';
import { excerpt } from './describe-json';
import type { PageToRead } from './page-to-read';

/**
 * The absolute form of a link that a page gives, without the credential that some sources repeat in it: it is kept in
 * the lake, and put in again when it is asked for. Throws a ForeignLinkError for another origin than the page's own, and a NextPageNotFoundError for
 * what is no URL.
 */
export function homeLink(link: string, { request, page, where }: PageToRead): string {
  if (!URL.canParse(link, request.url)) {
    throw new NextPageNotFoundError(
      `${where} names ${JSON.stringify(excerpt(link, page.credentials))} as its next page, which is no URL: correct 'link'`,
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
  // By hand: URLSearchParams would write the rest of the query anew.
  const parameters = url.search.slice(1).split('&');
  const kept = parameters.filter((parameter) => !isCredential(parameter, page));
  if (kept.length < parameters.length) url.search = kept.join('&');
  return url.href;
}

/** Shorter credentials, such as the 'X' that some APIs take for a password, are the values of many parameters. */
const shortest = 6;

/** Whether a parameter of a query is the one that the credential travels in, or has a credential for its value. */
function isCredential(parameter: string, { credentials, secretParameter }: PageToRead['page']): boolean {
  const [[name, value] = ['', '']] = new URLSearchParams(parameter);
  if (name.toLowerCase() === secretParameter?.toLowerCase()) return true;
  const raw = parameter.slice(parameter.indexOf('=') + 1);
  const findable = credentials.filter(({ length }) => length >= shortest);
  return [raw, value].some((text) => text !== '***' && mask(text, findable) === '***');
}
