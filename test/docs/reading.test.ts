import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runParameter, tableDefinition } from '../../core/run/catalog/table-definition';
import { databaseName, environmentNames, tableName } from '../../lambda/environment';
import { usualEnvironments } from '../../lib/usual-environments';
import { aPointer } from '../core/run/catalog/a-pointer';
import { synthesize } from '../lib/fixtures/synthesize';

const page = readFileSync(join(__dirname, '../../docs/reading.md'), 'utf8');

/** What docs/reading.md says of Athena. */
const section = (page.split('\n## In Athena\n')[1] ?? '').split('\n## ')[0] ?? '';
const orders = tableDefinition(aPointer(31), { name: tableName('shop', 'orders'), bucket: 'lake' });

test('every table that is queried is one that a run of shop/orders is published as', () => {
  const named = [...section.matchAll(/\bbaseload_(\w+)\.(\w+)/g)].map(([name]) => name);
  expect(named.length).toBeGreaterThanOrEqual(3);
  expect([...new Set(named)]).toEqual([`${databaseName('prod')}.${orders.name}`]);
  expect(section).toContain(`--database-name ${databaseName('prod')} --table-name ${orders.name}`);
  expect(section).toContain(`.baseload/glue/${databaseName('local')}/<table>.json`);
});

test('every column that is queried is one of the table', () => {
  const [sql = ''] = /```sql\n([\s\S]*?)```/.exec(section)?.slice(1) ?? [];
  const columns = [...sql.matchAll(/max\((\w+)\)/g)].map(([, column]) => column);
  expect(columns).toEqual(['placedat']);
  expect(orders.columns.map(({ name }) => name)).toContain('placedat');
});

test('every parameter that is named is one of the table', () => {
  const named = [...section.matchAll(/`(baseload\.\w+)`/g)].map(([, name]) => name);
  expect(named).toContain(runParameter);
  expect(named.filter((name) => name === undefined || !(name in orders.parameters))).toEqual([]);
});

test('the outputs and the workgroup are the stack’s', () => {
  const template = synthesize('prod');
  for (const [output, value] of [
    ['CatalogDatabase', databaseName('prod')],
    ['QueryWorkGroup', 'baseload-prod'],
  ] as const) {
    expect(section).toContain(`\`${output}\``);
    template.hasOutput(output, { Value: value });
  }
  template.hasResourceProperties('AWS::Athena::WorkGroup', { Name: 'baseload-prod' });
});

test('the limits of queries are those of the environments', () => {
  const [, dev, staging, prod] =
    /A query may read (\d+) GB in dev, (\d+) GB in staging, (\d+) TB in prod/.exec(section) ?? [];
  const said = { dev: Number(dev), staging: Number(staging), prod: Number(prod) * 1024 };
  const set = environmentNames
    .filter((name) => name !== 'local')
    .map((name) => [name, usualEnvironments[name].queryScanLimit.toGibibytes()]);
  expect(said).toEqual(Object.fromEntries(set));
});
