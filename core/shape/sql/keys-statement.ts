import type { Dataset } from '../../source/source';
import { readStage } from '../stage/read-stage';
import { tableOf } from '../stage/table';
import { identifier } from './sql-text';

/** Selects the smallest and the largest key of a stage object as JSON texts. */
export function keysStatement(dataset: Dataset, stageFile: string): string {
  const columns = dataset.key.map(identifier);
  const stage = readStage(tableOf(dataset), stageFile);
  const edge = (direction: 'ASC' | 'DESC') =>
    `(SELECT CAST(json_array(${columns.join(', ')}) AS VARCHAR) FROM ${stage} ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')} LIMIT 1)`;
  return `SELECT ${edge('ASC')}, ${edge('DESC')}`;
}
