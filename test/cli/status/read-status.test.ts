import { chooseDatasets } from '../../../cli/status/read-status';
import { MemoryObjects, memoryLake } from '../../support/memory-lake';
import { aDataset, aSource } from '../../support/source-fixture';

const datasets = (...names: string[]) => names.map((name) => aDataset({ name }));
const sources = [
  { file: 'shop.ts', source: aSource({ name: 'shop', datasets: datasets('orders', 'customers') }) },
  { file: 'crm.ts', source: aSource({ name: 'crm', datasets: datasets('users', 'crm') }) },
];
const chosen = async (name?: string) =>
  (await chooseDatasets(name, sources, { lake: memoryLake(new MemoryObjects()) })).map(
    ({ source, dataset }) => `${source}/${dataset}`,
  );

test('a source stands for all of its datasets, and a dataset of that name comes first', async () => {
  expect(await chosen('shop')).toEqual(['shop/orders', 'shop/customers']);
  expect(await chosen('orders')).toEqual(['shop/orders']);
  expect(await chosen('crm')).toEqual(['crm/crm']);
  expect(await chosen()).toHaveLength(4);
  await expect(chosen('shops')).rejects.toThrow("no dataset is called 'shops'");
});
