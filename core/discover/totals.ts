import type { TotalInput } from '../source/input/pagination-input';
import { formatPath } from '../source/path';
import type { Fact } from './envelope';
import { wholeNumber } from './json-tree';
import type { Look } from './look';

/** A number that may say how much there is. */
export interface Total {
  readonly where: TotalInput;
  /** For people: "'meta.total'" or 'header X-Total-Count'. */
  readonly place: string;
  readonly counts: 'records' | 'pages';
  readonly value: number;
}

/** What the names of totals are, without upper case and signs; the surest first. */
const recordNames = [
  ...['total', 'totalcount', 'totalrecords', 'totalresults', 'totalitems', 'totalelements', 'totalhits'],
  ...[
    'totalrows',
    'totalsize',
    'recordcount',
    'recordstotal',
    'odatacount',
    'numfound',
    'nbhits',
    'matches',
    'hits',
  ],
  ...['itemcount', 'itemstotal', 'totaldocs', 'totalnumber', 'found', 'count'],
];
const pageNames = [
  'totalpages',
  'pagecount',
  'lastpage',
  'pages',
  'numpages',
  'nbpages',
  'pagestotal',
  'maxpage',
];

const headerNames: readonly (readonly [name: string, counts: Total['counts']])[] = [
  ['X-Total-Count', 'records'],
  ['X-WP-Total', 'records'],
  ['X-Total', 'records'],
  ['Total-Count', 'records'],
  ['X-Pagination-Total-Count', 'records'],
  ['X-Total-Pages', 'pages'],
  ['X-WP-TotalPages', 'pages'],
  ['X-Pagination-Page-Count', 'pages'],
];

/** All that may be a total on a page: records before pages, the surest name first. */
export function totalsOn(look: Pick<Look, 'headers'>, facts: readonly Fact[]): readonly Total[] {
  const inBody = (counts: Total['counts'], names: readonly string[]) =>
    names
      .flatMap((name) => facts.filter((fact) => nameOfTotal(fact) === name))
      .flatMap((fact) => bodyTotal(fact, counts));
  const inHeaders = headerNames.flatMap(([name, counts]): Total[] => {
    const value = wholeNumber(look.headers[name.toLowerCase()]?.trim());
    return value === undefined
      ? []
      : [{ where: { type: 'header', name, ...pagesOnly(counts) }, place: `header ${name}`, counts, value }];
  });
  const all = [...inBody('records', recordNames), ...inHeaders, ...inBody('pages', pageNames)];
  return [
    ...all.filter(({ counts }) => counts === 'records'),
    ...all.filter(({ counts }) => counts === 'pages'),
  ];
}

/** The value of the same total on another page. */
export function sameTotal(total: Total, look: Look, facts: readonly Fact[]): number | undefined {
  return totalsOn(look, facts).find(({ place }) => place === total.place)?.value;
}

/** Elasticsearch counts in `total: { value: 7 }`. */
function nameOfTotal({ plain, path }: Fact): string {
  return plain === 'value' ? String(path.at(-2) ?? '').toLowerCase() : plain;
}

function bodyTotal(fact: Fact, counts: Total['counts']): Total[] {
  const value = wholeNumber(fact.value);
  if (value === undefined) return [];
  const path = formatPath(fact.path);
  return [{ where: { type: 'body', path, ...pagesOnly(counts) }, place: `'${path}'`, counts, value }];
}

/** 'records' is what is counted when nothing is said. */
function pagesOnly(counts: Total['counts']): { counts?: 'pages' } {
  return counts === 'pages' ? { counts } : {};
}
