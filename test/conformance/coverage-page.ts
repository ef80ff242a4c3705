import { allAuths } from '../support/misbehaving-api/auths/all-auths';
import { faultGroups } from '../support/misbehaving-api/faults/all-faults';
import type { Ending, FaultCase } from '../support/misbehaving-api/faults/fault-case';
import { allRateLimits } from '../support/misbehaving-api/limits/rate-limits';
import { allPaginations } from '../support/misbehaving-api/paginations/all-paginations';
import { allSlicings } from '../support/misbehaving-api/slicings/all-slicings';
import { type ConformanceCase, endingOf } from './case';
import { authCases, extentCases, faultCases, limitCases, randomCases, slicingCases } from './cases';

/** How docs/conformance.md is written anew. */
export const regenerate = 'REGENERATE=1 npx jest test/conformance/coverage-page';

/** The text of docs/conformance.md: what the suite's tables hold. */
export function coveragePage(): string {
  const groups = Object.entries(faultGroups).map(([group, faults]) => ({
    group,
    faults,
    cases: faultCases(group),
  }));
  const all = [
    authCases,
    extentCases,
    limitCases,
    slicingCases,
    randomCases,
    ...groups.map(({ cases }) => cases),
  ].flat();
  const paragraphs = [
    '# What is covered',
    `<!-- Generated: ${regenerate} -->`,
    [
      `${all.length} loads, each from a real HTTP server through the code of the deployed functions, with S3 and SQS at a real`,
      'endpoint. Either every record that the server holds is in the published table, once and unchanged, or the load',
      'ends in the error named here and nothing is published; never in a loop. No credential is ever sent to another host,',
      'logged, or written into a plan, a manifest or a dead letter.',
    ].join('\n'),
    '## Pagination',
    'Each with no record, one, a page that is just full, and a last page that is just full.',
    table(
      ['pagination', 'faults it is tried with'],
      allPaginations.map((pagination) => [
        pagination.name,
        String(groups.flatMap(({ cases }) => cases).filter((one) => one.pagination === pagination).length),
      ]),
    ),
    '## Slices',
    'Each with every kind of pagination that it makes sense with.',
    list(
      allSlicings.map(({ name, error }) => ({ name: error === undefined ? name : `${name}: \`${error}\`` })),
    ),
    '## Authentication',
    'Each with pages that fan out, with next links, and with the signed or plain body of a POST.',
    list(allAuths),
    '## Limits',
    'Each while the source is asked faster than it bears.',
    list(allRateLimits),
    '## Faults',
    ...groups.flatMap(({ group, faults, cases }) => [`### ${capital(group)}`, faultTable(faults, cases)]),
    [
      'These are loaded without looks (`verification: { looks: 0 }`), so that what alone verification notices is seen. Besides, every countable',
      'pagination is loaded with looks while records come and go at random places, until the source comes to rest and without an end: see',
      '[drift](decisions/0013-drift.md). Two things are believed because nothing shows them: a total that is too small by whole pages, since nobody',
      'asks for a page behind it; and, where no total is named, a change that cancels out between two requests of one range.',
    ].join('\n'),
    '## At random',
    `${randomCases.length} loads with two faults that heal, any pagination, any authentication and any number of records; the same ones every time.`,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function faultTable(faults: readonly FaultCase[], cases: readonly ConformanceCase[]): string {
  return table(
    ['fault', 'paginations', 'ends'],
    faults.map((fault) => {
      const its = cases.filter((one) => one.faults?.includes(fault));
      const endings = new Set(its.map((one) => inWords(endingOf(one))));
      return [fault.name, String(its.length), [...endings].join(', ')];
    }),
  );
}

function inWords(ending: Ending): string {
  if (typeof ending === 'object') return `\`${ending.error}\``;
  return ending === 'refused' ? 'refused by verification' : 'published, complete';
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function list(cases: readonly { readonly name: string }[]): string {
  return cases.map(({ name }) => `- ${name}`).join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
