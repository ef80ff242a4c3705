import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentName } from '../../lambda/environment';
import { type Template, templateSchema } from '../../local/template/assembly';
import { synthesize } from '../../local/template/synthesize';
import { projectRoot, sourcesFolder } from '../project';

/**
 * The templates of an environment as it would be deployed now, nested ones too, without the code of its functions. `settings` win over those of
 * cdk.json, and undefined takes one away. Rejects as synthesize does.
 */
export async function templatesOf(
  environment: EnvironmentName,
  sources = sourcesFolder,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<readonly Template[]> {
  const outDirectory = await mkdtemp(join(tmpdir(), 'baseload-cost-'));
  try {
    // No bundles: nothing is deployed from here.
    const context = { ...settings, environment, sources, 'aws:cdk:bundling-stacks': [] };
    await synthesize({ projectRoot, outDirectory, context });
    const files = (await readdir(outDirectory)).filter((file) => file.endsWith('.template.json'));
    return await Promise.all(
      files.map(async (file) =>
        templateSchema.parse(JSON.parse(await readFile(join(outDirectory, file), 'utf8'))),
      ),
    );
  } finally {
    await rm(outDirectory, { recursive: true, force: true });
  }
}
