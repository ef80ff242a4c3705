import { firstLook } from '../../../../core/run/drift/first-look';
import { writeLook } from '../../../../core/run/drift/look';
import { enqueueMissing } from '../../../../core/run/missing/enqueue-missing';
import type { PageMessage } from '../../../../core/run/range/page-message';
import { memoryLake } from '../../../support/memory-lake';
import { aPlan, recordTelemetry, writeRange, writeRun } from '../run-fixture';

/** What would be sent for a run. */
async function enqueued(lake: ReturnType<typeof memoryLake>): Promise<PageMessage[]> {
  const sent: PageMessage[] = [];
  const send = async (messages: Iterable<PageMessage>) => {
    const before = sent.length;
    sent.push(...messages);
    return sent.length - before;
  };
  const count = await enqueueMissing(aPlan(), { lake, pageQueue: { send }, telemetry: recordTelemetry() });
  expect(count).toBe(sent.length);
  return sent;
}

it('sends what is missing of the own pages, and of a look only once those are all there', async () => {
  const lake = memoryLake();
  expect((await enqueued(lake)).map(({ range, look }) => [range.index, look])).toEqual([
    ...[0, 1, 2, 3].map((index) => [index, undefined]),
  ]);
  await writeRun(lake, aPlan());
  expect(await enqueued(lake)).toEqual([]);

  const look = await firstLook(aPlan(), lake);
  if (!look) throw new Error('a grid of four ranges can be looked at again');
  await writeLook(aPlan(), look, lake);
  const [first, ...others] = await enqueued(lake);
  expect(others).toHaveLength(3);
  if (!first) throw new Error('four edges are missing');
  expect(first).toMatchObject({ look: 1, range: { index: 0, pages: 1 } });
  await writeRange(lake, { ...aPlan(), look: 1 } as ReturnType<typeof aPlan>, first.range);
  expect((await enqueued(lake)).map(({ range }) => range.index)).toEqual([1, 2, 3]);
});
