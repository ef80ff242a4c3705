import type { DuckDBConnection } from '@duckdb/node-api';
import { ConfigurationError } from '../errors';
import type { Secrets } from '../run/ports';
import type { Dataset } from '../source/source';
import { saltVariable } from './sql/mask-sql';
import { identifier } from './sql/sql-text';

/**
 * Reads the salts of a dataset's masks and gives them to DuckDB as variables, by bound values: they stand in no SQL text. Answers them by the names of
 * their secrets. Throws a ConfigurationError for one that does not exist or is empty.
 */
export async function prepareSalts(
  connection: DuckDBConnection,
  dataset: Dataset,
  secrets: Pick<Secrets, 'get'> | undefined,
): Promise<ReadonlyMap<string, string>> {
  const salts = new Map<string, string>();
  for (const [name, { options }] of Object.entries(dataset.columns)) {
    const { mask } = options;
    if (mask === undefined || mask === 'drop' || mask.type !== 'sha256') continue;
    const { secret } = mask.salt;
    if (salts.has(secret)) continue;
    const problem = `column '${name}' of ${dataset.name} is masked with the salt '${secret}'`;
    if (secrets === undefined)
      throw new ConfigurationError(`${problem}, and there are no secrets to read it from`);
    const salt = await secrets.get(secret);
    if (salt === '') throw new ConfigurationError(`${problem}, which is empty: give it a long random value`);
    await connection.run(`SET VARIABLE ${identifier(saltVariable(secret))} = $1`, [salt]);
    salts.set(secret, salt);
  }
  return salts;
}
