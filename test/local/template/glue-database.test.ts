import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { type LocalAws, startLocalAws } from '../../../local/aws/local-aws';
import { localRegion } from '../../../local/local-account';
import { type AssemblyStack, templateSchema } from '../../../local/template/assembly';
import { deployLocally } from '../../../local/template/deploy-locally';
import { deployStorage } from '../../../local/template/deploy-storage';

let directory: string;
let aws: LocalAws;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'glue-database-'));
  aws = await startLocalAws({ directory, region: localRegion, secret: () => undefined });
});
afterEach(async () => {
  await aws.close();
  rmSync(directory, { recursive: true });
});

function stackWith(database: object): AssemblyStack {
  const template = templateSchema.parse({
    Resources: {
      Database: { Type: 'AWS::Glue::Database', Properties: database },
      Queries: { Type: 'AWS::Athena::WorkGroup', Properties: { Name: 'queries' } },
    },
    Outputs: { Database: { Value: { Ref: 'Database' } }, Queries: { Value: { Ref: 'Queries' } } },
  });
  return { name: 'stack', template, assets: new Map() };
}

const orders = {
  CatalogId: { Ref: 'AWS::AccountId' },
  DatabaseInput: { Name: 'orders', Description: 'Every order' },
};

/** What Glue says of a table that is not there. */
async function missing(): Promise<string> {
  aws.addPrincipal('ADMIN', { name: 'admin', statements: 'all' });
  const credentials = { accessKeyId: 'ADMIN', secretAccessKey: 'unused' };
  const glue = new GlueClient({ endpoint: aws.url, region: localRegion, credentials });
  const command = new GetTableCommand({ DatabaseName: 'orders', Name: 'lines' });
  const refusal = await glue.send(command).catch((error: Error) => error.message);
  glue.destroy();
  return String(refusal);
}

test('a database is made with the stack, and is what its Ref says', async () => {
  expect(await missing()).toBe('Database orders not found.');
  const { outputs } = await deployLocally(stackWith(orders), aws);
  expect(outputs).toEqual({ Database: 'orders', Queries: 'queries' });
  expect(await missing()).toBe('Entity Not Found: table orders.lines');
});

test('it is there too for who only looks after what a run left', async () => {
  await deployStorage(stackWith(orders), aws);
  expect(await missing()).toBe('Entity Not Found: table orders.lines');
});

test.each([
  ['Database.DatabaseInput.Name: lower-case letters, digits and _', { Name: 'Orders' }],
  ['Database.DatabaseInput: Unrecognized key: "TargetDatabase"', { Name: 'orders', TargetDatabase: {} }],
])('what cannot be honoured is refused: %s', async (problem, DatabaseInput) => {
  await expect(deployLocally(stackWith({ ...orders, DatabaseInput }), aws)).rejects.toThrow(problem);
});
