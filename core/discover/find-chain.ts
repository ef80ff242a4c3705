import { formatPath } from '../source/path';
import { type Clues, cluesOf, sizeInUrl } from './clues';
import { type Comparison, comparePages, identifyingFields, isUnique } from './compare-pages';
import { type FoundPagination, sure, unsure } from './found-pagination';
import { isObject, scalarText } from './json-tree';
import { ask, type Finding, type Inquiry, type Look } from './look';
import { emptyLink } from './next-links';
import { cursorParametersFor, hasRole, withParameters } from './parameter-names';
import { sameTotal } from './totals';

const cursorNames = [
  ...['nextcursor', 'nextpagetoken', 'nexttoken', 'continuationtoken', 'continuation', 'cursor', 'endcursor'],
  ...['after', 'nextmarker', 'marker', 'bookmark', 'scrollid', 'nextpage', 'next', 'offset', 'nextoffset'],
];
const cursorHeaders = ['X-Next-Cursor', 'X-Continuation-Token', 'Next-Cursor'];
/** Names by which sources take the last record's key, the likeliest first. */
const keysetParameters = ['starting_after', 'after', 'since_id'];

/** A chain by the URL of the next page. */
export function* findNextLink(clues: Clues): Inquiry<FoundPagination | undefined> {
  const { next, look } = clues;
  if (next === undefined) return undefined;
  const link =
    next.path === undefined ? ({ type: 'header' } as const) : ({ type: 'body', path: next.path } as const);
  const isForeign = next.url.origin !== look.url.origin;
  const reply = isForeign ? ({ type: 'unasked' } as const) : yield* ask(next.url);
  const compared = comparePages(clues.records, reply, clues.path);
  if (compared.type !== 'other' && compared.type !== 'unasked') return undefined;
  const base = { pagination: { type: 'next-link' as const, link }, parameters: [] };
  if (isForeign) {
    const text = `the link ${next.place} leads to ${next.url.origin}, where no credential may go: set baseUrl to the address that the links name`;
    return chain(clues, base, [unsure('pages', text)], undefined);
  }
  const finding = confirmation(compared, `the link ${next.place}`);
  return chain(clues, base, [finding], reply.type === 'look' ? reply.look : undefined);
}

/** A chain by a token that a page names. */
export function* findCursor(clues: Clues): Inquiry<FoundPagination | undefined> {
  for (const { cursor, text, name, place } of cursorsOn(clues)) {
    const inUrl = [...clues.look.url.searchParams.keys()].filter(
      (one) => hasRole(one, 'cursor') && one === name,
    );
    const parameters = [...new Set([...inUrl, ...cursorParametersFor(name)])];
    for (const [at, parameter] of parameters.entries()) {
      const reply = yield* ask(withParameters(clues.look.url, { [parameter]: text }));
      const compared = comparePages(clues.records, reply, clues.path);
      if (compared.type === 'unasked' && at > 0) break;
      if (compared.type !== 'other' && compared.type !== 'unasked') continue;
      const placed = parameter === 'cursor' ? {} : { parameter };
      const base = { pagination: { type: 'cursor' as const, cursor, ...placed }, parameters: [parameter] };
      const finding = confirmation(compared, `the cursor ${place}, sent as '${parameter}',`);
      return chain(clues, base, [finding], reply.type === 'look' ? reply.look : undefined);
    }
  }
  return undefined;
}

/** A chain by the last record's key, where a page says that more follow but not how to ask. */
export function* findKeyset(clues: Clues): Inquiry<FoundPagination | undefined> {
  const last = clues.records.at(-1);
  const field = identifyingFields.find((name) => isUnique(clues.records, name));
  const key = field !== undefined && isObject(last) ? scalarText(last.get(field)) : undefined;
  if (field === undefined || key === undefined || clues.flag?.value !== true) return undefined;
  for (const parameter of keysetParameters) {
    const reply = yield* ask(withParameters(clues.look.url, { [parameter]: key }));
    const compared = comparePages(clues.records, reply, clues.path);
    if (compared.type !== 'other' && compared.type !== 'unasked') continue;
    const placed = parameter === 'after' ? {} : { parameter };
    const base = {
      pagination: { type: 'keyset' as const, field: formatPath([field]), ...placed },
      parameters: [parameter],
    };
    const finding = confirmation(compared, `the last record's ${field}, sent as '${parameter}',`);
    return chain(clues, base, [finding], reply.type === 'look' ? reply.look : undefined);
  }
  return undefined;
}

