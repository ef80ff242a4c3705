import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionSizes } from '../../core/forecast/usage';
import { costTables, regenerate, withTables } from './cost-page';

const file = join(__dirname, '..', '..', 'docs', 'cost.md');

test(`the tables of docs/cost.md are up to date; if not: ${regenerate}`, async () => {
  const page = readFileSync(file, 'utf8');
  const made = withTables(page, await costTables());
  if (process.env.REGENERATE) writeFileSync(file, made);
  expect(readFileSync(file, 'utf8')).toBe(made);
});

test('docs/cost.md says why functions have the memory that they have', () => {
  const page = readFileSync(file, 'utf8');
  for (const [name, { memoryMegabytes }] of Object.entries(functionSizes))
    expect(page).toMatch(new RegExp(`^\\| ${name} \\| ${memoryMegabytes.toLocaleString('en')} MB, `, 'm'));
});
