import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const cdkJsonSchema = z.looseObject({ context: z.record(z.string(), z.unknown()).default({}) });

/** The context that a project's cdk.json has for every synthesis, local mode's too. */
export function projectContext(projectRoot: string): Readonly<Record<string, unknown>> {
  return cdkJsonSchema.parse(JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8'))).context;
}