/** Where everything came in one page, but the page has a place for the URL of a next one. */
export function unconfirmedLink(clues: Clues): FoundPagination | undefined {
  const path = emptyLink(clues.facts);
  if (path === undefined) return undefined;
  const text = `'${path}' is empty, since all records came in one page: taken for the place of the next page's URL`;
  return {
    pagination: { type: 'next-link', link: { type: 'body', path } },
    findings: [unsure('pages', text)],
    looks: [],
    parameters: [],
  };
}

function confirmation(compared: Comparison, what: string): Finding {
  if (compared.type !== 'other')
    return unsure('pages', `${what} should lead to the next page; no request was left to try it`);
  const others = `${what} leads to ${compared.records.length} more records`;
  return compared.again === 0
    ? sure('pages', others)
    : unsure('pages', `${others}, but ${compared.again} of them came again: let the request sort, if it can`);
}

type Chain = Extract<FoundPagination['pagination'], { type: 'cursor' | 'next-link' | 'keyset' }>;

/** Adds what all chains may have: flag, total and size. */
function chain(
  clues: Clues,
  base: { readonly pagination: Chain; readonly parameters: readonly string[] },
  findings: readonly Finding[],
  second: Look | undefined,
): FoundPagination {
  const size = sizeInUrl(clues);
  const total = second && steadyTotal(clues, second);
  // A page without a link may leave out its flag, too.
  const flag = clues.flag?.value === true && base.pagination.type !== 'next-link' ? clues.flag : undefined;
  const pagination: Chain = {
    ...base.pagination,
    ...(size === undefined ? {} : { pageSize: size.value }),
    ...(size === undefined || size.name === 'limit' ? {} : { sizeParameter: size.name }),
    ...(flag === undefined ? {} : { hasMore: flag.path }),
    ...(total === undefined ? {} : { total: total.where }),
  };
  const said =
    total === undefined
      ? []
      : [
          sure(
            'total',
            `${total.value.toLocaleString('en')} ${total.counts} at ${total.place}, the same on two pages`,
          ),
        ];
  return {
    pagination,
    findings: [...findings, ...said],
    looks: second === undefined ? [] : [second],
    parameters: [...base.parameters, ...(size === undefined ? [] : [size.name])],
  };
}

/** A total of records that two pages agree on, and that is no less than what they hold. */
function steadyTotal(clues: Clues, second: Look) {
  const after = cluesOf(second, clues.path);
  return clues.totals.find(
    (total) =>
      total.counts === 'records' &&
      total.value >= clues.records.length + after.records.length &&
      sameTotal(total, second, after.facts) === total.value,
  );
}

/** A cursor, and where it stands. */
export interface CursorFound {
  readonly cursor:
    | { readonly type: 'body'; readonly path: string }
    | { readonly type: 'header'; readonly name: string };
  readonly text: string;
  readonly name: string;
  readonly place: string;
}

/** Cursors that may name the next page. */
export function cursorsOn({ facts, look, next, records }: Clues): readonly CursorFound[] {
  const inBody = cursorNames.flatMap((name) =>
    facts
      .filter((fact) => fact.plain === name && formatPath(fact.path) !== next?.path)
      .flatMap((fact): CursorFound[] => {
        const text = scalarText(fact.value);
        if (text === undefined || text === '' || typeof fact.value === 'boolean') return [];
        // An echo of where this page begins, not a name of the next one.
        if (name === 'offset' && (text === '0' || Number(text) < records.length)) return [];
        const path = formatPath(fact.path);
        return [{ cursor: { type: 'body', path }, text, name: fact.name, place: `at '${path}'` }];
      }),
  );
  const inHeaders = cursorHeaders.flatMap((name): CursorFound[] => {
    const text = look.headers[name.toLowerCase()];
    return text
      ? [{ cursor: { type: 'header', name }, text, name: 'next_cursor', place: `in header ${name}` }]
      : [];
  });
  return [...inBody, ...inHeaders].slice(0, 2);
}
