import { createHash } from 'node:crypto';
import { RepeatedPageError } from '../guard-errors';

/** Pages that are looked at, at most: 2^31. A source that has records on the last of them has no end. */
const mostPages = 2 ** 31;

/** What is found at a page of a slice whose extent nobody knows. */
export interface Probe {
  readonly body: Buffer;
  readonly records: number;
  /** Whether the source says that pages follow; undefined where it does not say. */
  readonly hasMore: boolean | undefined;
}

/**
 * Finds out how many pages a slice has, where page `known` (from 0) holds records: doubles the position until a page
 * is empty, then halves the distance: at most 2 log2(pages) + 2 pages are looked at. A page without records that says that more follow
 * is not the end. `empty` is a page that is known to
 * be empty, so that nothing behind it is asked for. `probe` resolves to undefined where there is no page.
 * `repeated` is told every page that holds records (see repetitions).
 */
export async function findExtent(
  probe: (page: number) => Promise<Probe | undefined>,
  { known, empty, repeated }: { known: number; empty?: number | undefined; repeated: Repetitions },
): Promise<number> {
  let full = known;
  let end = empty;
  while (end === undefined || end - full > 1) {
    const page =
      end === undefined ? Math.min(2 * full + 2, mostPages - 1) : full + Math.floor((end - full) / 2);
    const found = await probe(page);
    if (found === undefined || isEmpty(found)) {
      end = page;
      continue;
    }
    if (found.records > 0) repeated(page, found.body);
    if (found.hasMore === false) return page + 1;
    if (page === mostPages - 1) throw endless();
    full = page;
  }
  return end;
}

/** Whether nothing is there, and the source does not say that something follows all the same. */
export function isEmpty({ records, hasMore }: Pick<Probe, 'records' | 'hasMore'>): boolean {
  return records === 0 && hasMore !== true;
}

/** Throws a RepeatedPageError when a page's body is that of another one that it was told of. */
export type Repetitions = (page: number, body: Buffer) => void;

/** Remembers the pages of one slice. `nameOf` names a page for people. */
export function repetitions(nameOf: (page: number) => string): Repetitions {
  const pages = new Map<string, number>();
  return (page, body) => {
    const hash = createHash('sha256').update(body).digest('base64');
    const same = pages.get(hash);
    if (same !== undefined && same !== page) {
      throw new RepeatedPageError(
        `${nameOf(page)} is the same as page ${same + 1}: the source ignores the position it is asked for, or answers with its last page beyond the end (check the pagination's parameter, or declare where the total is)`,
      );
    }
    pages.set(hash, page);
  };
}

function endless(): RepeatedPageError {
  return new RepeatedPageError(
    `page ${mostPages} still holds records, or says that more follow: the source ignores the position it is asked for (check the pagination's parameter)`,
  );
}
