import { PermanentError } from '../../errors';
import type { SequentialPagination } from '../../source/pagination';
import { mask } from '../http/mask';
import { excerpt } from './describe-json';
import type { PageToRead } from './page-to-read';

/** A shorter credential may be part of any cursor by chance. */
const shortest = 8;

const naming = { cursor: 'cursor', 'next-link': 'link', keyset: 'key' };

/** Returns what the next page is asked for by, which goes into the lake and the queue; throws a PermanentError where it holds a credential. */
export function withoutCredential(
  next: string,
  { page, where }: PageToRead,
  { type }: SequentialPagination,
): string {
  const findable = page.credentials.filter(({ length }) => length >= shortest);
  if (mask(next, findable) === next) return next;
  throw new PermanentError(
    `${where} repeats a credential in the ${naming[type]} of its next page (${excerpt(next, page.credentials, 200)}), which would be written down: declare another pagination, or in clear what is no secret`,
  );
}
