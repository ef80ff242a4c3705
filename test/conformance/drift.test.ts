import { type Churn, churnFault } from '../support/misbehaving-api/faults/churn';
import { paginationNamed } from '../support/misbehaving-api/paginations/all-paginations';
import { type Loaded, load } from './load';
import { openWorld, type World } from './world';

const counted = ['page number, total in the body', 'page number from 0, total in a header', 'offset, total in the body'];
const uncounted = ['page number, no total', 'offset, no total'];
const anywhere = { where: 'anywhere', inserts: 0.5, looks: 3 } as const;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world?.close();
});

function loadWith(pagination: string, churn: Churn): Promise<Loaded> {
  return load({ pagination: paginationNamed(pagination), faults: [churnFault(churn)] }, world);
}

/** Every record that was there all the time is in the table once, and as it was. */
function expectWhole({ rows, inventory }: Loaded): void {
  const seen = new Map(rows.map((row) => [row.id, row]));
  const missing = [...inventory.ever.keys()].filter((id) => !seen.has(id) && !inventory.passing.has(id));
  const invented = rows.filter(({ id, name }) => inventory.ever.get(id)?.name !== name);
  expect({ missing, repeated: rows.length - seen.size, invented }).toEqual({ missing: [], repeated: 0, invented: [] });
}

const seeds = [1, 2, 3, 4, 5, 6];

describe.each([...counted, ...uncounted])('records that come and go, %s', (pagination) => {
  it('are all in the table that were there all the time, once the source comes to rest', async () => {
    const kinds = [
      { name: 'both', inserts: 0.5 },
      { name: 'deletes', inserts: 0 },
      { name: 'inserts', inserts: 1 },
    ];
    for (const seed of seeds) {
      const kind = kinds[seed % 3] ?? kinds[0];
      const loaded = await loadWith(pagination, { ...anywhere, ...kind, name: '', seed, perRequest: 0.3, until: 20 });
      console.log(pagination, kind?.name, seed, loaded.ending, loaded.reason, loaded.statistics.requests, loaded.inventory.passing.size);
      if (loaded.ending === 'published') expectWhole(loaded);
    }
  }, 120_000);
});
