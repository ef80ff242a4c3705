import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { FileAssetPackaging, Stack, Stage } from 'aws-cdk-lib';
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type BuildFailure, type BuildOptions, buildSync, type OutputFile } from 'esbuild';
import { ConfigurationError } from '../../core/errors';
import { projectRoot } from './project-root';

export interface BundledCodeProps {
  /** The file whose exports become those of index.mjs. */
  readonly entry: string;
  /** The file that the entry sees as 'baseload:source'. @default there is no such module */
  readonly sourceFile?: string;
  /** Constants that the code declares and the bundle holds, each a value that JSON can write. @default none */
  readonly define?: Readonly<Record<string, unknown>>;
  /** Files that code in the bundle reads from its own folder (`__dirname`); they are put beside index.mjs. @default none */
  readonly files?: readonly string[];
}

/** Lets the CommonJS that is bundled into an ES module require Node's own modules and the native binding. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** The folder of index.mjs, under the name that CommonJS has for it. */
const folderBanner = 'const __dirname = import.meta.dirname;';

type BundledFile = Pick<OutputFile, 'path' | 'contents'>;

/**
 * A function's code as one ES module, made by esbuild in this process: the same bytes for every checkout, which
 * is also what the asset is named by. Stacks that 'aws:cdk:bundling-stacks' leaves out get no bundle.
 */
export class BundledCode extends Code {
  constructor(private readonly props: BundledCodeProps) {
    super();
  }

  bind(scope: Construct): CodeConfig {
    const stack = Stack.of(scope);
    const files = stack.bundlingRequired ? [...bundle(this.props), ...filesBeside(this.props)] : [];
    const hash = hashOf(this.props, files);
    const fileName = `asset.${hash}`;
    if (files.length > 0) writeOnce(join(assetFolder(scope), fileName), files);
    const { bucketName, objectKey } = stack.synthesizer.addFileAsset({
      fileName,
      sourceHash: hash,
      packaging: FileAssetPackaging.ZIP_DIRECTORY,
      displayName: scope.node.path,
    });
    return { s3Location: { bucketName, objectKey } };
  }
}

/**
 * index.mjs and its source map, in memory. The AWS SDK is inside, so that what was tested is what runs; the
 * native binding of DuckDB is not, it is found by NODE_PATH: in the layer on AWS, in node_modules on a laptop.
 * The target is the oldest Node that the project runs on. Throws a ConfigurationError with file and line.
 */
export function bundle(props: BundledCodeProps): OutputFile[] {
  try {
    return build(props);
  } catch (error) {
    const [first] = isBuildFailure(error) ? error.errors : [];
    if (!first) throw error;
    const place = first.location
      ? `${first.location.file}:${first.location.line}:${first.location.column}: `
      : '';
    const entry = relative(projectRoot, props.entry);
    throw new ConfigurationError(`${entry} cannot be bundled: ${place}${first.text}`, { cause: error });
  }
}

function filesBeside({ files = [] }: BundledCodeProps): BundledFile[] {
  return files.map((path) => ({ path, contents: readFileSync(path) }));
}

const settings = {
  outfile: 'index.mjs',
  // Paths in the bundle and in the map are relative to it, so that no checkout differs from another.
  absWorkingDir: projectRoot,
  write: false,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions;

function build({ entry, sourceFile, define, files }: BundledCodeProps): OutputFile[] {
  const source = sourceFile === undefined ? {} : bundledSource(sourceFile);
  return buildSync({
    ...settings,
    entryPoints: [entry],
    banner: { js: files ? `${requireBanner} ${folderBanner}` : requireBanner },
    external: ['@duckdb/node-bindings*'],
    ...source,
    define: { ...source.define, ...asJson(define) },
    sourcemap: true,
    sourcesContent: false,
  }).outputFiles;
}

/** As esbuild takes them. */
function asJson(define: BundledCodeProps['define'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(define).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** The source as a module, and the hash of its code, by which definitionHash knows its transforms. */
function bundledSource(sourceFile: string): Pick<BuildOptions, 'alias' | 'define'> {
  return {
    alias: { 'baseload:source': sourceFile },
    define: { BASELOAD_SOURCE_CODE: JSON.stringify(sourceCodeHash(sourceFile)) },
  };
}

/**
 * A hash of a source file and everything it imports, without comments and white space; the same in every function's bundle, where
 * minified names differ. What it imports of core/ is left out: that is our code rather than the user's, and a run that is under way
 * may be finished by a newer one.
 */
function sourceCodeHash(sourceFile: string): string {
  const external = [join(projectRoot, 'core', '*')];
  const hash = createHash('sha256');
  for (const file of buildSync({ ...settings, entryPoints: [sourceFile], external }).outputFiles)
    hash.update(file.contents);
  return hash.digest('hex');
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors);
}

function hashOf({ entry, sourceFile, define }: BundledCodeProps, files: readonly BundledFile[]): string {
  const hash = createHash('sha256');
  hash.update(`${relative(projectRoot, entry)}\0${sourceFile ? relative(projectRoot, sourceFile) : ''}`);
  hash.update(`\0${JSON.stringify(asJson(define))}`);
  for (const file of files) hash.update(`\0${basename(file.path)}\0`).update(file.contents);
  return hash.digest('hex');
}

function assetFolder(scope: Construct): string {
  const stage = Stage.of(scope);
  if (!stage) throw new Error(`${scope.node.path} is in no App, so there is nowhere to put its code`);
  return stage.assetOutdir;
}

/** The folder's name is the hash of its content: one that exists is complete, because it appears in one step. */
function writeOnce(folder: string, files: readonly BundledFile[]): void {
  if (existsSync(folder)) return;
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  for (const file of files) writeFileSync(join(temporary, basename(file.path)), file.contents);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true });
    if (!existsSync(folder)) throw error; // else another process was faster, with the same content
  }
}
