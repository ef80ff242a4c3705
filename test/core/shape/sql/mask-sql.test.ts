import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { maskText } from '../../../../core/shape/mask-text';
import { maskSql, saltVariable } from '../../../../core/shape/sql/mask-sql';
import { identifier, literal } from '../../../../core/shape/sql/sql-text';
import type { Mask } from '../../../../core/source/column';

const salt = "it's salt";
const name = `a'b "c" d`;

test('SQL and JavaScript mask alike', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`SET VARIABLE ${identifier(saltVariable(name))} = $1`, [salt]);
  const few = fc.option(fc.nat(4), { nil: undefined });
  const mask = fc.oneof(
    fc.constant<Mask>('drop'),
    fc.constant<Mask>({ type: 'sha256', salt: { secret: name } }),
    fc.record({ keepFirst: few, keepLast: few }).map(
      ({ keepFirst, keepLast }): Mask => ({
        type: 'partial',
        ...(keepFirst !== undefined && { keepFirst }),
        ...(keepLast !== undefined && { keepLast }),
      }),
    ),
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.string({ unit: 'grapheme-ascii' }),
    fc.constant('a\u0000b'),
  );
  await fc.assert(
    fc.asyncProperty(mask, text, async (of, clear) => {
      const reader = await connection.runAndReadAll(
        `SELECT ${maskSql(of, 't')} FROM (SELECT ${literal(clear)} AS t)`,
      );
      expect(reader.getRows()[0]?.[0] ?? undefined).toBe(maskText(of, clear, new Map([[name, salt]])));
    }),
  );
  connection.closeSync();
  instance.closeSync();
});

test('a salt that was not read is an error', () => {
  expect(() => maskText({ type: 'sha256', salt: { secret: 'x' } }, 'a', new Map())).toThrow(
    "the salt 'x' has not been read",
  );
});
