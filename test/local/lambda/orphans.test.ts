import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { cleanUp, functionOf, isRunning, projectRoot, temporaryFolder, until } from './function-fixture';

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0)) end();
  await cleanUp();
});

test('a function’s processes are gone within a second when their host is killed, even in the middle of a fetch', async () => {
  const asked: string[] = [];
  // Answers with headers and half a body, and never ends it.
  const api = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.write('{"data": [');
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  endings.push(
    () => api.close(),
    () => api.closeAllConnections(),
  );
  const { port } = api.address() as AddressInfo;
  const definition = functionOf(`
    export const handler = async ({ path }) => {
      console.log(process.pid);
      await (await fetch('http://127.0.0.1:${port}' + path)).text();
    };
  `);
  const program = `
    const { FunctionHost } = require(${JSON.stringify(join(projectRoot, 'local/lambda/function-host'))});
    const surroundings = { endpoint: 'http://127.0.0.1:9', projectRoot: ${JSON.stringify(projectRoot)}, temporaryDirectory: ${JSON.stringify(temporaryFolder())} };
    const host = new FunctionHost(${JSON.stringify(definition)}, surroundings, ${JSON.stringify(join(temporaryFolder(), 'log'))});
    host.on('log', ({ line }) => console.log(line));
    for (const path of ['/one', '/two']) void host.invoke({ path });
  `;
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', program], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endings.push(() => parent.kill('SIGKILL'));
  let output = '';
  parent.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(parent, 'exit');
  const lines = () => output.split('\n').slice(0, -1);
  await until(() => asked.length === 2 && lines().length === 2, 20_000, 'both functions fetch');
  const pids = lines().map(Number);
  expect(pids.filter(isRunning)).toHaveLength(2);

  parent.kill('SIGKILL');
  await ended;
  await until(() => !pids.some(isRunning), 1000, 'the functions’ processes end');
});
