import fc from 'fast-check';
import { concurrently } from '../../../core/run/concurrently';

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

/** Calls that a test ends one by one, in the order it wants. */
function heldCalls() {
  const calls: { item: number; resolve(value: number): void; reject(error: Error): void }[] = [];
  const call = (item: number) =>
    new Promise<number>((resolve, reject) => void calls.push({ item, resolve, reject }));
  return { calls, call };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('concurrently', () => {
  const lanes = fc.integer({ min: 1, max: 6 });

  it('keeps the order of the input in any order of completion, with no more than its lanes under way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 25 }),
        lanes,
        fc.scheduler(),
        async (items, atOnce, s) => {
          let underWay = 0;
          let most = 0;
          const all = collect(
            concurrently(items, atOnce, async (item) => {
              most = Math.max(most, ++underWay);
              await s.schedule(Promise.resolve());
              underWay--;
              return item;
            }),
          );
          expect(await s.waitFor(all)).toEqual(items);
          expect(most).toBe(Math.min(atOnce, items.length));
        },
      ),
    );
  });

  it('reads no further ahead than its lanes', async () => {
    let read = 0;
    const endless = (function* () {
      for (;;) yield read++;
    })();
    const results = concurrently(endless, 3, async (item) => item);
    for (let taken = 0; taken < 10; taken++) {
      expect((await results.next()).value).toBe(taken);
      expect(read).toBe(taken + 3);
    }
    await results.return(undefined);
  });

  it('takes what comes asynchronously', async () => {
    const items = (async function* () {
      yield* [1, 2, 3];
    })();
    expect(await collect(concurrently(items, 2, async (item) => item * 2))).toEqual([2, 4, 6]);
  });

  describe('when a call rejects', () => {
    const unhandled: unknown[] = [];
    const remember = (reason: unknown) => void unhandled.push(reason);
    beforeEach(() => {
      unhandled.length = 0;
      process.on('unhandledRejection', remember);
    });
    afterEach(() => {
      process.off('unhandledRejection', remember);
    });

    it('ends with the first rejection in order, after everything under way has ended, and leaves none unhandled', async () => {
      const { calls, call } = heldCalls();
      const ended = jest.fn();
      const all = collect(concurrently([0, 1, 2, 3, 4], 3, call)).catch((error) => {
        ended();
        return error;
      });
      await turn();
      calls[2]?.reject(new Error('third'));
      calls[1]?.reject(new Error('second'));
      await turn(); // both are rejected and nobody has awaited them yet
      calls[0]?.resolve(0);
      await turn();
      expect(calls.map(({ item }) => item)).toEqual([0, 1, 2, 3]);
      expect(ended).not.toHaveBeenCalled(); // the fourth is under way
      calls[3]?.resolve(3);
      expect(await all).toEqual(new Error('second'));
      await turn();
      expect(unhandled).toEqual([]);
    });

    it('stops reading', async () => {
      const closed = jest.fn();
      const items = (function* () {
        try {
          for (let item = 0; ; item++) yield item;
        } finally {
          closed();
        }
      })();
      const failing = concurrently(items, 2, () => Promise.reject(new Error('no')));
      await expect(collect(failing)).rejects.toThrow('no');
      expect(closed).toHaveBeenCalledTimes(1);
      await turn();
      expect(unhandled).toEqual([]);
    });

    it('passes on what the input throws, after everything under way has ended', async () => {
      const { calls, call } = heldCalls();
      const items = (function* () {
        yield 0;
        throw new Error('no more');
      })();
      const all = collect(concurrently(items, 3, call)).catch((error) => error);
      await turn();
      calls[0]?.reject(new Error('too late to matter'));
      expect(await all).toEqual(new Error('no more'));
      await turn();
      expect(unhandled).toEqual([]);
    });
  });

  it('waits for what is under way when its reader leaves early', async () => {
    const { calls, call } = heldCalls();
    const results = concurrently([0, 1, 2], 2, call);
    const first = results.next();
    await turn();
    calls[0]?.resolve(0);
    expect((await first).value).toBe(0);
    let left = false;
    const leaving = results.return(undefined).then(() => {
      left = true;
    });
    await turn();
    expect(left).toBe(false);
    calls[1]?.resolve(1);
    await leaving;
    expect(left).toBe(true);
  });
});
