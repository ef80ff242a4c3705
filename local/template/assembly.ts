import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../../core/errors';

/** A CloudFormation template, as far as local mode reads one. */
export const templateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Condition: z.string().optional(),
    }),
  ),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
  Parameters: z.record(z.string(), z.looseObject({ Default: z.unknown() })).default({}),
});

export type Template = z.infer<typeof templateSchema>;

/** One stack of a cloud assembly. */
export interface AssemblyStack {
  readonly name: string;
  readonly template: Template;
  /** Folders of its zip assets by the S3 key that the template knows them by. Assets that are built at deployment are absent. */
  readonly assets: ReadonlyMap<string, string>;
}

const manifestSchema = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z
        .looseObject({ templateFile: z.string(), file: z.string(), stackName: z.string() })
        .partial()
        .default({}),
    }),
  ),
});

const assetsSchema = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({
      source: z.looseObject({ path: z.string().optional(), packaging: z.string().optional() }),
      destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
    }),
  ),
});

/** Reads the stacks of the cloud assembly in a folder; a ConfigurationError when it holds none. */
export async function readAssembly(directory: string): Promise<AssemblyStack[]> {
  const { artifacts } = manifestSchema.parse(await readJson(join(directory, 'manifest.json')));
  const all = Object.entries(artifacts);
  const assets = new Map<string, string>();
  for (const [, { type, properties }] of all) {
    if (type !== 'cdk:asset-manifest' || properties.file === undefined) continue;
    for (const [key, path] of await readAssets(directory, properties.file)) assets.set(key, path);
  }
  const stacks: AssemblyStack[] = [];
  for (const [id, { type, properties }] of all) {
    if (type !== 'aws:cloudformation:stack' || properties.templateFile === undefined) continue;
    const template = templateSchema.parse(await readJson(join(directory, properties.templateFile)));
    stacks.push({ name: properties.stackName ?? id, template, assets });
  }
  if (stacks.length === 0) {
    throw new ConfigurationError(`The app in ${directory} has no stack: add one to its App.`);
  }
  return stacks;
}

/** Deletes the asset folders that earlier syntheses left behind, so that a changing bundle does not fill the disk. */
export async function pruneAssets(directory: string, stacks: readonly AssemblyStack[]): Promise<void> {
  const used = new Set(stacks.flatMap((stack) => [...stack.assets.values()]));
  const left = (await readdir(directory)).filter((name) => name.startsWith('asset.'));
  const unused = left.map((name) => join(directory, name)).filter((path) => !used.has(path));
  await Promise.all(unused.map((path) => rm(path, { recursive: true, force: true })));
}

async function readAssets(directory: string, file: string): Promise<[string, string][]> {
  const { files } = assetsSchema.parse(await readJson(join(directory, file)));
  return Object.values(files).flatMap(({ source, destinations }) =>
    source.packaging === 'zip' && source.path !== undefined
      ? Object.values(destinations).map(({ objectKey }): [string, string] => [
          objectKey,
          join(directory, source.path ?? ''),
        ])
      : [],
  );
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
