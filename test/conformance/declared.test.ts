import { systemClock } from '../../core/clock';
import { asInput } from '../../core/source/check/as-input';
import { checkSource } from '../../core/source/check/check-source';
import type { Source } from '../../core/source/source';
import { allAuths } from '../support/misbehaving-api/auths/all-auths';
import { allFaults } from '../support/misbehaving-api/faults/all-faults';
import { allPaginations } from '../support/misbehaving-api/paginations/all-paginations';
import { type ConformanceCase, nameOf, sourceOf } from './case';
import { slicingCases } from './cases';

// What the suite loads can be written in a source file, and means the same there.

const known = { baseUrl: 'http://127.0.0.1:9/v1', auth: { type: 'none' } } as const;

const cases: readonly ConformanceCase[] = [
  ...allPaginations.map((pagination) => ({ pagination })),
  ...slicingCases,
  ...allFaults.flatMap((fault) => {
    const pagination = allPaginations.find((one) => fault.applies(one));
    return pagination ? [{ pagination, faults: [fault] }] : [];
  }),
];

function defined(source: Source): Source {
  return checkSource(asInput(source));
}

test.each(cases.map((one) => [nameOf(one), one] as const))('%s', (_name, one) => {
  const source = sourceOf(one, known);
  expect(defined(source)).toEqual(source);
});

test.each(allAuths.map((auth) => [auth.name, auth] as const))('%s', (_name, auth) => {
  const { auth: declared, tls } = auth.open({
    tokenUrl: 'http://127.0.0.1:9/oauth/token',
    clock: systemClock,
  });
  const [first] = cases;
  if (first === undefined) throw new Error('there are no cases');
  const baseUrl = auth.mutualTls ? 'https://127.0.0.1:9/v1' : known.baseUrl;
  const source = sourceOf(first, { baseUrl, auth: declared, ...(tls && { tls }) });
  expect(defined(source)).toEqual(source);
});
