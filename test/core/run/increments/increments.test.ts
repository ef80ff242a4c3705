import fc from 'fast-check';
import type { Item, Kind } from './changing-source';
import { IncrementWorld, itemsOf, type Machine, startMachine } from './increment-world';

let machine: Machine;
beforeAll(async () => {
  machine = await startMachine();
});
afterAll(() => machine.close());

const hour = 3_600_000;
const kinds: readonly Kind[] = ['pages', 'chain', 'shops'];

async function inWorld(
  [kind, changes, behind]: readonly [...Parameters<typeof itemsOf>, number?],
  use: (world: IncrementWorld) => Promise<void>,
): Promise<void> {
  const world = await IncrementWorld.open(itemsOf(kind, changes), machine, behind);
  try {
    await use(world);
  } finally {
    await world.api.close();
  }
}

const byId = (items: Iterable<Item>) => [...items].sort((a, b) => a.id - b.id);

it.each(kinds)('of %s: what changed is asked for, and the table equals the source', async (kind) => {
  await inWorld([kind], async (world) => {
    const { api, clock } = world;
    for (let id = 0; id < 30; id++) api.write(id, 'first');
    expect(await world.run('full')).toMatchObject({ state: 'published', records: 30 });
    const full = await world.pointer();
    expect(api.requests.some((query) => query.has('updated_since'))).toBe(false);

    clock.advance(hour);
    for (const id of [3, 4, 29]) api.write(id, 'second');
    for (const id of [30, 31]) api.write(id, 'new');
    api.requests.length = 0;
    expect(await world.run('incremental')).toMatchObject({ state: 'published', records: 32 });
    expect(await world.table()).toEqual(byId(api.items.values()));

    const since = new Date(Date.parse(full.watermark) - hour / 6).toISOString().replace(/\.\d+Z$/, 'Z');
    expect(new Set(api.requests.map((query) => query.get('updated_since')))).toEqual(new Set([since]));
    expect(await world.pointer()).toMatchObject({
      records: 32,
      key: ['id'],
      increment: { sent: since, base: { runId: full.runId } },
      previous: [{ runId: full.runId, records: 30 }],
    });
  });
});

it.each(kinds)('of %s: where nothing changed, the watermark moves on', async (kind) => {
  await inWorld([kind], async (world) => {
    for (let id = 0; id < 9; id++) world.api.write(id, 'first');
    await world.run('full');
    const before = await world.pointer();
    world.clock.advance(hour);
    expect(await world.run('incremental')).toMatchObject({ state: 'published', records: 9 });
    const after = await world.pointer();
    expect(Date.parse(after.watermark)).toBeGreaterThanOrEqual(Date.parse(before.watermark) + hour);
    expect(await world.table()).toEqual(byId(world.api.items.values()));
  });
});

it('a slice whose status says that nothing is there, has nothing that changed', async () => {
  const request = { ...itemsOf('shops').request, statuses: { 404: 'empty' as const } };
  await inWorld(['shops', { request }], async (world) => {
    for (let id = 0; id < 9; id++) world.api.write(id, 'first');
    await world.run('full');
    world.clock.advance(hour);
    world.api.missing = (query) => query.has('updated_since');
    expect(await world.run('incremental')).toMatchObject({ state: 'published', records: 9 });
  });
});

it('what the source deletes stays until everything is loaded again', async () => {
  await inWorld(['pages'], async (world) => {
    for (let id = 0; id < 9; id++) world.api.write(id, 'first');
    await world.run('full');
    world.clock.advance(hour);
    world.api.items.delete(4);
    await world.run('incremental');
    expect((await world.table()).map(({ id }) => id)).toContain(4);
    await world.run('full');
    expect(await world.table()).toEqual(byId(world.api.items.values()));
  });
});

it('a table of what changed is not replayed', async () => {
  await inWorld(['pages'], async (world) => {
    world.api.write(1, 'first');
    await world.run('full');
    const { runId: full } = await world.pointer();
    world.clock.advance(hour);
    await world.run('incremental');
    const { runId } = await world.pointer();
    await expect(world.replay(runId)).rejects.toThrow(
      `run ${runId} of shop/items cannot be replayed, as it loaded only what changed, which is no table by itself; replay one of ${full}`,
    );
    await expect(world.replay(full)).resolves.toMatchObject({ status: 'enqueued' });
  });
});

/** What happens before a run, which run it is, and what happens while it loads. */
const round = fc.record({
  writes: fc.array(fc.tuple(fc.nat(25), fc.constantFrom('a', 'b', 'c')), { maxLength: 12 }),
  deletes: fc.array(fc.nat(25), { maxLength: 2 }),
  minutes: fc.integer({ min: 1, max: 300 }),
  mode: fc.constantFrom<'full' | 'incremental'>('incremental', 'incremental', 'incremental', 'full'),
  /** An item of those that are there, and by which request it is written again. */
  meanwhile: fc.option(fc.tuple(fc.nat(25), fc.nat(6))),
});

it.each(kinds)('of %s: any changes, at any time, whatever the clocks say, are in the table', async (kind) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -9, max: 9 }).map((minutes) => minutes * 60_000),
      fc.array(round, { minLength: 1, maxLength: 5 }),
      async (behind, rounds) => {
        await inWorld([kind, {}, behind], async (world) => {
          const { api, clock } = world;
          for (let id = 0; id < 10; id++) api.write(id, 'first');
          await world.run('full');
          let expected = new Map(api.items);
          for (const { writes, deletes, minutes, mode, meanwhile } of rounds) {
            clock.advance(minutes * 60_000);
            for (const [id, name] of writes) api.write(id, name);
            for (const id of deletes) api.items.delete(id);
            let answers = 0;
            api.beforeAnswer = () => {
              const [id = -1, at] = meanwhile ?? [];
              if (answers++ === at && api.items.has(id)) api.write(id, 'meanwhile');
            };
            await world.run(mode);
            api.beforeAnswer = () => {};
            // Whatever became of that one, the next one finds what it may have missed.
            clock.advance(60_000);
            expect(await world.run(mode)).toMatchObject({ state: 'published' });
            expected = new Map([...(mode === 'full' ? [] : expected), ...api.items]);
            expect(await world.table()).toEqual(byId(expected.values()));
          }
        });
      },
    ),
    { numRuns: 8 },
  );
});
