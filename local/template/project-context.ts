import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const cdkJsonSchema = z.looseObject({ context: z.record(z.string(), z.unknown()).default({}) });

/**
 * The context that a project's cdk.json has for every synthesis, local mode's too. Its settings for 'local' are of the sources that it names:
 * those in another `folder` have none.
 */
export function projectContext(projectRoot: string, folder: unknown): Readonly<Record<string, unknown>> {
  const { context } = cdkJsonSchema.parse(JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8')));
  if (sourcesIn(projectRoot, context.sources) === sourcesIn(projectRoot, folder)) return context;
  return Object.fromEntries(Object.entries(context).filter(([key]) => !key.startsWith('local:')));
}

function sourcesIn(projectRoot: string, folder: unknown): string {
  return resolve(projectRoot, typeof folder === 'string' ? folder : 'sources');
}
