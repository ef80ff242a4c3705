import fc from 'fast-check';
import { planKey } from '../../../../core/run/keys';
import { isRunId, runIdAt } from '../../../../core/run/plan/run-id';
import { aRun } from '../run-fixture';

const moment = fc.date({
  min: new Date('0000-01-01'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

describe('runIdAt', () => {
  it('is the moment in UTC, in letters that fit into a key', () => {
    expect(runIdAt(new Date('2026-11-23T03:00:00+01:00'))).toBe('2026-11-23t02-00-00-000z');
  });

  it('sorts by time, and names one moment one way', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expect(runIdAt(a) < runIdAt(b)).toBe(a.getTime() < b.getTime());
        expect(runIdAt(a) === runIdAt(b)).toBe(a.getTime() === b.getTime());
      }),
    );
  });

  it('makes run ids, and names that keys take', () => {
    fc.assert(
      fc.property(moment, (any) => {
        expect(isRunId(runIdAt(any))).toBe(true);
        expect(planKey({ ...aRun, runId: runIdAt(any) })).toContain(runIdAt(any));
      }),
    );
  });
});

describe('isRunId', () => {
  it.each([
    '',
    'latest',
    '2026-11-23',
    '2026-11-23T03-00-00-000Z',
    '2026-11-23t03-00-00-000z/..',
    '2026-11-23t03-00-00-000z\n',
    '2026-02-29t03-00-00-000z',
    '2026-04-31t03-00-00-000z',
    '2026-13-01t03-00-00-000z',
    '2026-01-01t24-00-00-000z',
    '2026-01-01t03-60-00-000z',
  ])('does not take %j', (text) => {
    expect(isRunId(text)).toBe(false);
  });
});
