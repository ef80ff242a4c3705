import { linkWith } from '../extract/page/link-header';
import { formatPath } from '../source/path';
import type { Fact } from './envelope';
import type { Look } from './look';

/** The URL of another page, and where the page names it. */
export interface PageLink {
  readonly url: URL;
  /** Undefined where it stands in the Link header. */
  readonly path: string | undefined;
  /** For people: "at 'links.next'" or 'in the Link header'. */
  readonly place: string;
}

const names: Readonly<Record<'next' | 'last', readonly string[]>> = {
  next: [
    ...[
      'next',
      'nextlink',
      'nexturl',
      'nextpage',
      'nextpageurl',
      'odatanextlink',
      'nextpagelink',
      'nexthref',
    ],
    ...['nextrecordsurl', 'nextpageuri', 'nexturi'],
  ],
  last: ['last', 'lastlink', 'lasturl', 'lastpageurl', 'lastpage'],
};

/** The link to the next or the last page, of the Link header or the body. */
export function pageLink(
  relation: 'next' | 'last',
  look: Look,
  facts: readonly Fact[],
): PageLink | undefined {
  const target = linkWith(relation, look.headers.link);
  if (target !== undefined && URL.canParse(target, look.url.href))
    return { url: new URL(target, look.url), path: undefined, place: 'in the Link header' };
  for (const fact of facts.filter((one) => isNamed(one, relation))) {
    const { value } = fact;
    if (
      typeof value !== 'string' ||
      !/^(https?:\/\/|\/|\?)/i.test(value) ||
      !URL.canParse(value, look.url.href)
    )
      continue;
    const path = formatPath(fact.path);
    return { url: new URL(value, look.url), path, place: `at '${path}'` };
  }
  return undefined;
}

/** Where a body would name the next page's URL, and says null or ''. */
export function emptyLink(facts: readonly Fact[]): string | undefined {
  const fact = facts.find((one) => isNamed(one, 'next') && (one.value === null || one.value === ''));
  return fact && formatPath(fact.path);
}

/** `next: 'https://…'`, and `next: { href: 'https://…' }` as HAL has it. */
function isNamed({ plain, path }: Fact, relation: 'next' | 'last'): boolean {
  const name = plain === 'href' || plain === 'url' ? String(path.at(-2) ?? '').toLowerCase() : plain;
  return names[relation].includes(name);
}

/** Query parameters that a link has and the page's own URL has not, or with another value. */
export function changedParameters(from: URL, to: URL): readonly { name: string; value: string }[] {
  return [...to.searchParams]
    .filter(([name, value]) => from.searchParams.get(name) !== value)
    .map(([name, value]) => ({ name, value }));
}
