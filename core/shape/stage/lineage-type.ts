import type { ScalarType } from '../../source/column';
import type { LineageColumn } from '../../source/source';

const types: Readonly<Record<LineageColumn, ScalarType>> = {
  _run_id: { type: 'varchar' },
  _slice: { type: 'varchar' },
  _page: { type: 'integer' },
  _fetched_at: { type: 'timestamp' },
};

/** The type of a lineage column in the table. */
export function lineageType(column: LineageColumn): ScalarType {
  return types[column];
}
