import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const projectRoot = resolve(__dirname, '../..');
const cdkJson = JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8'));
const boundary = '@aws-cdk/core:permissionsBoundary';
const isFlag = (key: string) => (key.startsWith('@aws-cdk') && key !== boundary) || key === 'cli-telemetry';

/** The context of cdk.json as Baseload comes: the CDK's flags, and nothing that somebody has set. */
export const flags: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(cdkJson.context).filter(([key]) => isFlag(key)),
);

/** Takes the settings away that somebody keeps in cdk.json for sources of their own: a test's sources are others. */
export const withoutSettings: Readonly<Record<string, undefined>> = Object.fromEntries(
  Object.keys(cdkJson.context)
    .filter((key) => !isFlag(key))
    .map((key) => [key, undefined]),
);

/** The text of cdk.json as Baseload comes, with settings besides. */
export function cdkJsonWith(settings: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...cdkJson, context: { ...flags, ...settings } });
}

/** A folder that is the project, but for settings in cdk.json; whoever asks removes it. */
export function projectWithoutSettings(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baseload-project-'));
  for (const name of readdirSync(projectRoot))
    if (name !== 'cdk.json') symlinkSync(join(projectRoot, name), join(folder, name));
  writeFileSync(join(folder, 'cdk.json'), cdkJsonWith());
  return folder;
}
