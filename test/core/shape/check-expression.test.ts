import { ConfigurationError } from '../../../core/errors';
import { column, dataset, ShapingBench } from './shaping';

const bench = new ShapingBench();
afterAll(() => bench.close());

const shapeWith = (sql: string) =>
  bench.shape(dataset({ id: column('bigint'), a: column({ type: 'varchar' }, 'a', { sql }) }), [
    '{"data":[{"id":1,"a":"x"}]}',
  ]);

test.each([
  ["(SELECT content FROM read_text('/etc/hostname'))", 'it holds a subquery'],
  ["exists(FROM '/etc/hostname')", 'it holds a subquery'],
  ["list_transform([1], x -> (SELECT content FROM '/etc/hostname'))[1]", 'it holds a subquery'],
  ["value) FROM read_text('/etc/hostname') WHERE (true", 'it is more than that'],
  ['value) UNION SELECT (1', 'it is more than that'],
  ['value), (1', 'it is more than that'],
  ['value) LIMIT (0', 'it is more than that'],
  ['value) GROUP BY (1', 'it is more than that'],
  ['row_number() OVER ()', 'it holds a window function'],
  ['*', "it holds '*'"],
  ['$1', 'it holds a parameter'],
  ['value; SELECT 1', 'syntax error'],
  ['upper(value', 'syntax error'],
  ['', 'syntax error'],
  ['sum(length(value))', 'Binder Error'],
  ['random()', 'Binder Error'],
  ['upper(name)', "there is no 'name'"],
  ['shout(value)', 'Catalog Error'],
  ['raw0', "there is no 'raw0'"],
  ['raw$0', "there is no 'raw$0'"],
  ['upper(vlaue)', "there is no 'vlaue': did you mean 'value'?"],
  ["getvariable('salt x')", 'it holds getvariable, which looks beyond the record'],
  ['now()', 'it holds now, which looks beyond the record'],
  ['current_timestamp', 'which looks beyond the record'],
  ['current_date', 'which looks beyond the record'],
  ['tell(1, 2, 3, value)', 'Binder Error'],
  ["nextval('x')", 'Error'],
])('%s is refused', async (sql, reason) => {
  const shaping = shapeWith(sql);
  await expect(shaping).rejects.toThrow(ConfigurationError);
  await expect(shaping).rejects.toThrow(reason);
  await expect(shaping).rejects.toThrow("column 'a' of cities: its sql must be one expression over value");
});

test.each([
  ["CASE WHEN value = 'x' THEN 'y' END", 'y'],
  ["list_transform(['b'], y -> y || value)[1]", 'bx'],
  ["regexp_replace(value, '(.)', '\\1\\1')", 'xx'],
  ["'it''s ' || value /* why */ -- not", "it's x"],
  ['value', 'x'],
  ['NULL', null],
])('%s is taken', async (sql, expected) => {
  expect((await shapeWith(sql)).rows).toEqual([{ id: '1', a: expected }]);
});
