import { allAuths } from '../support/misbehaving-api/auths/all-auths';
import { allFaults, faultGroups } from '../support/misbehaving-api/faults/all-faults';
import type { FaultCase } from '../support/misbehaving-api/faults/fault-case';
import { allRateLimits } from '../support/misbehaving-api/limits/rate-limits';
import { allPaginations, paginationNamed } from '../support/misbehaving-api/paginations/all-paginations';
import type { PaginationCase } from '../support/misbehaving-api/paginations/pagination-case';
import { allSlicings } from '../support/misbehaving-api/slicings/all-slicings';
import type { ConformanceCase } from './case';
import { randomFrom } from './random';

/** The ways to paginate that each way to let in, to limit and to slice is tried with. */
const typical = {
  countable: paginationNamed('page number, total in the body'),
  search: paginationNamed('page number in the JSON of a POST'),
  link: paginationNamed('next link in the body'),
  cursor: paginationNamed('cursor in the body'),
  uncounted: paginationNamed('offset, no total'),
  keyset: paginationNamed('keyset'),
  whole: paginationNamed('one page'),
  single: paginationNamed('one page, records inside'),
};

/** No records, one, a page that is just full, and a last page that is just full. */
export const extentCases: readonly ConformanceCase[] = allPaginations.flatMap((pagination) =>
  [0, 1, 10, 120].map((records) => ({ pagination, records })),
);

/** Each way to let requests in, with pages that fan out, links that repeat the credential and a body that is signed. */
export const authCases: readonly ConformanceCase[] = allAuths.flatMap((auth) =>
  [typical.countable, typical.link, typical.search].map((pagination) => ({ pagination, auth })),
);

/** Each way to say how fast a source may be asked, while it is asked twice as fast as it bears. */
export const limitCases: readonly ConformanceCase[] = allRateLimits.flatMap((limit) =>
  [typical.countable, typical.cursor].map((pagination) => ({ pagination, limit })),
);

/** Each way to cut a dataset, with each kind of pagination that knows what the cut needs. */
export const slicingCases: readonly ConformanceCase[] = allSlicings.flatMap((slicing) =>
  Object.values(typical)
    .filter(({ pagination }) => slicing.resultWindow === undefined || 'firstPage' in pagination)
    .map((pagination) => ({ pagination, slicing })),
);

/** Groups whose faults are about what a page is, and so meet every pagination; all others happen below. */
const aboutPages = new Set(['positions', 'chains', 'moving data']);

/**
 * The faults of a group: with each pagination that they apply to where they are about pages, else with the typical
 * ones and one more, another one for each fault.
 */
export function faultCases(group: keyof typeof faultGroups): readonly ConformanceCase[] {
  const faults = faultGroups[group] ?? [];
  return faults.flatMap((fault, index) => {
    const all = appliesTo(fault);
    const others = all.filter((pagination) => !Object.values(typical).includes(pagination));
    const one = others[(index * 7) % others.length];
    const chosen = aboutPages.has(group)
      ? all
      : all.filter((pagination) => pagination === one || !others.includes(pagination));
    return chosen.map((pagination) => ({ pagination, faults: [fault] }));
  });
}

function appliesTo(fault: FaultCase): PaginationCase[] {
  return allPaginations.filter((pagination) => fault.applies(pagination));
}

const seed = 20_240_229;

/** Two faults that heal at once, anywhere, with any way to let in and any number of records: the same ones every time. */
export const randomCases: readonly ConformanceCase[] = drawRandom(60);

function drawRandom(count: number): ConformanceCase[] {
  const random = randomFrom(seed);
  const pick = <T>(all: readonly T[]): T => {
    const picked = all[Math.floor(random() * all.length)];
    if (picked === undefined) throw new Error('there is nothing to pick from');
    return picked;
  };
  return Array.from({ length: count }, () => {
    const pagination = pick(allPaginations);
    const healing = allFaults.filter((fault) => fault.applies(pagination) && fault.ending === undefined);
    const first = pick(healing);
    const second = pick(healing.filter((fault) => fault !== first && fault.dataset === undefined));
    return {
      pagination,
      auth: pick(allAuths),
      faults: [first, second],
      records: 50 + Math.floor(random() * 100),
    };
  });
}
