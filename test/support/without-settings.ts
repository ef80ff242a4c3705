import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { context } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'cdk.json'), 'utf8'));

/** Takes the settings away that somebody keeps in cdk.json for sources of their own: a test's sources are others. */
export const withoutSettings: Readonly<Record<string, undefined>> = Object.fromEntries(
  Object.keys(context)
    .filter((key) => !key.startsWith('@aws-cdk'))
    .map((key) => [key, undefined]),
);
