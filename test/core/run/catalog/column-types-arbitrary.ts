import fc from 'fast-check';
import type { Column, ColumnType } from '../../../../core/source/column';

/** Names as columns and fields may have them. */
export const columnName = fc.stringMatching(/^_?[A-Za-z][A-Za-z0-9_]{0,12}$/);

const decimal = fc
  .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38))
  .map(([precision, scale]): ColumnType => {
    return { type: 'decimal', precision, scale: Math.min(precision, scale) };
  });

const scalar: fc.Arbitrary<ColumnType> = fc.oneof(
  fc
    .constantFrom(
      'boolean',
      'integer',
      'bigint',
      'hugeint',
      'double',
      'varchar',
      'uuid',
      'date',
      'time',
      'timestamp',
      'json',
    )
    .map((type): ColumnType => ({ type })),
  decimal,
);

const inside = (columnType: ColumnType): Column => ({ columnType, options: {} });

/** Every type that a column can have. */
export const anyColumnType: fc.Arbitrary<ColumnType> = fc.letrec<{ type: ColumnType }>((tie) => {
  const structFields = fc
    .uniqueArray(fc.tuple(columnName, tie('type')), {
      minLength: 1,
      maxLength: 4,
      selector: ([name]) => name.toLowerCase(),
    })
    .map((members) => Object.fromEntries(members.map(([name, type]) => [name, inside(type)])));
  return {
    type: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      tie('type').map((of): ColumnType => ({ type: 'list', of: inside(of) })),
      tie('type').map((of): ColumnType => ({ type: 'map', of: inside(of) })),
      structFields.map((fields): ColumnType => ({ type: 'struct', fields })),
    ),
  };
}).type;
