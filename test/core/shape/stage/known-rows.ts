/** Two rows of `everyType`, at the edges of what the types hold and then without any value but the key. */
export const knownRows = `
  SELECT
    9007199254740993::BIGINT AS id, true AS flag, (-2147483648)::INTEGER AS small,
    (-99999999999999999999999999999999999999)::DECIMAL(38,0) AS huge, 0.1::DOUBLE AS ratio, 1234567890.50::DECIMAL(12,2) AS price,
    99999999999999999999.123456789012345678::DECIMAL(38,18) AS exact, 'a "b", c' || chr(13) || chr(10) || chr(0) AS "a ""text"", odd's",
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301' AS uuid, DATE '0001-01-01' AS day, '23:59:59.999999' AS time,
    TIMESTAMPTZ '9999-12-31T23:59:59.999999Z' AS moment, '{"a":[1,"x"]}'::JSON AS document,
    [TIMESTAMPTZ '2026-01-31T12:30:00Z', NULL] AS moments, ['', NULL, 'ä'] AS texts,
    {'amount': 1.5::DECIMAL(38,18), 'odd "name': 'y', 'at': NULL::TIMESTAMPTZ} AS leaf,
    [{'amount': NULL::DECIMAL(38,18), 'odd "name': 'z', 'at': TIMESTAMPTZ '1969-12-31T23:59:59.999999Z'}] AS leaves,
    MAP {'k': 0.1::DECIMAL(38,18), '': NULL} AS "byName",
    MAP {'d': [{'inner': NULL::STRUCT(amount DECIMAL(38,18), "odd ""name" VARCHAR, "at" TIMESTAMPTZ), 'ratio': 1e308::DOUBLE}]} AS deep
  UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`;
