import { pageRanges, parsePageRangeName } from '../plan/grid';
import type { PageRange, Plan } from '../plan/plan';
import { RangeSet } from '../plan/range-set';
import { type RunName, stagePrefix } from './keys';
import type { PageMessage } from './page-message';
import type { Lake, PageQueue, Telemetry } from './ports';

/** Enqueues every range of the plan that has no object yet, as the lake shows; resolves to their number. */
export async function enqueueMissing(
  plan: Plan,
  services: { lake: Lake; pageQueue: Pick<PageQueue, 'send'>; telemetry: Telemetry },
): Promise<number> {
  const present = await presentRanges(plan, services.lake);
  const sent = await services.pageQueue.send(messagesOf(plan, present.missing()));
  services.telemetry.count('RangesEnqueued', sent);
  return sent;
}

/** Which ranges of the plan exist: LIST of the run's stage prefix. */
export async function presentRanges(plan: Plan, lake: Lake): Promise<RangeSet> {
  const present = new RangeSet(plan);
  const prefix = stagePrefix(plan);
  for await (const { key } of lake.list(prefix)) {
    const range = rangeOfKey(prefix, key);
    if (range) present.add(range);
  }
  return present;
}

/** Which range a stage object is; undefined when the key is not a range's. */
export function rangeOfKey(prefix: string, key: string): Pick<PageRange, 'slice' | 'index'> | undefined {
  if (!key.startsWith(prefix) || !key.endsWith('.parquet')) return undefined;
  return parsePageRangeName(key.slice(prefix.length, -'.parquet'.length));
}

/** One message per range. */
export function* messagesOf(
  plan: Plan,
  ranges: Iterable<PageRange> = pageRanges(plan),
): Generator<PageMessage> {
  const { source, dataset, runId, definition, pageSize }: Plan & RunName = plan;
  for (const range of ranges) yield { source, dataset, runId, definition, pageSize, ...range };
}
