import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateTableCommand,
  GetTableCommand,
  GetTablesCommand,
  GlueClient,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import type { PolicyStatement } from '../../../local/aws/authorize';
import { isGlueType } from '../../../local/aws/glue-type';
import { type RunningAws, region, runAws } from './running-aws';

const DatabaseName = 'baseload_local';
let running: RunningAws;
let glue: GlueClient;
let tablesDirectory: string;

beforeEach(async () => {
  running = await runAws();
  tablesDirectory = join(running.directory, 'glue');
  await restart();
});
afterEach(async () => {
  glue.destroy();
  await running.stop();
});

/** Another process in the same folder. */
async function restart(): Promise<void> {
  const { directory } = running;
  await running.stop();
  running = await runAws({ directory, tablesDirectory });
  running.aws.createDatabase(DatabaseName);
  glue?.destroy();
  glue = new GlueClient(running.as('ADMIN'));
}

function input(run: number, { Name = 'shop_orders', ...changes }: Partial<TableInput> = {}): TableInput {
  return {
    Name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { classification: 'parquet' },
    StorageDescriptor: {
      Columns: [{ Name: 'id', Type: 'bigint' }],
      Location: `s3://lake/run=${run}/`,
      InputFormat: 'in',
      OutputFormat: 'out',
      SerdeInfo: { SerializationLibrary: 'serde' },
    },
    ...changes,
  };
}

const withColumn = (Name: string, Type: string) =>
  input(1, { StorageDescriptor: { ...input(1).StorageDescriptor, Columns: [{ Name, Type }] } });
const get = async () => (await glue.send(new GetTableCommand({ DatabaseName, Name: 'shop_orders' }))).Table;
const create = (TableInput: TableInput) => glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
const update = (TableInput: TableInput, VersionId?: string, SkipArchive?: boolean) =>
  glue.send(new UpdateTableCommand({ DatabaseName, TableInput, VersionId, SkipArchive }));

test('a table is read as it was written, with its version and its times', async () => {
  await create(input(1));
  const made = await get();
  expect(made).toMatchObject({ ...input(1), DatabaseName, CatalogId: '000000000000', VersionId: '0' });
  expect(Math.abs(Number(made?.CreateTime) - Date.now())).toBeLessThan(60_000);
  await update(input(2), '0');
  expect(await get()).toMatchObject({ ...input(2), VersionId: '1', CreateTime: made?.CreateTime });
});

test('tables are files that the next process finds, and each version that was replaced is one too', async () => {
  await create(input(1));
  await update(input(2));
  await update(input(3), undefined, true);
  const folder = join(tablesDirectory, DatabaseName);
  expect((await readdir(folder)).sort()).toEqual(['shop_orders.json', 'shop_orders.v0.json']);
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
  expect(await read('shop_orders.json')).toMatchObject({ ...input(3), VersionId: '2' });
  expect(await read('shop_orders.v0.json')).toMatchObject({ ...input(1), VersionId: '0' });
  await restart();
  expect(await get()).toMatchObject({ ...input(3), VersionId: '2' });
});

describe('as Glue words it', () => {
  test('what is not there', async () => {
    await expect(get()).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    await expect(update(input(1))).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    const nowhere = new CreateTableCommand({ DatabaseName: 'nowhere', TableInput: input(1) });
    await expect(glue.send(nowhere)).rejects.toMatchObject({
      name: 'EntityNotFoundException',
      message: 'Database nowhere not found.',
    });
  });

  test('what is there already', async () => {
    await create(input(1));
    await expect(create(input(2))).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Table already exists.',
    });
    expect(await get()).toMatchObject(input(1));
  });

  test('a version that was replaced, and nothing changes', async () => {
    await create(input(1));
    await update(input(2), '0');
    await expect(update(input(3), '0')).rejects.toMatchObject({
      name: 'ConcurrentModificationException',
      message: 'Update table failed due to concurrent modifications.',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await get()).toMatchObject({ ...input(2), VersionId: '1' });
  });

  test('one of twenty updates of a version wins, and the version counts it alone', async () => {
    await create(input(0));
    const tried = await Promise.allSettled(Array.from({ length: 20 }, (_, run) => update(input(run), '0')));
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await get()).toMatchObject({ VersionId: '1' });
  });

  test.each([
    ['StorageDescriptor.Columns.0.Name has', withColumn('Id', 'bigint')],
    ['StorageDescriptor.Columns.0.Type is no type', withColumn('id', 'number')],
    ['StorageDescriptor.Columns.0.Type is no type', withColumn('id', 'struct<A:int>')],
    ['Name has', input(1, { Name: 'Shop' })],
    [
      'StorageDescriptor.Location is no s3:// URI',
      input(1, { StorageDescriptor: { ...input(1).StorageDescriptor, Location: '/x' } }),
    ],
  ])('an input that is none: %s', async (message, wrong) => {
    await expect(create(wrong)).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining(message),
    });
    await expect(get()).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });
});

test.each([
  ['a table with', () => create(input(1, { Retention: 3 }))],
  [
    'CreateTable with TransactionId',
    () => glue.send(new CreateTableCommand({ DatabaseName, TableInput: input(1), TransactionId: 'x' })),
  ],
  ['GetTables', () => glue.send(new GetTablesCommand({ DatabaseName }))],
])('what it does not speak is 501: %s', async (_, call) => {
  await expect(call()).rejects.toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
});

describe('every call needs its action on the catalog, the database and the table', () => {
  const arn = (resource: string) => `arn:aws:glue:${region}:000000000000:${resource}`;
  const all = [arn('catalog'), arn(`database/${DatabaseName}`), arn(`table/${DatabaseName}/*`)];
  const calls = {
    'glue:GetTable': new GetTableCommand({ DatabaseName, Name: 'shop_orders' }),
    'glue:CreateTable': new CreateTableCommand({ DatabaseName, TableInput: { ...input(1), Name: 'other' } }),
    'glue:UpdateTable': new UpdateTableCommand({ DatabaseName, TableInput: input(2) }),
  };

  test.each(Object.entries(calls))('%s', async (action, command) => {
    await create(input(1));
    const as = async (statement: Omit<PolicyStatement, 'Effect'>) => {
      running.aws.addPrincipal('CALLER', { name: 'caller', statements: [{ Effect: 'Allow', ...statement }] });
      const client = new GlueClient(running.as('CALLER'));
      // A union of commands has no overload of its own.
      const send: (command: never) => Promise<unknown> = client.send.bind(client);
      return send(command as never).finally(() => client.destroy());
    };
    for (const left of all) {
      const denied = as({ Action: action, Resource: all.filter((resource) => resource !== left) });
      await expect(denied).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: expect.stringContaining(`to perform: ${action} on resource: ${left.replace('/*', '/')}`),
      });
    }
    const others = Object.keys(calls).filter((other) => other !== action);
    await expect(as({ Action: others, Resource: all })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await as({ Action: action, Resource: all });
  });
});

test.each(['string', 'decimal(38,38)', 'array<map<string,struct<a:int,b_c:array<timestamp>>>>'])(
  '%s is a type',
  (type) => expect(isGlueType(type)).toBe(true),
);

test.each([
  '',
  'String',
  'number',
  'decimal(39,0)',
  'decimal(3,4)',
  'array<>',
  'map<string>',
  'struct<>',
  'struct<a int>',
  'struct<A:int>',
  'int>',
  'array<int',
])("'%s' is no type", (type) => expect(isGlueType(type)).toBe(false));
