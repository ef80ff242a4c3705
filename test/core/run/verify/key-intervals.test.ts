import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import type { Receipt } from '../../../../core/run/range/receipt';
import { KeyIntervals } from '../../../../core/run/verify/key-intervals';
import { keyOrder } from '../../../../core/run/verify/key-order';
import { aReceipt } from '../run-fixture';

const idTable = { key: ['id'], columns: [{ name: 'id', type: 'BIGINT' }] };

/** What is proved by receipts, one for each object. */
async function proofOf(receipts: readonly Receipt[], table = idTable) {
  const keys = new KeyIntervals(table);
  for (const [object, receipt] of receipts.entries()) keys.add(object, receipt);
  const objects = receipts.map((receipt) => ({ key: 'k', bytes: 1, etag: 'e', receipt }));
  const { isUnproved, ...proof } = await keys.proof(objects);
  return { ...proof, read: receipts.map((_, object) => isUnproved(object)) };
}

/** Of an object from its first to its last key, unique within. */
function receiptOf(first: number | bigint, last: number | bigint): Receipt {
  return aReceipt({ uniqueKeys: true, firstKey: `[${first}]`, lastKey: `[${last}]` });
}

describe('KeyIntervals', () => {
  it('leaves to be read exactly the objects that overlap another', async () => {
    const interval = fc
      .tuple(fc.integer({ min: -60, max: 60 }), fc.nat(6))
      .map(([a, length]) => [a, a + length] as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(interval, { maxLength: 12 }),
        fc.constantFrom(0, 1, -1),
        async (unsorted, order) => {
          const intervals = order === 0 ? unsorted : [...unsorted].sort(([a], [b]) => order * (a - b));
          const overlaps = intervals.map(([a, b], i) =>
            intervals.some(([c, d], j) => i !== j && a <= d && c <= b),
          );
          expect(await proofOf(intervals.map(([a, b]) => receiptOf(a, b)))).toEqual({
            objects: intervals.length,
            unproved: overlaps.filter((one) => one).length,
            read: overlaps,
          });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('proves nothing where an object does not tell, and reads by itself one that may repeat a key within', async () => {
    const receipts = [
      aReceipt({ firstKey: '[1]', lastKey: '[5]' }),
      aReceipt({ staged: 0 }),
      receiptOf(6, 9),
    ];
    expect(await proofOf(receipts)).toEqual({ objects: 2, unproved: 1, read: [true, false, false] });
    const silent = aReceipt({ uniqueKeys: true });
    expect(await proofOf([...receipts, silent])).toMatchObject({ objects: 3, unproved: 3 });
  });

  it('proves nothing of types whose order it does not know', async () => {
    const structs = { key: ['id'], columns: [{ name: 'id', type: 'STRUCT(a BIGINT)' }] };
    const receipts = [receiptOf(1, 2), receiptOf(3, 4)];
    expect(await proofOf(receipts, structs)).toMatchObject({ unproved: 2 });
    expect(await proofOf(receipts, { key: ['gone'], columns: idTable.columns })).toMatchObject({
      unproved: 2,
    });
    expect(await proofOf(receipts)).toMatchObject({ unproved: 0 });
  });

  it('tells integers beyond 2^53 apart', async () => {
    const big = 2n ** 53n;
    const receipts = [receiptOf(big - 5n, big), receiptOf(big + 1n, big + 9n)];
    expect(await proofOf(receipts)).toMatchObject({ unproved: 0 });
    const touching = receiptOf(big + 9n, big + 10n);
    expect(await proofOf([...receipts, touching])).toMatchObject({ read: [false, true, true] });
  });
});

describe('keyOrder', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 }).filter((one) => !one.includes('\0'));
  const types: readonly (readonly [string, fc.Arbitrary<string>])[] = [
    ['BIGINT', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
    ['DECIMAL(18,3)', fc.integer({ min: -5000, max: 5000 }).map((n) => (n / 1000).toFixed(3))],
    ['DOUBLE', fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)],
    ['VARCHAR', text],
    [
      'DATE',
      fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((d) => d.toISOString().slice(0, 10)),
    ],
    [
      'TIMESTAMP',
      fc
        .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
        .map((d) => d.toISOString().slice(0, 23)),
    ],
    ['BOOLEAN', fc.boolean().map(String)],
    ['UUID', fc.uuid()],
  ];

  it.each(types)('never says of a %s what DuckDB would not', async (type, value) => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const compare = keyOrder([type]);
    let told = 0;
    await fc.assert(
      fc.asyncProperty(value, value, async (a, b) => {
        const sql = (one: string) => `'${one.replaceAll("'", "''")}'::${type}`;
        const reader = await connection.runAndReadAll(
          `SELECT json_array(a)::VARCHAR, json_array(b)::VARCHAR, a < b, a > b FROM (SELECT ${sql(a)} AS a, ${sql(b)} AS b)`,
        );
        const [ours, theirs, isLess, isMore] = reader.getRows()[0] ?? [];
        const compared = compare(String(ours), String(theirs));
        if (compared === undefined) return;
        told++;
        expect(Math.sign(compared)).toBe(isLess ? -1 : isMore ? 1 : 0);
      }),
      { numRuns: 300 },
    );
    expect(told).toBeGreaterThan(250);
    connection.closeSync();
  });

  it('compares keys of several columns from the first to the last', () => {
    const compare = keyOrder(['VARCHAR', 'BIGINT']);
    expect(compare('["a",2]', '["a",10]')).toBeLessThan(0);
    expect(compare('["a,1",2]', '["a",10]')).toBeGreaterThan(0);
    expect(compare('["b",1]', '["a",10]')).toBeGreaterThan(0);
    expect(compare('["a",1]', '["a"]')).toBeUndefined();
    expect(compare('["a",1]', 'no array')).toBeUndefined();
    expect(compare('["a",null]', '["a",1]')).toBeUndefined();
  });
});
