import {
  CreateTableCommand,
  GetTableCommand,
  GlueClient,
  GlueServiceException,
  type Table,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { mockClient } from 'aws-sdk-client-mock';
import { glueCatalog } from '../../aws/catalog';
import { TransientError } from '../../core/errors';
import { pointerKey } from '../../core/run/keys';
import type { Pointer } from '../../core/run/publish/pointer';
import { tableName } from '../../lambda/environment';
import { aPointer } from '../core/run/catalog/a-pointer';
import { memoryLake } from '../support/memory-lake';
import { type OpenLocalAws, openLocalAws } from './open-local-aws';

const database = 'baseload_dev';
let local: OpenLocalAws;
let glue: GlueClient;
let lake: ReturnType<typeof memoryLake>;

beforeEach(async () => {
  local = await openLocalAws();
  local.aws.createDatabase(database);
  glue = new GlueClient({
    endpoint: local.aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIATESTS', secretAccessKey: 'secret' },
  });
  lake = memoryLake();
});
afterEach(async () => {
  glue.destroy();
  await local.close();
});

const catalog = (get = lake.get.bind(lake)) =>
  glueCatalog(glue, { database, bucket: 'lake', lake: { get }, tableName });
const moveTo = (pointer: Pointer) => lake.put(pointerKey(pointer), JSON.stringify(pointer));

async function table(): Promise<Table> {
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: 'shop_orders' }));
  if (!Table) throw new Error('GetTable answers a table');
  return Table;
}

/** What Glue has of a table that follows a pointer. */
const whereOf = ({ location, runId }: Pointer) => ({
  Parameters: { 'baseload.runId': runId },
  StorageDescriptor: { Location: `s3://lake/${location}` },
});

/** Which run the table is at, and its version. */
async function seen() {
  const { Parameters, VersionId, StorageDescriptor } = await table();
  const day = Number(/2026-01-(\d\d)/.exec(Parameters?.['baseload.runId'] ?? '')?.[1]);
  expect(StorageDescriptor?.Location).toBe(`s3://lake/${aPointer(day).location}`);
  return { day, version: VersionId };
}

test('makes the table of a first run, and leaves it alone while the pointer stands', async () => {
  await moveTo(aPointer(1));
  await catalog().follow(aPointer(1));
  expect(await table()).toMatchObject({
    Name: 'shop_orders',
    TableType: 'EXTERNAL_TABLE',
    VersionId: '0',
    StorageDescriptor: {
      Location: 's3://lake/stage/shop/orders/run=2026-01-01t03-00-00-000z/',
      Columns: [
        { Name: 'id', Type: 'bigint' },
        { Name: 'placedat', Type: 'timestamp' },
      ],
      SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
    },
  });
  await catalog().follow(aPointer(1));
  expect(await seen()).toEqual({ day: 1, version: '0' });
});

test('moves location and columns together, in one new version', async () => {
  await moveTo(aPointer(1));
  await catalog().follow(aPointer(1));
  const columns = [...aPointer(2).columns, { name: 'tags', type: 'VARCHAR[]' }];
  await moveTo(aPointer(2, { columns }));
  await catalog().follow(aPointer(2, { columns }));
  expect(await seen()).toEqual({ day: 2, version: '1' });
  expect((await table()).StorageDescriptor?.Columns).toMatchObject([
    {},
    {},
    { Name: 'tags', Type: 'array<string>' },
  ]);
});

test('goes back with a rollback', async () => {
  for (const day of [1, 2, 1]) {
    await moveTo(aPointer(day));
    await catalog().follow(aPointer(day));
  }
  expect(await seen()).toEqual({ day: 1, version: '2' });
});

test('keeps what people wrote in the catalog', async () => {
  await moveTo(aPointer(1));
  await catalog().follow(aPointer(1));
  const { StorageDescriptor, TableType, Parameters } = await table();
  const [id, placedAt] = StorageDescriptor?.Columns ?? [];
  await glue.send(
    new UpdateTableCommand({
      DatabaseName: database,
      TableInput: {
        Name: 'shop_orders',
        TableType,
        Parameters,
        Description: 'Every order',
        Owner: 'sales',
        StorageDescriptor: {
          ...StorageDescriptor,
          Columns: [
            { Name: 'id', ...id, Comment: 'as on the invoice' },
            { Name: 'placedat', ...placedAt },
          ],
        },
      },
    }),
  );
  await moveTo(aPointer(2));
  await catalog().follow(aPointer(2));
  expect(await table()).toMatchObject({
    Description: 'Every order',
    Owner: 'sales',
    VersionId: '2',
    StorageDescriptor: { Columns: [{ Comment: 'as on the invoice' }, { Name: 'placedat' }] },
  });
});

// Somebody changes the table by hand, or a version of ours that knew less did.
test.each([
  ["a table whose files are another run's", 's3://lake/stage/shop/orders/run=elsewhere/', undefined],
  ['a table that does not say which run it is at', undefined, {}],
])('puts %s where the pointer is', async (_, location, parameters) => {
  await moveTo(aPointer(1));
  await catalog().follow(aPointer(1));
  const { Name, TableType, Parameters, StorageDescriptor } = await table();
  await glue.send(
    new UpdateTableCommand({
      DatabaseName: database,
      TableInput: {
        Name: Name ?? '',
        TableType,
        Parameters: parameters ?? Parameters,
        StorageDescriptor: { ...StorageDescriptor, Location: location ?? StorageDescriptor?.Location },
      },
    }),
  );
  await catalog().follow(aPointer(1));
  expect(await seen()).toEqual({ day: 1, version: '2' });
});

