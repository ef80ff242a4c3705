import type { Dataset } from '../../core/source/source';

/** How a dataset is shaped that asks for nothing: the defaults of defineSource. */
export const plainShaping = {
  lineage: [],
  onUnfit: 'quarantine',
  unknownFields: 'ignore',
  format: { type: 'parquet', compression: 'zstd', rowGroupSize: 122_880, sorted: false },
  tableVersion: 1,
  verification: { looks: 0, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 },
  deadlineHours: 6,
  keepRuns: 3,
} as const satisfies Partial<Dataset>;
