import { basename, dirname, join } from 'node:path';
import { describe } from '../source/describe';
import type { LoadedSource, SourceProblem } from '../source/load-sources';
import { type Problem, problemAt, SourceDefinitionError } from '../source/problems';
import type { Dataset, Source } from '../source/source';
import { shapingProblems } from './check-expression';
import { type OpenDuckDB, openDuckDB } from './duckdb';

/** What the checks take: they read no data. */
const memoryMegabytes = 100;

/** What DuckDB knows to be wrong with sources before there is a record: for each file that has problems, the table of all. */
export async function unshapeableSources(
  sources: readonly LoadedSource[],
  temporaryDirectory: string,
): Promise<SourceProblem[]> {
  if (sources.length === 0) return [];
  const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory });
  try {
    const found: SourceProblem[] = [];
    for (const { file, source } of sources) {
      const problems = await problemsOf(duckdb, source, source.datasets);
      const shown = join(basename(dirname(file)), basename(file));
      if (problems.length > 0)
        found.push({
          file,
          message: `${shown}: ${new SourceDefinitionError(source.name, problems).message}`,
        });
    }
    return found;
  } finally {
    await duckdb.close();
  }
}

/** Throws a SourceDefinitionError where DuckDB knows a dataset to be wrong before there is a record. */
export async function refuseUnshapeable(
  source: Source,
  dataset: Dataset,
  temporaryDirectory: string,
): Promise<void> {
  const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory });
  try {
    const problems = await problemsOf(duckdb, source, [dataset]);
    if (problems.length > 0) throw new SourceDefinitionError(source.name, problems);
  } finally {
    await duckdb.close();
  }
}

async function problemsOf(
  { connection }: OpenDuckDB,
  { datasets }: Source,
  some: readonly Dataset[],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const dataset of some) {
    const index = datasets.findIndex(({ name }) => name === dataset.name);
    for (const { path, given, allowed } of await shapingProblems(connection, dataset))
      problems.push(problemAt(['datasets', index, ...path], describe(given), allowed));
  }
  return problems;
}
