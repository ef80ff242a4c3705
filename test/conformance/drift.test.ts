import { churnFault } from '../support/misbehaving-api/faults/churn';
import { countables, type Ending, type FaultCase } from '../support/misbehaving-api/faults/fault-case';
import { paginationNamed } from '../support/misbehaving-api/paginations/all-paginations';
import { allSlicings } from '../support/misbehaving-api/slicings/all-slicings';
import type { ConformanceCase } from './case';
import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';
import { type Loaded, load } from './load';
import { openWorld, type World } from './world';

const counted = [
  'page number, total in the body',
  'page number from 0, total in a header',
  'offset, total in the body',
].map(paginationNamed);
const uncounted = ['page number, no total', 'offset, a flag while pages follow'].map(paginationNamed);

/** Real milliseconds that a load may take that looks again and again. */
const patience = 120_000;
const forEver = Number.POSITIVE_INFINITY;

/** Both, deletes and inserts, in turns. */
const inserts = [0.5, 0, 1] as const;
/** Requests after which nothing changes any more: before the first pages are there, before the last ones are, and while they are looked at. */
const untils = [10, 20, 40] as const;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world?.close();
});

function loadChurning(
  one: ConformanceCase,
  { seed, until, perRequest = 0.3 }: { seed: number; until: number; perRequest?: number },
): Promise<Loaded> {
  const share = inserts[seed % inserts.length] ?? 0.5;
  const churn = { seed, until, perRequest, inserts: share, where: 'anywhere', looks: 3 } as const;
  return load({ ...one, faults: [churnFault({ ...churn, name: 'records come and go' })] }, world, patience);
}

/** Every record that was there all the time is in the table once, and none that never was. */
function flaws({ rows, inventory }: Loaded) {
  const seen = new Map(rows.map((row) => [row.id, row]));
  const missing = [...inventory.ever.keys()].filter((id) => !seen.has(id) && !inventory.passing.has(id));
  const invented = rows.filter(({ id, name }) => inventory.ever.get(id)?.name !== name);
  return { missing, repeated: rows.length - seen.size, invented };
}

const none = { missing: [], repeated: 0, invented: [] };

describe.each([...counted, ...uncounted])('$name, records come and go', (pagination) => {
  it('and are all in the table, once, that were there all the time, when the source has come to rest', async () => {
    const loads = untils.map((until, at) => loadChurning({ pagination }, { seed: at + 1, until }));
    for (const loaded of await Promise.all(loads)) {
      expect({ ending: loaded.ending, reason: loaded.reason }).toEqual({ ending: 'published', reason: '' });
      expect(flaws(loaded)).toEqual(none);
      expect(loaded.inventory.passing.size).toBeGreaterThan(0);
    }
  }, 300_000);

  it('and all the time: it is published whole, or not at all', async () => {
    const loads = [1, 2, 3].map((seed) =>
      loadChurning({ pagination }, { seed, until: forEver, perRequest: 0.15 }),
    );
    for (const loaded of await Promise.all(loads)) {
      expect(['published', 'refused']).toContain(loaded.ending);
      if (loaded.ending === 'published') expect(flaws(loaded)).toEqual(none);
      else expect(loaded.reason).toContain('it cannot be shown that no record was missed');
    }
  }, 300_000);
});

describe('slices of which records come and go', () => {
  it.each([...counted.slice(0, 1), ...uncounted.slice(0, 1)])(
    'are loaded whole, $name',
    async (pagination) => {
      const slicing = allSlicings.find(({ name }) => name.startsWith('a slice per value'));
      if (!slicing) throw new Error('there is no such slicing');
      for (const seed of [1, 2, 3]) {
        const loaded = await loadChurning(
          { pagination, slicing, records: 300 },
          { seed, until: 60, perRequest: 0.1 },
        );
        expect({ ending: loaded.ending, reason: loaded.reason }).toEqual({ ending: 'published', reason: '' });
        expect(flaws(loaded)).toEqual(none);
        expect(loaded.inventory.passing.size).toBeGreaterThan(0);
      }
    },
    300_000,
  );
});

/** What is healed by looking again ends well, and so does one page that says another total than all others; a wrong total everywhere does not. */
const healed = ['a record is added at the front', 'a record is deleted at the front', 'a total that jumps'];

function lookedAt(fault: FaultCase): FaultCase {
  const published: { ending?: () => Ending } = healed.includes(fault.name)
    ? { ending: () => 'published' }
    : {};
  const dataset: FaultCase['dataset'] = (one) => ({
    ...one,
    verification: { ...one.verification, looks: 3 },
  });
  return { ...fault, ...published, dataset };
}

// How pages are asked for makes no difference to looks: that is tried above, and without looks for every pagination.
const looked = faultCases('moving data').filter(
  ({ pagination }) => countables(pagination) && counted.includes(pagination),
);
conformanceSuite(
  'moving data that are looked at again',
  looked.map((one) => ({ ...one, faults: one.faults?.map(lookedAt) ?? [] })),
  patience,
);