describe('whoever comes late', () => {
  test('is handed a pointer that has moved, and follows where it is now', async () => {
    await moveTo(aPointer(2));
    await catalog().follow(aPointer(1));
    expect(await seen()).toMatchObject({ day: 2 });
  });

  test('does nothing where the pointer is gone', async () => {
    await catalog().follow(aPointer(1));
    await expect(table()).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  // Between reading the pointer and writing the table, somebody moves both on.
  test.each([
    ['makes no second table', undefined],
    ['puts no older run over a newer one', aPointer(1)],
  ])('%s', async (_, first) => {
    if (first) {
      await moveTo(first);
      await catalog().follow(first);
    }
    await moveTo(aPointer(2));
    let reads = 0;
    const slow = catalog(async (key) => {
      const read = await lake.get(key);
      reads += 1;
      if (reads === 1) {
        await moveTo(aPointer(3));
        await catalog().follow(aPointer(3));
      }
      return read;
    });
    await slow.follow(aPointer(2));
    expect(reads).toBe(2);
    expect(await seen()).toEqual({ day: 3, version: first ? '1' : '0' });
  });

  test('puts right what it wrote when the table came back to where it was meanwhile', async () => {
    await moveTo(aPointer(1));
    await catalog().follow(aPointer(1));
    await moveTo(aPointer(2));
    let reads = 0;
    const slow = catalog(async (key) => {
      const read = await lake.get(key);
      reads += 1;
      // A rollback, which finds the table where it wants it: no new version tells of it.
      if (reads === 1) {
        await moveTo(aPointer(1));
        await catalog().follow(aPointer(1));
      }
      return read;
    });
    await slow.follow(aPointer(2));
    expect(await seen()).toEqual({ day: 1, version: '2' });
  });

  test('finds the table at the pointer in the end, with twelve of them at once', async () => {
    const follow = async (day: number) => {
      await moveTo(aPointer(day));
      await catalog().follow(aPointer(day));
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => follow(index + 1)));
    const current = JSON.parse((await lake.get(pointerKey(aPointer(1))))?.text ?? '');
    expect((await table()).Parameters?.['baseload.runId']).toBe(current.runId);
  });
});

describe('where Glue refuses', () => {
  test('a database that is not there is named', async () => {
    await moveTo(aPointer(1));
    const other = glueCatalog(glue, { database: 'nowhere', bucket: 'lake', lake, tableName });
    await expect(other.follow(aPointer(1))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
      message: 'Database nowhere not found.',
    });
  });

  test('a caller that may only read is told so', async () => {
    await moveTo(aPointer(1));
    const statements = [{ Effect: 'Allow' as const, Action: 'glue:GetTable', Resource: '*' }];
    local.aws.addPrincipal('READER', { name: 'reader', statements });
    const credentials = { accessKeyId: 'READER', secretAccessKey: 'secret' };
    const reader = new GlueClient({ endpoint: local.aws.url, region: 'us-east-1', credentials });
    const reading = glueCatalog(reader, { database, bucket: 'lake', lake, tableName });
    await expect(reading.follow(aPointer(1))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'glue:CreateTable on resource: arn:aws:glue:us-east-1:000000000000:catalog',
      ),
    });
    reader.destroy();
  });

  test('a table that is deleted just before it is written is made anew', async () => {
    await moveTo(aPointer(1));
    const deleted = mockClient(glue);
    const gone = new GlueServiceException({
      name: 'EntityNotFoundException',
      $fault: 'client',
      message: 'Table shop_orders not found.',
      $metadata: { httpStatusCode: 400 },
    });
    deleted
      .on(GetTableCommand)
      .resolvesOnce({ Table: { Name: 'shop_orders', VersionId: '7' } })
      .rejects(gone);
    deleted.on(UpdateTableCommand).rejects(gone);
    const made = { Name: 'shop_orders', ...whereOf(aPointer(1)) };
    deleted.on(CreateTableCommand).callsFake(() => {
      deleted.on(GetTableCommand).resolves({ Table: made });
      return {};
    });
    await catalog().follow(aPointer(1));
    expect(deleted.commandCalls(UpdateTableCommand)).toHaveLength(1);
    expect(deleted.commandCalls(CreateTableCommand)).toHaveLength(1);
    deleted.restore();
  });

  test('a table that others never stop changing is worth another attempt', async () => {
    await moveTo(aPointer(1));
    const busy = mockClient(glue);
    const conflict = new GlueServiceException({
      name: 'ConcurrentModificationException',
      $fault: 'client',
      message: 'Update table failed due to concurrent modifications.',
      $metadata: { httpStatusCode: 400 },
    });
    busy.on(GetTableCommand).resolves({ Table: { Name: 'shop_orders', VersionId: '7' } });
    busy.on(UpdateTableCommand).rejects(conflict);
    await expect(catalog().follow(aPointer(1))).rejects.toThrow(TransientError);
    expect(busy.commandCalls(UpdateTableCommand)).toHaveLength(10);
    expect(busy.commandCalls(UpdateTableCommand)[0]?.args[0].input.VersionId).toBe('7');
    expect(busy.commandCalls(CreateTableCommand)).toHaveLength(0);
    busy.restore();
  });
});
