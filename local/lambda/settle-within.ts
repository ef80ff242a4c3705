/**
 * Waits until all promises have settled, or `milliseconds` have passed; resolves to whether they all did.
 * Never rejects: who started the work hears of its failure.
 */
export async function settleWithin(
  promises: Iterable<Promise<unknown>>,
  milliseconds: number,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const settled = Promise.allSettled(promises).then(() => true);
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
