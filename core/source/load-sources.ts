import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isDefinedSource } from './define-source';
import { explainLoadError } from './explain-load-error';
import { sharedWrittenSecret } from './shared-secrets';
import type { Source } from './source';

/** A source and the file that declares it. */
export interface LoadedSource {
  /** Absolute. */
  readonly file: string;
  readonly source: Source;
}

/** Why a file gives no source. */
export interface SourceProblem {
  /** Absolute. */
  readonly file: string;
  /** Names the file, then line and column where they are known. One sentence, or the table of a definition's problems. */
  readonly message: string;
}

/** The sources of a folder in the order of their files' names, and what is wrong with the other files. */
export interface LoadedSources {
  readonly sources: readonly LoadedSource[];
  readonly problems: readonly SourceProblem[];
}

/**
 * Loads the source that each *.ts or *.js file of a folder exports by default; never throws.
 * Leaves out index files, declarations, tests and whatever begins with a dot. The process must be able to require TypeScript, as it can
 * under tsx and jest. A file that was loaded before is not read again.
 */
export function loadSources(directory: string): LoadedSources {
  const folder = resolve(directory);
  const sources: LoadedSource[] = [];
  const problems: SourceProblem[] = [];
  const files = new Map<string, string>();
  for (const name of sourceFiles(folder, problems)) {
    const file = join(folder, name);
    const shown = join(basename(folder), name);
    const loaded = load(file, shown);
    if ('message' in loaded) {
      problems.push(loaded);
      continue;
    }
    const earlier = files.get(loaded.source.name);
    files.set(loaded.source.name, earlier ?? name);
    const shared = sharedWrittenSecret(
      loaded.source,
      sources.map(({ source }) => source),
    );
    if (earlier !== undefined) problems.push({ file, message: sameName(shown, loaded.source.name, earlier) });
    else if (shared !== undefined) problems.push({ file, message: `${shown} ${shared}` });
    else sources.push(loaded);
  }
  return { sources, problems };
}

function sourceFiles(folder: string, problems: SourceProblem[]): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && isSourceFile(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push({ file: folder, message: `${folder} cannot be read as a folder of sources: ${reason}` });
    return [];
  }
}

function isSourceFile(name: string): boolean {
  return /^[^.].*\.[tj]s$/.test(name) && !/^index\.|\.d\.ts$|\.test\.[tj]s$/.test(name);
}

function load(file: string, shown: string): LoadedSource | SourceProblem {
  try {
    const source = defaultExport(require(file));
    return isDefinedSource(source) ? { file, source } : { file, message: notDefined(shown, source) };
  } catch (error) {
    return { file, message: explainLoadError(error, file, shown) };
  }
}

function defaultExport(exported: unknown): unknown {
  if (isDefinedSource(exported)) return exported;
  return typeof exported === 'object' && exported !== null && 'default' in exported
    ? exported.default
    : undefined;
}

function notDefined(shown: string, value: unknown): string {
  const found = value === undefined ? 'has no default export' : 'has a default export that is not a source';
  return `${shown} ${found}: write \`export default defineSource({ … })\``;
}

function sameName(shown: string, source: string, earlier: string): string {
  return `${shown} declares source '${source}', as ${earlier} does: give one of them another name`;
}
