import fc from 'fast-check';
import { claimDataset, readClaim } from '../../../core/run/claim';
import { inTurn } from '../../../core/run/in-turn';
import { reconcile } from '../../../core/run/reconcile';
import { heardEvents } from '../../support/heard-events';
import { memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { aPlan, aRun, noCuration, recordTelemetry, startOfTime, stillClock, writeRun } from './run-fixture';

const minute = 60_000;

it('leaves nothing out and keeps the order, whatever the time', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(2 ** 41), (length, now) => {
      const all = Array.from({ length }, (_, i) => i);
      const turned = inTurn(all, now);
      const first = turned.indexOf(0);
      expect([...turned.slice(first), ...turned.slice(0, first)]).toEqual(all);
      expect(turned).toHaveLength(length);
      expect(inTurn(all, now)).toEqual(turned);
    }),
  );
});

it('begins with each before long, though passes come at any equal distance', () => {
  for (let apart = 1; apart <= 20; apart++) {
    for (let length = 1; length <= 40; length++) {
      const all = Array.from({ length }, (_, i) => i);
      const first = new Set<number | undefined>();
      for (let pass = 0; pass < 12 * length; pass++) {
        first.add(inTurn(all, startOfTime + pass * apart * minute)[0]);
      }
      expect([apart, length, first.size]).toEqual([apart, length, length]);
    }
  }
});

/** Three complete runs, the verification of the second of which never ends. */
async function withOneThatTakesAllTime() {
  const lake = memoryLake();
  const clock = stillClock();
  const names = ['a', 'b', 'c'];
  for (const dataset of names) {
    await claimDataset(lake, { ...aRun, dataset }, new Date(startOfTime));
    await writeRun(lake, aPlan({ dataset }));
  }
  const pass = async () => {
    const flushed: Record<string, number>[] = [];
    const telemetry = recordTelemetry();
    let killed = () => {};
    const end = new Promise<void>((resolve) => {
      killed = resolve;
    });
    const going = reconcile({
      ...{ ...heardEvents(), lake, clock, telemetry, curation: noCuration },
      pageQueue: async () => memoryPageQueue(new MemoryMessages()),
      findRepeatedKeys: ({ dataset }) => {
        if (dataset !== 'b') return Promise.resolve(undefined);
        killed();
        return new Promise(() => {});
      },
      flush: () => void flushed.push({ ...telemetry.counts }),
    });
    await Promise.race([going, end]);
    clock.advance(15 * minute);
    return flushed;
  };
  const open = async () => {
    const claims = await Promise.all(names.map((dataset) => readClaim(lake, { ...aRun, dataset })));
    return claims.flatMap((claim) => claim?.dataset ?? []);
  };
  return { pass, open };
}

it('a run that takes all the time keeps those after it waiting for a few passes at most', async () => {
  const { pass, open } = await withOneThatTakesAllTime();
  for (let i = 0; i < 12; i++) await pass();
  expect(await open()).toEqual(['b']);
});

it('what was counted of a run is written before the next one begins', async () => {
  const { pass, open } = await withOneThatTakesAllTime();
  const passes: Record<string, number>[][] = [];
  for (let i = 0; i < 12; i++) passes.push(await pass());
  expect(await open()).toEqual(['b']); // in which every pass ended
  expect(passes.flat().reduce((sum, { RunPublished = 0 }) => sum + RunPublished, 0)).toBeGreaterThanOrEqual(
    2,
  );
});
