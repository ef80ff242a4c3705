import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import { openDataDirectory } from '../../local/data-directory';
import { readEndpoint, writeEndpoint } from '../../local/endpoint-file';
import { serveObjects, serveStorage } from '../../local/serve-storage';
import { temporaryFolder } from '../support/baseload-process';

const folders: { remove(): void }[] = [];
let data: string;

beforeEach(() => {
  const folder = temporaryFolder();
  folders.push(folder);
  data = folder.path;
  mkdirSync(join(data, 's3', 'lake-bucket'), { recursive: true });
});
afterAll(() => {
  for (const folder of folders) folder.remove();
});

const endpointFile = () => join(data, 'endpoint.json');

test('where nothing has been loaded, that is said, and nothing is made', async () => {
  const empty = join(data, 'not-there');
  for (const serve of [serveObjects, serveStorage]) {
    await expect(serve(empty)).rejects.toThrow(ConfigurationError);
    await expect(serve(empty)).rejects.toThrow(
      'nothing has been loaded here yet: npx baseload run <dataset>',
    );
  }
  expect(existsSync(empty)).toBe(false);
});

test('a file in place of the folder is said to be one', async () => {
  const file = join(data, 'file');
  writeFileSync(file, '');
  for (const serve of [serveObjects, serveStorage]) {
    await expect(serve(file)).rejects.toThrow(`${file} is a file, and what is loaded is kept in a folder`);
  }
});

test('objects are served whoever holds the directory', async () => {
  const holder = await openDataDirectory(data);
  const served = await serveObjects(data);
  expect(served).toMatchObject({ lakeBucket: 'lake-bucket', url: expect.stringMatching(/^http:\/\/127/) });
  await served.close();
  await holder.release();
});

test('who serves everything holds the directory, says where, and takes both back', async () => {
  const served = await serveStorage(data);
  expect(JSON.parse(readFileSync(endpointFile(), 'utf8'))).toMatchObject({
    url: served.url,
    pid: process.pid,
  });
  expect(await readEndpoint(data)).toMatchObject({ url: served.url, lakeBucket: 'lake-bucket' });
  const second = await serveStorage(data);
  expect(second.url).toBe(served.url);
  await second.close();
  expect(await readEndpoint(data)).toBeDefined();
  await served.close();
  expect(existsSync(endpointFile())).toBe(false);
  await (await openDataDirectory(data, 0)).release();
});

test('what a dead process said is not believed', async () => {
  const dead = spawnSync(process.execPath, ['--version']).pid;
  writeFileSync(join(data, 'lock'), `${dead}\n`);
  const left = { url: 'http://127.0.0.1:1', pid: dead, accessKeyId: 'a', lakeBucket: 'lake-bucket' };
  writeFileSync(endpointFile(), JSON.stringify(left));
  expect(await readEndpoint(data)).toBeUndefined();
  const served = await serveStorage(data);
  expect(served.url).not.toBe(left.url);
  await served.close();
});

test.each(['', 'no JSON', '{"url":1}'])('an endpoint file that says %j is as good as none', async (text) => {
  const holder = await openDataDirectory(data);
  writeFileSync(endpointFile(), text);
  expect(await readEndpoint(data)).toBeUndefined();
  await holder.release();
});

test('a holder that does not answer is waited for, and then named', async () => {
  const holder = await openDataDirectory(data);
  await writeEndpoint(data, { url: 'http://127.0.0.1:1', accessKeyId: 'a', lakeBucket: 'lake-bucket' });
  expect(await readEndpoint(data)).toBeUndefined();
  await expect(serveStorage(data, 300)).rejects.toThrow(
    `Another baseload (process ${process.pid}) is using ${data}`,
  );
  const waiting = serveStorage(data, 10_000);
  await holder.release();
  await (await waiting).close();
});
