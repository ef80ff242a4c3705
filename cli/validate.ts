import { tmpdir } from 'node:os';
import { relative } from 'node:path';
import { Command } from 'commander';
import { ConfigurationError } from '../core/errors';
import { unshapeableSources } from '../core/shape/unshapeable';
import { loadSources } from '../core/source/load-sources';
import { schedulesOf } from '../core/source/schedules-of';
import { skippedStart } from '../core/source/skipped-starts';
import type { Source } from '../core/source/source';
import { projectRoot, sourcesFolder } from './project';
import { printingToStderr } from './sources/prints-of-sources';

/** `baseload validate`: every problem of every source file at once. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check every file in sources/ and report all problems at once')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEnds with 2 where a file has a problem, as every command that needs it would.\n\nExample:\n  npx baseload validate',
    )
    .action((options: { json?: boolean }) => validate(options, sourcesFolder));
}

/** Prints what is fine; throws a ConfigurationError with all that is not. */
export async function validate({ json = false }: { json?: boolean }, folder: string): Promise<void> {
  const loaded = printingToStderr(() => loadSources(folder));
  const unshapeable = await unshapeableSources(loaded.sources, tmpdir());
  const sources = loaded.sources.filter(({ file }) => !unshapeable.some((problem) => problem.file === file));
  const problems = [...loaded.problems, ...unshapeable].sort((a, b) => (a.file < b.file ? -1 : 1));
  const fine = sources.map(({ file, source }) => ({
    file: relative(projectRoot, file),
    source: source.name,
    datasets: source.datasets.map(({ name }) => name),
    warnings: warningsOf(source),
  }));
  const wrong = problems.map(({ file, message }) => ({ file: relative(projectRoot, file), message }));
  if (json) {
    console.log(JSON.stringify({ sources: fine, problems: wrong }, null, 2));
    if (wrong.length > 0) process.exitCode = 2;
    return;
  }
  for (const { file, source, datasets, warnings } of fine) {
    console.log(`✔ ${file}  source '${source}': ${datasets.join(', ')}`);
    for (const warning of warnings) console.log(`! ${file}  ${warning}`);
  }
  if (wrong.length > 0) throw new ConfigurationError(wrong.map(({ message }) => `✘ ${message}`).join('\n'));
  if (fine.length === 0)
    console.log('No sources yet: write a file in sources/, such as sources/geonames.ts.');
}

/** What is allowed, and hardly meant: a start that the clocks skip. */
function warningsOf({ name, datasets }: Source): readonly string[] {
  return datasets.flatMap((dataset) =>
    schedulesOf(dataset).flatMap((schedule) => {
      const date = skippedStart(schedule);
      if (date === undefined) return [];
      const time = `${schedule.hour}:${String(schedule.minute).padStart(2, '0')}`;
      return [
        `${name}/${dataset.name} does not start on ${date}: clocks in ${schedule.timeZone} go past ${time} that day; choose another time, or UTC`,
      ];
    }),
  );
}
