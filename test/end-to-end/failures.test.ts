import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type SampleApi, startSampleApi } from '../../local/sample/sample-api';
import { BaseloadProcess, baseload, type Finished, temporaryFolder } from '../support/baseload-process';

const data = temporaryFolder();
const sources = temporaryFolder();
const defineSource = JSON.stringify(join(__dirname, '..', '..', 'core', 'source', 'define-source'));
const columns = JSON.stringify(join(__dirname, '..', '..', 'core', 'source', 'columns'));
afterAll(() => {
  data.remove();
  sources.remove();
});

/** One clear sentence, and nothing published. */
function expectSentence({ code, stderr, stdout }: Finished, expected: { code: number; says: RegExp }): void {
  expect(stderr).toMatch(expected.says);
  expect(stderr).not.toMatch(/\n\s+at |node:internal/);
  expect({ code, stdout }).toEqual({ code: expected.code, stdout: '' });
  const buckets = join(data.path, 's3');
  const published = existsSync(buckets)
    ? readdirSync(buckets, { recursive: true }).filter((name) => String(name).endsWith('current.json'))
    : [];
  expect(published).toEqual([]);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

test('a wrong token', async () => {
  const api: SampleApi = await startSampleApi({ port: 0 });
  try {
    const finished = await baseload(data.path, ['start', '--port', new URL(api.url).port], {
      GEONAMES_TOKEN: 'wrong-token',
    });
    expectSentence(finished, { code: 1, says: /401.*secret 'geonames\/token' was refused/ });
    expect(finished.stderr).not.toContain('wrong-token');
  } finally {
    await api.close();
  }
}, 60_000);

test('a port in use', async () => {
  const other = createServer((socket) => socket.destroy());
  const port = await listen(other);
  try {
    const finished = await baseload(data.path, ['start', '--port', String(port)]);
    expectSentence(finished, { code: 2, says: new RegExp(`Port ${port} on 127.0.0.1 is in use`) });
  } finally {
    other.close();
  }
}, 60_000);

test('a source that is down', async () => {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  writeFileSync(
    join(sources.path, 'down.ts'),
    `import { defineSource } from ${defineSource};
     import { bigint } from ${columns};
     export default defineSource({
       name: 'down', baseUrl: 'http://127.0.0.1:${port}', auth: { type: 'none' }, limits: { requestsPerSecond: 100 },
       datasets: [{ name: 'things', request: { path: '/things' }, records: 'data', key: ['id'], columns: { id: bigint() },
         pagination: { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } } }],
     });`,
  );
  const finished = await baseload(data.path, ['run', 'things'], { BASELOAD_SOURCES: sources.path });
  expectSentence(finished, {
    code: 1,
    says: new RegExp(`127\\.0\\.0\\.1:${port}/things.*(refused|ECONNREFUSED)`),
  });
}, 90_000);

test('a data folder that is deleted under a run', async () => {
  const folder = temporaryFolder();
  const started = new BaseloadProcess(folder.path, ['start', '--port', '4197', '--rate', '5']);
  await started.said('  run  ');
  const deleted = Date.now();
  rmSync(folder.path, { recursive: true, force: true, maxRetries: 5 });
  const finished = await started.finished();
  folder.remove();
  expectSentence(finished, {
    code: 1,
    says: /The data folder .+ is gone: the local lake in it cannot be read or written/,
  });
  expect(finished.stderr).not.toContain('Unexpected');
  expect(Date.now() - deleted).toBeLessThan(15_000);
}, 60_000);

test('a malformed source file', async () => {
  const broken = temporaryFolder();
  writeFileSync(join(broken.path, 'broken.ts'), 'export default { name: \n');
  try {
    const finished = await baseload(data.path, ['run', 'things'], { BASELOAD_SOURCES: broken.path });
    expectSentence(finished, { code: 2, says: /broken\.ts:\d+:\d+/ });
  } finally {
    broken.remove();
  }
}, 60_000);

test('an unknown dataset, and a data folder that cannot be', async () => {
  expectSentence(await baseload(data.path, ['run', 'towns']), {
    code: 2,
    says: /there are geonames\/cities/,
  });
  expectSentence(await baseload('/dev/null/here', ['start', '--port', '1']), {
    code: 2,
    says: /\/dev\/null\/here/,
  });
}, 60_000);
