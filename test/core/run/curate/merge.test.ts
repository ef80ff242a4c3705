import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { ConfigurationError } from '../../../../core/errors';
import { inSentences, refuseWithoutRoom } from '../../../../core/run/curate/room';
import { tableOf } from '../../../../core/shape/stage/table';
import type { Dataset } from '../../../../core/source/source';
import { anyRows, anyText, datasetOf, everyType, noRows } from '../../shape/stage/every-type';
import { formats, MergeWorld } from './merge-world';

const world = new MergeWorld();
beforeAll(() => world.open());
afterAll(() => world.close());

const two = { id: { type: 'bigint' }, seen: { type: 'varchar' } } as const;
const values = (rows: readonly (readonly [number, string])[]) =>
  rows.length === 0
    ? noRows(two)
    : `SELECT * FROM (VALUES ${rows.map(([id, seen]) => `(${id}::BIGINT, '${seen}')`).join(', ')}) AS t(id, seen)`;

describe.each(formats)('%s', (_, format) => {
  const dataset = datasetOf(two, { format });
  const ofRows = (rows: readonly (readonly [number, string])[], of: Dataset = dataset) =>
    world.write(values(rows), of);
  const read = (paths: readonly string[]) => world.read(dataset, paths);

  test('of rows with one key the last of the last object stays, and rows stand in the order of the key', async () => {
    const inputs = [
      await ofRows([
        [3, 'a'],
        [1, 'a'],
        [10, 'a'],
      ]),
      await ofRows([
        [2, 'b'],
        [1, 'b'],
        [2, 'later'],
      ]),
      await ofRows([[3, 'c']]),
    ];
    const { files, proof, paths } = await world.merge(inputs, dataset);
    expect(await read(paths)).toEqual([
      ['1', 'b'],
      ['2', 'later'],
      ['3', 'c'],
      ['10', 'a'],
    ]);
    expect(proof).toMatchObject({ rows: 7, keys: 4 });
    expect(files).toMatchObject([{ records: 4, firstKey: '[1]', lastKey: '[10]' }]);
  });

  test('no rows make one file that can be read', async () => {
    for (const inputs of [[], [await ofRows([])]]) {
      const { files, proof, paths } = await world.merge(inputs, dataset);
      expect(files).toMatchObject([{ records: 0 }]);
      expect(proof).toMatchObject({ rows: 0, keys: 0 });
      expect(await read(paths)).toEqual([]);
    }
  });

  test('values of every type are what they were', async () => {
    const every = datasetOf(everyType, { format });
    await fc.assert(
      fc.asyncProperty(anyRows(everyType), async (rows) => {
        const query = rows.length === 0 ? noRows(everyType) : rows.join(' UNION ALL ');
        const input = await world.write(query, every);
        const { paths } = await world.merge([input], every);
        const columns = 'COLUMNS(*)::VARCHAR';
        expect(await world.read(every, paths, columns)).toEqual(
          await world.read(every, [world.path(input)], columns),
        );
      }),
      { numRuns: 10 },
    );
  });

  test('whatever is seen in whatever order, the files hold what was seen last of each key, in order and of about one size', async () => {
    const seen = fc.array(fc.array(fc.tuple(fc.nat(60), fc.constant('')), { maxLength: 25 }), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(seen, fc.integer({ min: 1, max: 6 }), async (objects, parts) => {
        const last = new Map<number, string>();
        const marked = objects.map((rows, object) =>
          rows.map(([id], row) => [id, `${object}-${row}`] as const),
        );
        for (const [id, text] of marked.flat()) last.set(id, text);
        const inputs = [];
        for (const rows of marked) inputs.push(await ofRows(rows));
        const targetBytes = Math.ceil(inputs.reduce((sum, { bytes }) => sum + bytes, 1) / parts);
        const { files, proof, paths } = await world.merge(inputs, dataset, { targetBytes });
        const expected = [...last].sort(([a], [b]) => a - b).map(([id, text]) => [String(id), text]);
        const found = [];
        for (const path of paths) found.push(...(await read([path])));
        expect(found).toEqual(expected);
        expect(proof.keys).toBe(expected.length);
        expect(files.length).toBeLessThanOrEqual(Math.max(1, parts));
        expect(files.reduce((sum, { records }) => sum + records, 0)).toBe(expected.length);
      }),
      { numRuns: 10 },
    );
  });

  test('keys of several columns and of any text are told apart and sorted as readers sort them', async () => {
    const keyed = datasetOf({ a: { type: 'varchar' }, b: { type: 'double' } }, { format, key: ['a', 'b'] });
    const literalOf = (text: string) =>
      `(${text
        .split('\0')
        .map((part) => `'${part.replaceAll("'", "''")}'`)
        .join(' || chr(0) || ')})`;
    const row = fc.tuple(anyText, fc.integer({ min: -3, max: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const query = rows
          .map(([a, b]) => `SELECT ${literalOf(a)} AS a, CAST(${b} AS DOUBLE) AS b`)
          .join(' UNION ALL ');
        const input = await world.write(query, keyed);
        const { paths, proof } = await world.merge([input], keyed, {
          targetBytes: Math.ceil(input.bytes / 3),
        });
        const distinct = await world.rows(`SELECT DISTINCT a, b FROM (${query}) ORDER BY a, b`);
        const found = [];
        for (const path of paths) found.push(...(await world.read(keyed, [path])));
        expect(found).toEqual(distinct);
        expect(proof).toMatchObject({ rows: rows.length, keys: distinct.length });
      }),
      { numRuns: 10 },
    );
  });

  test('an object that is gone, is another or has other rows than its receipt is refused, and nothing is left behind', async () => {
    const input = await ofRows([[1, 'a']]);
    const cases = [
      [{ ...input, key: 'gone' }, 'gone was removed from the lake'],
      [{ ...input, bytes: input.bytes + 1 }, 'is another object than it was'],
      [{ ...input, records: 2 }, 'have 1 rows, and 2 by their receipts'],
    ] as const;
    for (const [broken, sentence] of cases) {
      await expect(world.merge([broken], dataset)).rejects.toThrow(sentence);
    }
    expect(readdirSync(world.folder).filter((name) => name.startsWith('curate-'))).toEqual([]);
  });
});

test('a name that a column has already is not in the way', async () => {
  const names = { place: { type: 'varchar' }, KEY_0: { type: 'bigint' } } as const;
  const dataset = datasetOf(names, { key: ['KEY_0'] });
  const input = await world.write(`SELECT 'x' AS place, 5::BIGINT AS "KEY_0"`, dataset);
  const { paths } = await world.merge([input, input], dataset);
  expect(await world.read(dataset, paths)).toEqual([['x', '5']]);
});

test('Parquet is written with the codec and the row groups of the stage objects', async () => {
  const format = { type: 'parquet', compression: 'snappy', rowGroupSize: 2048, sorted: false } as const;
  const dataset = datasetOf(two, { format });
  const input = await world.write("SELECT i AS id, '' AS seen FROM range(5000) AS t(i)", dataset);
  const { paths } = await world.merge([input], dataset);
  const metadata = await world.rows(
    `SELECT DISTINCT compression, row_group_num_rows FROM parquet_metadata('${paths[0]}') ORDER BY 2`,
  );
  expect(metadata).toEqual([
    ['SNAPPY', '904'],
    ['SNAPPY', '2048'],
  ]);
});

test('two files of the same size follow each other where there is room for two', async () => {
  const dataset = datasetOf(two);
  const halves = [0, 1].map((odd) =>
    world.write(
      `SELECT 2 * i + ${odd} AS id, md5(CAST(i AS VARCHAR)) AS seen FROM range(50000) AS t(i)`,
      dataset,
    ),
  );
  const inputs = await Promise.all(halves);
  const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const { files } = await world.merge(inputs, dataset, { targetBytes: bytes / 4 });
  expect(files).toHaveLength(4);
  for (const { records } of files) expect(Math.abs(records - 25_000)).toBeLessThan(2500);
});

test('what does not fit into memory goes to the disk and back', async () => {
  const dataset = datasetOf(two);
  const rows = 900_000;
  const input = await world.write(
    `SELECT (i * 7919) % ${rows} AS id, repeat(md5(CAST(i AS VARCHAR)), 5) AS seen FROM range(${rows}) AS t(i)`,
    dataset,
  );
  const { files, paths } = await world.merge([input], dataset, { memoryMegabytes: 100 }); // of 150 MB
  expect(files).toMatchObject([{ records: rows, firstKey: '[0]', lastKey: `[${rows - 1}]` }]);
  const [[ordered] = []] = await world.rows(
    `SELECT bool_and(id = n - 1) FROM (SELECT id, row_number() OVER () AS n FROM read_parquet('${paths[0]}'))`,
  );
  expect(ordered).toBe(true);
});

test('no room is told before anything is fetched, with what to do', async () => {
  const inputs = [{ key: 'huge', bytes: 1e18, records: 1 }];
  const merge = {
    name: 'shop/orders run x',
    table: tableOf(datasetOf(two)),
    parquet: { compression: 'zstd' as const, rowGroupSize: 2048 },
    inputs,
    targetBytes: 1,
  };
  const refused = refuseWithoutRoom(merge, world.folder);
  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toThrow(/shop\/orders run x cannot be merged on this machine.*duckdb-engine/);
});

test('what DuckDB says of no memory and no disk becomes that sentence, and nothing else does', () => {
  const merge = { name: 'n', inputs: [] } as never;
  expect(inSentences(new Error('Out of Memory Error: failed to pin block'), merge)).toBeInstanceOf(
    ConfigurationError,
  );
  expect(
    inSentences(new Error('IO Error: Could not write file: No space left on device'), merge),
  ).toBeInstanceOf(ConfigurationError);
  const other = new Error('Parser Error');
  expect(inSentences(other, merge)).toBe(other);
});
