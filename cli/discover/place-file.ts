import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import { loadSources } from '../../core/source/load-sources';
import { Finding } from '../fail';
import { projectRoot } from '../project';

/** Where a source file goes; undefined for standard output. Throws a ConfigurationError before anything is asked for in vain. */
export function placeOf(
  { out, force = false }: { readonly out?: string | undefined; readonly force?: boolean | undefined },
  name: string,
  folder: string,
): string | undefined {
  if (out === '-') return undefined;
  const file = out === undefined ? join(folder, `${name}.ts`) : resolve(out);
  const base = basename(file);
  if (extname(file) !== '.ts' || !/^[^.]/.test(base) || /^index\.|\.d\.ts$|\.test\.ts$/.test(base))
    throw new ConfigurationError(
      `--out must name a source file, such as sources/${name}.ts, and not ${base}`,
    );
  if (existsSync(file) && !force)
    throw new ConfigurationError(
      `${relative(process.cwd(), file)} exists: use --force to write over it, or --out for another file`,
    );
  checkWritable(file, out);
  checkNameIsFree(name, file);
  return file;
}

/** Tries to write the file, and leaves nothing behind: what may be written is more than permissions tell. */
function checkWritable(file: string, out: string | undefined): void {
  const folder = dirname(file);
  let made: string | undefined;
  try {
    made = mkdirSync(folder, { recursive: true });
    const isThere = existsSync(file);
    closeSync(openSync(file, isThere ? 'r+' : 'wx'));
    if (!isThere) rmSync(file);
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ConfigurationError(
      out === undefined
        ? `${file} cannot be written${code}: give another file with --out`
        : `--out ${out} cannot be written${code}: name a file in a folder that takes files`,
    );
  } finally {
    if (made !== undefined) removeFolders(folder, made);
  }
}

/** Removes empty folders, from the innermost out to `outermost`. */
function removeFolders(innermost: string, outermost: string): void {
  for (let folder = innermost; ; folder = dirname(folder)) {
    rmdirSync(folder);
    if (folder === resolve(outermost) || folder === dirname(folder)) return;
  }
}

/** Two files of a folder cannot declare one source. */
function checkNameIsFree(name: string, file: string): void {
  if (!existsSync(dirname(file))) return;
  const other = loadSources(dirname(file)).sources.find(
    (one) => one.source.name === name && one.file !== file,
  );
  if (other !== undefined)
    throw new ConfigurationError(
      `${basename(other.file)} declares source '${name}': give this one another name with --name`,
    );
}

/** The folder of columns and define-source, as a file of `folder` imports it. */
export function importsFrom(folder: string): string {
  const path = relative(folder, join(projectRoot, 'core', 'source'))
    .split(sep)
    .join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

/** Refuses a text that is no valid source file, by loading it from a folder of its own. */
export function checkSourceText(write: (folder: string) => string): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'baseload-discover-')));
  try {
    writeFileSync(join(folder, 'source.ts'), write(folder));
    const [problem] = loadSources(folder).problems;
    if (problem !== undefined)
      throw new Finding(`no valid source file could be made of what the source gives:\n${problem.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the file; never over another one, unless told to. */
export function writeSourceFile(file: string, text: string, force: boolean): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
}

/** The folder of a file as imports see it. */
export function realFolderOf(file: string): string {
  const folder = dirname(file);
  return existsSync(folder) ? realpathSync(folder) : folder;
}
