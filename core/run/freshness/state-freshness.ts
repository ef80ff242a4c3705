import { concurrently } from '../concurrently';
import type { Clock, Gauges, Lake, Telemetry } from '../ports';
import { readPointer } from '../publish/pointer';
import type { ExpectedDataset } from './expected-dataset';
import { expectedSince } from './expected-since';
import { coveredUntil, hoursLate } from './hours-late';

export interface FreshnessServices {
  readonly lake: Pick<Lake, 'get' | 'replace'>;
  readonly gauges: Gauges;
  readonly telemetry: Pick<Telemetry, 'warn'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Since when each of the datasets is expected, once that is known: kept from one pass to the next, it is read once. */
  readonly known: WeakMap<ExpectedDataset, number>;
}

/** Pointers read at once. */
const readsAtOnce = 20;

/**
 * States how old the table of every dataset is that has one, and how late every scheduled dataset is: of one that is never late, 0. What was
 * due before it was scheduled as it is, nobody has missed. Reads one pointer for each, and the first time since when it is scheduled. Where that
 * cannot be done it says so, and states nothing more of that dataset: what is missing is alarming too.
 */
export async function stateFreshness(
  datasets: readonly ExpectedDataset[],
  services: FreshnessServices,
): Promise<void> {
  const stated = concurrently(datasets, readsAtOnce, (dataset) =>
    stateOne(dataset, services).catch((error) => {
      const { source, dataset: name } = dataset;
      services.telemetry.warn('How fresh the table is cannot be told', {
        source,
        dataset: name,
        reason: String(error),
      });
    }),
  );
  for await (const _ of stated);
}

async function stateOne(expected: ExpectedDataset, services: FreshnessServices): Promise<void> {
  const { lake, gauges, clock } = services;
  const of = { source: expected.source, dataset: expected.dataset };
  const published = await readPointer(lake, of);
  const now = clock.now();
  const age = published && (now - timeIn(published.watermark)) / 3_600_000;
  if (age !== undefined) gauges.gauge('HoursSinceBaseline', Math.max(0, age), of);
  const since = await knownSince(expected, now, services);
  if (expected.schedules.length === 0) return;
  const covered = published ? Math.max(coveredUntil(published), since) : since;
  gauges.gauge('HoursLate', hoursLate(expected, covered, now), of);
}

/** What a dataset is expected to be changes with the code of reconcile only, and that begins anew. */
async function knownSince(
  expected: ExpectedDataset,
  now: number,
  { lake, known }: FreshnessServices,
): Promise<number> {
  const since = known.get(expected) ?? (await expectedSince(expected, now, lake));
  known.set(expected, since);
  return since;
}

function timeIn(watermark: string): number {
  const time = Date.parse(watermark);
  if (Number.isNaN(time)) throw new RangeError(`the pointer's watermark '${watermark}' is not a time`);
  return time;
}
