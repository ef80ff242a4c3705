import type { PageRange, Plan } from '../../plan/plan';
import { beingLoaded } from '../drift/being-loaded';
import type { Lake, PageQueue, Telemetry } from '../ports';
import type { PageMessage } from '../range/page-message';
import { unroll } from './unroll';

/**
 * Enqueues every range that is known so far and has no object yet, as the lake shows: of the run's own pages, or, where those are all there, of
 * the look at the source that it has come to. Resolves to their number.
 */
export async function enqueueMissing(
  plan: Plan,
  services: {
    readonly lake: Pick<Lake, 'list' | 'head' | 'get'>;
    readonly pageQueue: Pick<PageQueue, 'send'>;
    readonly telemetry: Telemetry;
  },
): Promise<number> {
  const { lake } = services;
  const loading = await beingLoaded(plan, await unroll(plan, lake), lake);
  const sent = await services.pageQueue.send(messagesOf(loading.plan, loading.unrolled.missing()));
  services.telemetry.count('RangesEnqueued', sent);
  return sent;
}

/** What all messages of a run have in common. */
export type MessageOfRun = Omit<PageMessage, 'range' | 'parks'>;

/** One message per range. */
export function* messagesOf(run: MessageOfRun, ranges: Iterable<PageRange>): Generator<PageMessage> {
  const { source, dataset, runId, look, definition, extension, replayOf, pagesPerRange } = run;
  const common = {
    source,
    dataset,
    runId,
    ...(look === undefined ? {} : { look }),
    definition,
    extension,
    ...(replayOf && { replayOf }),
    pagesPerRange,
  };
  for (const range of ranges) yield { ...common, range };
}
