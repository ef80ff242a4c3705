import type { Column, UnfitPolicy } from '../../core/source/column';
import type { Dataset } from '../../core/source/source';

/**
 * The dataset with nothing in it that would end a run at the first record: a preview shows all that is unfit. What would have ended it is told by
 * `stopsAt` and by its unknownFields.
 */
export function softened(dataset: Dataset): Dataset {
  const columns = Object.entries(dataset.columns).map(([name, column]): [string, Column] => {
    const { onUnfit } = column.options;
    return [name, onUnfit === 'fail' ? { ...column, options: { ...column.options, onUnfit: soft } } : column];
  });
  return {
    ...dataset,
    columns: Object.fromEntries(columns),
    onUnfit: dataset.onUnfit === 'fail' ? soft : dataset.onUnfit,
    unknownFields: dataset.unknownFields === 'fail' ? 'ignore' : dataset.unknownFields,
  };
}

const soft: UnfitPolicy = 'quarantine';

/** Whether a run stops at a record that this column does not fit; null is the record as a whole. */
export function stopsAt({ columns, onUnfit }: Dataset, column: string | null): boolean {
  const own = column === null ? undefined : columns[column]?.options.onUnfit;
  return (own ?? onUnfit) === 'fail';
}
