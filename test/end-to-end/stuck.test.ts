import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lakeFolder } from '../../local/lake-folder';
import { type SampleApi, startSampleApi } from '../../local/sample/sample-api';
import { BaseloadProcess, baseload, temporaryFolder } from '../support/baseload-process';

let api: SampleApi;
const data = temporaryFolder();
beforeAll(async () => {
  api = await startSampleApi({ port: 0, requestsPerSecond: 150, burst: 20 });
});
afterAll(async () => {
  await api.close();
  data.remove();
});

test('a run with a damaged document ends with one sentence, and does as it says', async () => {
  const start = ['start', '--port', new URL(api.url).port];
  const victim = new BaseloadProcess(data.path, start);
  await victim.said('  run ');
  victim.kill('SIGKILL');
  const [, runId] = /geonames\/cities (\S+):/.exec((await victim.finished()).stderr) ?? [];
  const verification = `runs/geonames/cities/${runId}/verification.json`;
  writeFileSync(join(lakeFolder(data.path) ?? '', verification), 'no verification');

  const stuck = await baseload(data.path, start);
  expect(stuck).toMatchObject({ code: 1, stdout: '' });
  expect(stuck.stderr.trimEnd().split('\n').at(-1)).toBe(
    `geonames/cities was not published: ${verification} in the lake is not a document of this version: npx baseload run geonames/cities --restart loads it anew, or use the version that wrote it`,
  );

  // The line that the alarm's first command looks for.
  const lines = readFileSync(join(data.path, 'logs', 'baseload-local-reconcile.log'), 'utf8').split('\n');
  const line = lines.find((one) => one.includes('"An open run could not be reconciled"')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    ...{ level: 'WARN', source: 'geonames', dataset: 'cities', runId },
    details: { claim: 'runs/open/geonames/cities.json', reason: expect.stringContaining(verification) },
  });

  const again = await baseload(data.path, [...start, '--restart', '--json']);
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ published: true });
}, 90_000);
