import { z } from 'zod';

/** Null and absent mean that all went well. */
const responseSchema = z
  .looseObject({ batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * The messages of a batch that a function reported as failed. A response that is not valid, or that names a message
 * which is not in the batch, fails all of them:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function failedMessages(response: unknown, ids: readonly string[]): Set<string> {
  const parsed = responseSchema.safeParse(response);
  if (!parsed.success) return new Set(ids);
  const failed = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return new Set(failed.every((id) => ids.includes(id)) ? failed : ids);
}
