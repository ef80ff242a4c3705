import fc from 'fast-check';
import { bounded } from '../../../../core/run/events/bounded';
import { blockageOf, blockedEvent, failedEvent } from '../../../../core/run/events/events-of';
import { runFailedSchema } from '../../../../core/run/events/run-event';
import { aRun } from '../run-fixture';

const place = { environment: 'prod', bucket: 'lake' };
const at = '2026-01-31T03:00:00.000Z';

describe('sentences of an event', () => {
  it('are as they are where they are few and short', () => {
    const few = Array.from({ length: 20 }, (_, i) => `sentence ${i}`);
    expect(bounded(few)).toEqual(few);
    expect(bounded([])).toEqual([]);
  });

  it('are cut, and the rest is counted', () => {
    const told = bounded(Array.from({ length: 1234 }, () => 'a'.repeat(2000)));
    expect(told).toHaveLength(20);
    expect(told[0]).toBe(`${'a'.repeat(999)}…`);
    expect(told.at(-1)).toBe('and 1,215 more');
    expect(bounded([`${'a'.repeat(998)}😀😀`])[0]).toBe(`${'a'.repeat(998)}…`);
  });

  it('keep their counts where they are cut', () => {
    const reason = { reason: 'a'.repeat(2000), error: 'E', failure: 'permanent' as const, ranges: 1234 };
    const reasons = [{ ...reason, example: { slice: 'all', index: 1 } }];
    const state = { ...{ state: 'blocked' as const, ranges: 4000, missing: 1234, dead: 1234 }, reasons };
    const { detail } = blockedEvent(aRun, state, at, place);
    const count = ' (1,234 page ranges)';
    expect(detail).toMatchObject({ reasons: [`${'a'.repeat(999 - count.length)}…${count}`] });
  });

  it('fit into an event of 256 KB, whatever they say', () => {
    const sentence = fc.string({ unit: 'binary', minLength: 900, maxLength: 1500 });
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1, maxLength: 40 }), (reasons) => {
        const { detail } = failedEvent(aRun, { version: 1, ending: 'refused', reasons, at }, place);
        expect(runFailedSchema.parse(detail)).toEqual(detail);
        expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThan(200 * 1024);
      }),
      { numRuns: 30 },
    );
    const worst = Array.from({ length: 40 }, () => '\u0001'.repeat(1500));
    const { detail } = failedEvent(aRun, { version: 1, ending: 'refused', reasons: worst, at }, place);
    expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThan(200 * 1024);
  });
});

it('the name of a blockage tells every way in which a run is blocked apart, and nothing else', () => {
  const reason = {
    ...{ reason: 'page 4: HTTP 403', error: 'ForbiddenError', failure: 'permanent' as const },
    ...{ ranges: 2, example: { slice: 'all', index: 1 } },
  } as const;
  const state: Parameters<typeof blockageOf>[0] = {
    ...{ state: 'blocked' as const, ranges: 4, missing: 2, dead: 2 },
    ...{ reasons: [reason], failedAt: at },
  };
  const others = [
    { look: 1 },
    { look: 2 },
    { missing: 1 },
    { failedAt: '2026-01-31T03:00:00.001Z' },
    { redriven: 1 },
    { redriven: 2 },
    { reasons: [{ ...reason, error: 'NotFoundError' }] },
    { reasons: [{ ...reason, ranges: 1 }] },
  ].map((change) => blockageOf({ ...state, ...change }));
  expect(new Set([blockageOf(state), ...others]).size).toBe(9);
  const same = { ...state, dead: 7, ranges: 5, reasons: [{ ...reason, reason: 'page 5: HTTP 403' }] };
  expect(blockageOf(same)).toBe(blockageOf(state));
  expect(blockageOf(state)).toMatch(/^[0-9a-f]{16}$/);
});
