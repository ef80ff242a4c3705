import type { PageRequest } from '../page/request';
import type { AuthorizeOptions } from './authorizer';

/** One way of being let in: gives a request its credential. */
export type Scheme = (request: PageRequest, options: AuthorizeOptions) => Promise<Admitted>;

/** A request with its credential. */
export interface Admitted {
  readonly request: PageRequest;
  /** What must not be written anywhere. */
  readonly credentials: readonly string[];
  /**
   * Those of them that no link or cursor of a page may hold, since it is kept. What a function makes for one request is
   * none of them: parts of it, such as a date or an account, stand in many a link. @default credentials
   */
  readonly lasting?: readonly string[];
}

/** The request with one more header; `name` in lower case. */
export function withHeader(request: PageRequest, name: string, value: string): PageRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}
