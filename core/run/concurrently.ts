/**
 * Maps an iterable with at most `lanes` calls under way, yielding results in the order of the input. Memory
 * is bounded by `lanes`, whatever the length of the input. The first rejection ends it.
 */
export async function* concurrently<In, Out>(
  items: Iterable<In> | AsyncIterable<In>,
  lanes: number,
  map: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const underWay: Promise<Out>[] = [];
  try {
    for await (const item of items) {
      const result = map(item);
      result.catch(() => {}); // it is awaited in its turn; until then a rejection is not unhandled
      underWay.push(result);
      if (underWay.length >= lanes) yield (await underWay.shift()) as Out;
    }
    while (underWay.length > 0) yield (await underWay.shift()) as Out;
  } finally {
    await Promise.allSettled(underWay);
  }
}
