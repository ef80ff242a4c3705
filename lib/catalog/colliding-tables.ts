import type { Source } from '../../core/source/source';
import { tableName } from '../../lambda/environment';

/**
 * A sentence for every table that more than one dataset would write: dashes of source and dataset become underscores in its name, as
 * Athena wants them, so 'a-b' with 'c' and 'a' with 'b-c' are both a_b_c.
 */
export function collidingTables(sources: readonly Pick<Source, 'name' | 'datasets'>[]): string[] {
  const byTable = new Map<string, string[]>();
  for (const { name, datasets } of sources) {
    for (const dataset of datasets) {
      const table = tableName(name, dataset.name);
      byTable.set(table, [...(byTable.get(table) ?? []), `${name}/${dataset.name}`]);
    }
  }
  return [...byTable]
    .filter(([, datasets]) => datasets.length > 1)
    .map(
      ([table, datasets]) =>
        `datasets ${datasets.join(' and ')} would both be the table ${table} of the catalog: give one of them another name`,
    );
}
