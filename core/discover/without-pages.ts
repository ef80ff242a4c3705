import type { ExtentInput, PaginationInput } from '../source/input/pagination-input';
import { type Clues, saidTotal, saysComplete } from './clues';
import { cursorsOn } from './find-chain';
import { type FoundPagination, sure, unsure } from './found-pagination';
import { wholeNumber } from './json-tree';
import { ask, type Inquiry, type Look, recordsOf } from './look';
import { changedParameters } from './next-links';
import { cursorParametersFor, hasRole, withParameters } from './parameter-names';
import { hintedPositions } from './positions';

/** What says that there is more than was seen. */
interface More {
  /** For people: "'total' says 47 records". */
  readonly said: string;
  readonly pagination: PaginationInput;
  readonly parameters: readonly string[];
}

/** Asked for to see whether a list goes on: the most that sources usually give at once. */
const many = 1000;

/**
 * What is written where nothing was seen to lead to another page: everything came in one page, unless something says that
 * there is more. Then it is a pagination that no run can get through unless it is right, so that no part is published as all.
 */
export function* withoutPages(clues: Clues): Inquiry<FoundPagination> {
  const { length } = clues.records;
  const more = moreSaid(clues);
  if (more !== undefined) {
    const text = `${more.said}, but no way was found to ask for more than these ${length}: this is a guess that a run refuses if it is wrong; the source's documentation on paging tells`;
    return found(more.pagination, unsure('pages', text), [], more.parameters);
  }
  const said = saidOfOnePage(clues);
  if (said !== undefined) return found({ type: 'single' }, said);
  if (!isRound(length))
    return found(
      { type: 'single' },
      unsure(
        'pages',
        `${length} records came, and no way was found to ask for more: taken for everything there is`,
      ),
    );
  return yield* lookBehind(clues);
}

/** A round number of records looks like a page of more: asks for many at once, which shows whether it is. */
function* lookBehind({ look, path, records: { length } }: Clues): Inquiry<FoundPagination> {
  const round = `exactly ${length} records came, a round number that looks like one page of more`;
  const reply = yield* ask(withParameters(look.url, { limit: many }));
  if (reply.type === 'unasked') {
    const text = `${round}, and no request was left to try all usual ways to ask for others: find out before a run publishes them as everything`;
    return found({ type: 'single' }, unsure('pages', text));
  }
  const held = reply.type === 'look' ? (recordsOf(reply.look, path)?.length ?? 0) : 0;
  if (reply.type === 'look' && held > length) {
    const text = `limit=${many} gives ${held} records and not ${length}, but no way was found to ask for the next ones: this is a guess that a run refuses if it is wrong; if ${held} are all, put limit=${many} in the query and declare { type: 'single' }`;
    const pagination = { type: 'offset', pageSize: length, total: { type: 'none' } } as const;
    return found(pagination, unsure('pages', text), [reply.look], ['offset', 'limit']);
  }
  const text = `${round}, but the source heeds none of page, offset, skip and limit: find out whether there are others before a run publishes these as everything`;
  return found({ type: 'single' }, unsure('pages', text));
}

/** What a source says that has no more than one page. */
function saidOfOnePage(clues: Clues) {
  const { length } = clues.records;
  const [total] = clues.totals.filter(({ counts }) => counts === 'records');
  if (total === undefined) {
    if (!saysComplete(clues)) return undefined;
    const text = `${length} records came, the source says that no more follow, and no way was found to ask for others`;
    return unsure('pages', text);
  }
  if (total.value === length)
    return sure('pages', `all ${length} records came at once, as many as ${total.place} says`);
  const text = `${length} records came at once, though ${total.place} says ${total.value}: taken for everything there is`;
  return unsure('pages', text);
}

/** The surest sign that there is more, as a pagination that takes it at its word. */
function moreSaid(clues: Clues): More | undefined {
  const { totals, records, flag, last, look, next } = clues;
  const said = saidTotal(clues);
  const isAll = said === records.length;
  const total = totals.find(({ counts, value }) =>
    said === undefined ? counts === 'pages' && value > 1 : value === said && said > records.length,
  );
  // A link that leads nowhere counts for less than a total, but a run would not pass over one in the Link header.
  if (next !== undefined && (next.path === undefined || !isAll)) {
    const link =
      next.path === undefined ? ({ type: 'header' } as const) : ({ type: 'body', path: next.path } as const);
    const counted = total?.counts === 'records' ? { total: total.where } : {};
    const pagination = { type: 'next-link', link, ...counted } as const;
    return { said: `there is a link to a next page ${next.place}`, pagination, parameters: [] };
  }
  if (total !== undefined)
    return byNumber(clues, `${total.place} says ${total.value} ${total.counts}`, total.where);
  const page = last && changedParameters(look.url, last.url).find(({ name }) => hasRole(name, 'page'));
  if (!isAll && last !== undefined && page !== undefined && (wholeNumber(page.value) ?? 0) > 1) {
    const place = last.path === undefined ? {} : { path: last.path };
    const named = `the link to the last page ${last.place} names ${page.name}=${page.value}`;
    return byNumber(clues, named, { type: 'last-link', ...place }, page.name);
  }
  const [cursor] = cursorsOn(clues).filter(
    ({ name, text }) => /^(next|continuation)/i.test(name) && text !== '0',
  );
  if (!isAll && cursor !== undefined) {
    const [parameter = 'cursor'] = cursorParametersFor(cursor.name);
    const placed = parameter === 'cursor' ? {} : { parameter };
    const pagination = { type: 'cursor', cursor: cursor.cursor, ...placed } as const;
    return { said: `there is a cursor ${cursor.place}`, pagination, parameters: [parameter] };
  }
  if (flag?.value)
    return byNumber(clues, `'${flag.path}' says that more follow`, { type: 'none', hasMore: flag.path });
  return undefined;
}

/** Pages by number, the likeliest guess: a source that ignores the number gives its first page again, which a run refuses. */
function byNumber(clues: Clues, said: string, total: ExtentInput, name = pageParameter(clues)): More {
  const pagination = {
    type: 'page-number',
    pageSize: Math.max(1, clues.records.length),
    ...(name === 'page' ? {} : { pageParameter: name }),
    sizeParameter: false,
    total,
  } as const;
  return { said, pagination, parameters: [name] };
}

function pageParameter(clues: Clues): string {
  return hintedPositions(clues).find(({ type }) => type === 'page-number')?.name ?? 'page';
}

/** As page sizes are: 10, 20, 25, 50, 100 … */
function isRound(length: number): boolean {
  return length >= 10 && (length % 10 === 0 || length % 25 === 0);
}

function found(
  pagination: PaginationInput,
  finding: FoundPagination['findings'][number],
  looks: readonly Look[] = [],
  parameters: readonly string[] = [],
): FoundPagination {
  return { pagination, findings: [finding], looks, parameters };
}
