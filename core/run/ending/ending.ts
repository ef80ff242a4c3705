import { z } from 'zod';
import { readDocument } from '../document';
import { endingKey, type RunName } from '../keys';
import type { Clock, Lake } from '../ports';

const head = {
  version: z.literal(1),
  /** ISO 8601, when it was decided. */
  at: z.string(),
};
const reasons = z.array(z.string()).min(1);

/** How a run ends. */
export const endingSchema = z.discriminatedUnion('ending', [
  /** It is about to be what readers see, or was. */
  z.object({ ...head, ending: z.literal('published') }),
  /** Complete in ranges and not in records. */
  z.object({ ...head, ending: z.literal('refused'), reasons }),
  /** Given up before it was complete. */
  z.object({ ...head, ending: z.literal('failed'), reasons }),
  /** Complete, while readers see the later run `by`. */
  z.object({ ...head, ending: z.literal('superseded'), by: z.string(), records: z.int().min(0) }),
]);

export type Ending = z.infer<typeof endingSchema>;
export type UnpublishedEnding = Exclude<Ending, { ending: 'published' }>;

/** An ending as somebody wants it. */
export type WantedEnding<Of extends Ending = Ending> = Of extends Ending ? Omit<Of, 'version' | 'at'> : never;

/**
 * Decides how a run ends; resolves to what was decided, which may be what somebody else was first with. Nothing that was planned is published, given up or
 * left to expire but by this document, so that of two reconciles one of which gives a run up while the other completes it, only one has its way: what
 * expires was never published, and what has ended unpublished never will be.
 */
export async function decideEnding(
  run: RunName,
  wanted: WantedEnding,
  { lake, clock }: { readonly lake: Pick<Lake, 'get' | 'putIfAbsent'>; readonly clock: Pick<Clock, 'now'> },
): Promise<Ending> {
  const ending = endingSchema.parse({ version: 1, ...wanted, at: new Date(clock.now()).toISOString() });
  const options = { contentType: 'application/json' };
  await lake.putIfAbsent(endingKey(run), JSON.stringify(ending, null, 2), options);
  return (await readEnding(lake, run)) ?? ending;
}

/** How a run ends, if that has been decided. */
export function readEnding(lake: Pick<Lake, 'get'>, run: RunName): Promise<Ending | undefined> {
  return readDocument(endingSchema, endingKey(run), lake);
}

/** How a run has ended for good that readers never see; undefined of one that may go on, or is published. */
export async function readUnpublished(
  lake: Pick<Lake, 'get'>,
  run: RunName,
): Promise<UnpublishedEnding | undefined> {
  const ending = await readEnding(lake, run);
  return ending?.ending === 'published' ? undefined : ending;
}
