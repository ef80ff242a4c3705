import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BaseloadProcess, type Finished, temporaryFolder } from '../support/baseload-process';
import { type ScriptedApi, startScriptedApi } from '../support/scripted-api';
import { cdkJsonWith } from '../support/without-settings';

const root = join(__dirname, '..', '..');
const work = temporaryFolder();
/** A copy of the project, whose cdk.json has settings of a user's own. */
const project = join(work.path, 'project');
const asked = { file: 0, deployed: 0, local: 0 };
const apis: ScriptedApi[] = [];

/** A source with three records, which counts who asks it. */
async function startApi(name: keyof typeof asked): Promise<string> {
  const api = await startScriptedApi(() => {
    asked[name] += 1;
    return { body: { total: 3, data: [1, 2, 3].map((id) => ({ id })) } };
  });
  apis.push(api);
  return api.baseUrl;
}

beforeAll(async () => {
  const copied = [
    'bin',
    'cli',
    'core',
    'aws',
    'lambda',
    'lib',
    'local',
    'sources',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ];
  for (const name of copied) cpSync(join(root, name), join(project, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  const settings = {
    sources: 'company-sources',
    'shop:baseUrl': await startApi('deployed'),
    'shop:lanes': 3,
    'local:shop:baseUrl': await startApi('local'),
  };
  writeFileSync(join(project, 'cdk.json'), cdkJsonWith(settings));
  mkdirSync(join(project, 'company-sources'));
  writeFileSync(
    join(project, 'company-sources', 'shop.ts'),
    `import { defineSource, secret } from '../core/source/define-source';
     import { bigint } from '../core/source/columns';
     export default defineSource({
       name: 'shop', baseUrl: '${await startApi('file')}', auth: { type: 'bearer', token: secret('shop/token') },
       limits: { requestsPerSecond: 100, lanes: 2 },
       datasets: [{ name: 'orders', request: { path: '/orders' }, records: 'data', key: ['id'],
         pagination: { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } }, columns: { id: bigint() } }],
     });`,
  );
});
afterAll(async () => {
  await Promise.all(apis.map((api) => api.close()));
  work.remove();
});

function call(...args: string[]): Promise<Finished> {
  const variables = { BASELOAD_SOURCES: join(project, 'company-sources'), SHOP_TOKEN: 'of-the-sandbox' };
  return new BaseloadProcess(join(work.path, 'data'), args, variables, project).finished();
}

test.each([['preview'], ['plan'], ['run']])(
  'baseload %s asks at the address that is for this machine, and at no other',
  async (command) => {
    const before = asked.local;
    expect(await call(command, 'orders')).toMatchObject({ code: 0 });
    expect(asked.local).toBeGreaterThan(before);
    expect(asked).toMatchObject({ file: 0, deployed: 0 });
  },
);

test('baseload list names that address too', async () => {
  const { stdout } = await call('list', '--json');
  const { baseUrl } = apis[1] ?? {};
  expect(JSON.parse(stdout)).toMatchObject([{ url: `${baseUrl}/orders`, lanes: 2 }]);
});

test('npm start loads the sample, wherever the sources of the user are', async () => {
  const port = await freePort();
  const { code, stdout, stderr } = await call(
    'start',
    '--json',
    '--rate',
    '1000',
    '--burst',
    '100',
    '--port',
    `${port}`,
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({
    source: 'geonames',
    published: true,
    records: 138_398,
    limit: 1000,
  });
});

/** A port that nobody listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
