import { App } from 'aws-cdk-lib';
import fc from 'fast-check';
import { tableName } from '../../../lambda/environment';
import { addBaseload } from '../../../lib/baseload-app';
import { collidingTables } from '../../../lib/catalog/colliding-tables';
import { aDataset, aSource } from '../../support/source-fixture';

const named = (name: string, ...datasets: string[]) =>
  aSource({ name, datasets: datasets.map((dataset) => aDataset({ name: dataset })) });

test('one sentence for each table that several datasets would write', () => {
  expect(collidingTables([named('a-b', 'c', 'd'), named('a', 'b-c', 'x'), named('b', 'c')])).toEqual([
    'datasets a-b/c and a/b-c would both be the table a_b_c of the catalog: give one of them another name',
  ]);
  expect(collidingTables([named('a-b', 'c'), named('a', 'd')])).toEqual([]);
});

test('where nothing is said, every dataset has a table of its own', () => {
  const name = fc.stringMatching(/^[ab](-?[ab]){0,3}$/);
  const sources = fc.uniqueArray(fc.tuple(name, fc.uniqueArray(name, { minLength: 1, maxLength: 4 })), {
    maxLength: 5,
    selector: ([source]) => source,
  });
  fc.assert(
    fc.property(sources, (given) => {
      const tables = given.flatMap(([source, datasets]) => datasets.map((one) => tableName(source, one)));
      const said = collidingTables(given.map(([source, datasets]) => named(source, ...datasets)));
      expect(said.length === 0).toBe(new Set(tables).size === tables.length);
    }),
  );
});

test('the app refuses them', () => {
  const sources = [named('a-b', 'c'), named('a', 'b-c')].map((source) => ({ source, file: __filename }));
  const app = new App({ context: { environment: 'prod' } });
  expect(addBaseload(app, { sources, problems: [] })).toEqual([
    'datasets a-b/c and a/b-c would both be the table a_b_c of the catalog: give one of them another name',
  ]);
  expect(app.node.children).toEqual([]);
});
