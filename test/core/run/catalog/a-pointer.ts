import type { Pointer } from '../../../../core/run/publish/pointer';

/** The pointer of shop/orders to a run of the day in January 2026, unless told otherwise. */
export function aPointer(day: number, changes: Partial<Pointer> = {}): Pointer {
  const date = `2026-01-${String(day).padStart(2, '0')}`;
  const runId = `${date}t03-00-00-000z`;
  return {
    version: 3,
    source: 'shop',
    dataset: 'orders',
    runId,
    extension: 'parquet',
    columns: [
      { name: 'id', type: 'BIGINT' },
      { name: 'placedAt', type: 'TIMESTAMP WITH TIME ZONE' },
    ],
    key: ['id'],
    tableVersion: 1,
    location: `stage/shop/orders/run=${runId}/`,
    manifest: `runs/shop/orders/${runId}/manifest.json`,
    files: 2,
    records: 1000 + day,
    bytes: 4096,
    watermark: `${date}T03:00:00.000Z`,
    publishedAt: `${date}T03:04:11.209Z`,
    previous: [],
    ...changes,
  };
}
