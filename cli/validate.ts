import { relative } from 'node:path';
import { Command } from 'commander';
import { loadSources } from '../core/source/load-sources';
import { Finding } from './fail';
import { projectRoot, sourcesFolder } from './project';

/** `baseload validate`: every problem of every source file at once. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check every file in sources/ and report all problems at once')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npx baseload validate')
    .action((options: { json?: boolean }) => validate(options, sourcesFolder));
}

/** Prints what is fine; throws a Finding with all that is not. */
export function validate({ json = false }: { json?: boolean }, folder: string): void {
  const { sources, problems } = loadSources(folder);
  const fine = sources.map(({ file, source }) => ({
    file: relative(projectRoot, file),
    source: source.name,
    datasets: source.datasets.map(({ name }) => name),
  }));
  const wrong = problems.map(({ file, message }) => ({ file: relative(projectRoot, file), message }));
  if (json) {
    console.log(JSON.stringify({ sources: fine, problems: wrong }, null, 2));
    if (wrong.length > 0) process.exitCode = 1;
    return;
  }
  for (const { file, source, datasets } of fine)
    console.log(`✔ ${file}  source '${source}': ${datasets.join(', ')}`);
  if (wrong.length > 0) throw new Finding(wrong.map(({ message }) => `✘ ${message}`).join('\n'));
  if (fine.length === 0)
    console.log('No sources yet: write a file in sources/, such as sources/geonames.ts.');
}
