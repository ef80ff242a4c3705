import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fidelityPage, regenerate } from './fidelity-page';

const file = join(__dirname, '..', '..', 'docs', 'fidelity.md');

test(`docs/fidelity.md is up to date; if not: ${regenerate}`, () => {
  if (process.env.REGENERATE) writeFileSync(file, fidelityPage());
  expect(readFileSync(file, 'utf8')).toBe(fidelityPage());
});
