import type { PageRange, Plan } from '../plan/plan';
import type { PageMessage } from './page-message';
import type { Lake, PageQueue, Telemetry } from './ports';
import { unroll } from './unroll';

/** Enqueues every range that is known so far and has no object yet, as the lake shows; resolves to their number. */
export async function enqueueMissing(
  plan: Plan,
  services: {
    readonly lake: Pick<Lake, 'list' | 'head' | 'get'>;
    readonly pageQueue: Pick<PageQueue, 'send'>;
    readonly telemetry: Telemetry;
  },
): Promise<number> {
  const { missing } = await unroll(plan, services.lake);
  const sent = await services.pageQueue.send(messagesOf(plan, missing()));
  services.telemetry.count('RangesEnqueued', sent);
  return sent;
}

/** What all messages of a run have in common. */
export type MessageOfRun = Omit<PageMessage, 'range' | 'parks'>;

/** One message per range. */
export function* messagesOf(run: MessageOfRun, ranges: Iterable<PageRange>): Generator<PageMessage> {
  const { source, dataset, runId, definition, extension, replayOf, pagesPerRange } = run;
  const common = {
    source,
    dataset,
    runId,
    definition,
    extension,
    ...(replayOf && { replayOf }),
    pagesPerRange,
  };
  for (const range of ranges) yield { ...common, range };
}
