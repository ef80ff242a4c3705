import { loadedObjects } from '../../../core/forecast/loaded-objects';
import { manifestPartKey } from '../../../core/run/keys';
import { rangesPerBlock, restPart } from '../../../core/run/verify/range-block';
import { memoryLake } from '../../support/memory-lake';
import { aReceipt, aRun } from '../run/run-fixture';

const drift = { looks: 2, moved: 1, grown: 0, outcome: 'settled', sentence: 's' } as const;
const block = (slice: string) => `block-${slice}-00000000`;

/** A lake with parts of two objects each, whose keys are the part's name. */
async function lakeWith(parts: readonly (readonly [name: string, look?: number])[]) {
  const lake = memoryLake();
  const keys: string[] = [];
  for (const [name, look] of parts) {
    const key = manifestPartKey({ ...aRun, look }, name);
    const object = { key: name, bytes: 1, etag: 'e', ...(look && { look }), receipt: aReceipt() };
    await lake.put(key, `${JSON.stringify(object)}\n`.repeat(2));
    keys.push(key);
  }
  return { lake, keys };
}

async function loaded(...[manifest, lake]: Parameters<typeof loadedObjects>) {
  const found: [string, number | undefined, boolean][] = [];
  for await (const { object, isReplaced } of loadedObjects(manifest, lake))
    found.push([object.key, object.look, isReplaced]);
  return found;
}

test('are those that the manifest names, replaced ones included, and those of parts that it does not name', async () => {
  const { lake, keys } = await lakeWith([[restPart(0, 2)], [restPart(0, 2), 1], [restPart(0, 2), 2]]);
  const [own = '', , moved = ''] = keys;
  const parts = [
    { key: own, objects: 1, replaced: [[1, 1]] as [number, number][] },
    { key: moved, look: 2, objects: 2 },
  ];
  expect(await loaded({ ...aRun, parts, drift }, lake)).toEqual([
    ...(
      [
        [undefined, false],
        [undefined, true],
        [2, false],
        [2, false],
        [1, true],
        [1, true],
      ] as const
    ).map(([look, isReplaced]) => [restPart(0, 2), look, isReplaced]),
  ]);
});

test('are not those of a part that another took the place of when a range came late', async () => {
  const { lake, keys } = await lakeWith([
    [restPart(0, 9)],
    ...([
      [restPart(0, 7), 1],
      [restPart(0, 8), 1],
      [restPart(1, 8), 1],
    ] as const),
    ...([
      [restPart(0, rangesPerBlock - 1), 2],
      [block('all'), 2],
    ] as const),
  ]);
  const parts = [{ key: keys[0] ?? '', objects: 2 }];
  const names = (await loaded({ ...aRun, parts, drift }, lake)).map(([name]) => name);
  const current = [restPart(0, 9), block('all'), restPart(0, 8), restPart(1, 8)];
  expect(names.sort()).toEqual(current.flatMap((name) => [name, name]).sort());
});

test('of a run that was not looked at again, nothing is listed', async () => {
  const { lake, keys } = await lakeWith([[restPart(0, 2)]]);
  const list = () => {
    throw new Error('nothing is to be listed');
  };
  const parts = [{ key: keys[0] ?? '', objects: 2 }];
  expect(await loaded({ ...aRun, parts }, { ...lake, list })).toHaveLength(2);
});
