import fc from 'fast-check';
import { PermanentError } from '../../../../core/errors';
import { parseSqlType } from '../../../../core/run/catalog/parse-sql-type';
import { glueType } from '../../../../core/shape/type/column-types';
import { sqlType } from '../../../../core/shape/type/sql-type';
import { anyColumnType } from './column-types-arbitrary';

test('what sqlType writes is read back as a type that is the same in a table', () => {
  fc.assert(
    fc.property(anyColumnType, (type) => {
      const read = parseSqlType(sqlType(type));
      expect(sqlType(read)).toBe(sqlType(type));
      expect(glueType(read)).toBe(glueType(type));
    }),
  );
});

test.each([
  ['VARCHAR[][]', 'array<array<string>>'],
  ['MAP(VARCHAR, DECIMAL(12,2)[])', 'map<string,array<decimal(12,2)>>'],
  [
    'STRUCT("a" TIMESTAMP WITH TIME ZONE, "b" STRUCT("c" JSON)[])',
    'struct<a:timestamp,b:array<struct<c:string>>>',
  ],
  // As a pointer may have it whose names needed no quotes.
  ['STRUCT(id BIGINT)', 'struct<id:bigint>'],
  ['STRUCT("bigint" BIGINT, "with" DATE)', 'struct<bigint:bigint,with:date>'],
])('%s is %s', (text, glue) => {
  expect(glueType(parseSqlType(text))).toBe(glue);
});

test.each([
  '',
  'BLOB',
  'constructor',
  'DECIMAL',
  'DECIMAL(12)',
  'DECIMAL(a,b)',
  'BIGINT BIGINT',
  'BIGINT[',
  'BIGINT[3]',
  'MAP(BIGINT, BIGINT)',
  'STRUCT()',
  'STRUCT("a" BIGINT',
  'STRUCT("a")',
  'STRUCT("a" BIGINT;',
])("'%s' is refused", (text) => {
  expect(() => parseSqlType(text)).toThrow(PermanentError);
  expect(() => parseSqlType(text)).toThrow(`'${text}' is no column type that this version of Baseload knows`);
});
