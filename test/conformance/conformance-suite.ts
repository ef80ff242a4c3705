import { isDeepStrictEqual } from 'node:util';
import type { RateLimitCase } from '../support/misbehaving-api/limits/rate-limits';
import type { ApiStatistics } from '../support/misbehaving-api/misbehaving-api';
import { type ConformanceCase, endingOf, nameOf, usualRecords } from './case';
import { type Loaded, load, usualPatience } from './load';
import { openWorld, type World } from './world';

/** Loads that run beside each other in one test file. */
const atOnce = 6;

/**
 * Declares a test for each case. The loads of a file share a local AWS and run beside each other; each test awaits
 * its own. A load of which nothing new comes for `patience` real milliseconds is stuck.
 */
export function conformanceSuite(
  title: string,
  cases: readonly ConformanceCase[],
  patience = usualPatience,
): void {
  describe(title, () => {
    const loads = cases.map((one) => ({ one, loaded: new Settled<Loaded>() }));
    let world: World | undefined;
    let lanes: Promise<unknown> = Promise.resolve();

    beforeAll(async () => {
      const opened = await openWorld();
      world = opened;
      const queue = loads.values();
      const lane = async () => {
        for (const { one, loaded } of queue)
          await load(one, opened, patience).then(loaded.resolve, loaded.reject);
      };
      for (const { loaded } of loads) loaded.promise.catch(() => {}); // its own test awaits it
      lanes = Promise.all(Array.from({ length: atOnce }, lane));
    });

    afterAll(async () => {
      await lanes;
      await world?.close();
    }, 120_000);

    it.each(loads.map(({ one, loaded }) => [nameOf(one), one, loaded.promise] as const))(
      '%s',
      async (_name, one, loaded) => expectConformance(one, await loaded),
      120_000,
    );
  });
}

/** A promise that others settle. */
class Settled<T> {
  resolve: (value: T) => void = () => {};
  reject: (reason: unknown) => void = () => {};
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

function expectConformance(one: ConformanceCase, loaded: Loaded): void {
  const { ending, reason, rows, inventory, statistics, spilled } = loaded;
  const expected = endingOf(one);
  // The reason is shown where the ending is another one.
  const ended = isDeepStrictEqual(ending, expected) ? '' : reason;
  expect({ ending, reason: ended }).toEqual({ ending: expected, reason: '' });
  expect({ leaks: statistics.leaks, spilled }).toEqual({ leaks: 0, spilled: [] });
  expect(statistics.statuses.get(590)).toBeUndefined();
  // A fault that never shows proves nothing.
  expect(statistics.faulted).not.toContain(0);
  expect(statistics.requests).toBeLessThan(mostRequests(one));
  if (one.limit) expectThrottling(one.limit, statistics);
  if (ending !== 'published') return;

  const seen = new Map(rows.map((row) => [row.id, row]));
  const missing = [...inventory.ever.keys()].filter((id) => !seen.has(id) && !inventory.passing.has(id));
  const invented = rows.filter(({ id }) => !inventory.ever.has(id));
  expect({ missing, duplicated: rows.length - seen.size, invented }).toEqual({
    missing: [],
    duplicated: 0,
    invented: [],
  });
  expect(rows).toEqual(rows.map(({ id }) => asRow(inventory.ever.get(id))));
}

function asRow(item: { id: number; name: string; created_at: string } | undefined) {
  return item && { id: item.id, name: item.name, createdAt: item.created_at };
}

/** The limit is met, unless every answer said how much is left; and a source that says how long to wait is not stormed. */
function expectThrottling(limit: RateLimitCase, { statuses }: ApiStatistics): void {
  const refusals = statuses.get(limit.status ?? 429) ?? 0;
  if (limit.always === undefined) expect(refusals).toBeGreaterThan(0);
  expect(refusals).toBeLessThan(30);
}

/** However a source misbehaves, it is not asked without end: five tries of five deliveries of every page, fetched twice. */
function mostRequests({ records = usualRecords, slicing }: ConformanceCase): number {
  const pages = Math.ceil(records / 7) + 1;
  return 60 + 50 * pages + (slicing ? 200 : 0);
}
