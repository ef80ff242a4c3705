import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publishedDatasets } from '../../cli/tables/published';
import { manifestSchema } from '../../core/run/verify/manifest';
import { lakeFolder } from '../../local/lake-folder';
import { type SampleApi, startSampleApi } from '../../local/sample/sample-api';
import { sampleSettings } from '../../local/sample/settings';
import { BaseloadProcess, baseload, temporaryFolder } from '../support/baseload-process';

const limits = { requestsPerSecond: 150, burst: 20 };
let api: SampleApi;
const data = temporaryFolder();
beforeAll(async () => {
  api = await startSampleApi({ port: 0, ...limits });
});
afterAll(async () => {
  await api.close();
  data.remove();
});

/** What a reader sees who follows the pointer at this moment. */
function look(): { runId: string; records: number; files: number; whole: boolean } {
  const [pointer] = publishedDatasets(data.path);
  if (!pointer) throw new Error('nothing is published');
  const manifestFile = join(lakeFolder(data.path) ?? '', pointer.manifest);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8')));
  const files = readdirSync(pointer.folder).length;
  const objects = manifest.parts.reduce((sum, part) => sum + part.objects, 0);
  const whole = manifest.problems.length === 0 && objects === files && pointer.files === files;
  return { runId: pointer.runId, records: pointer.records, files, whole };
}

test('readers see the first run until the second is complete, and the limit is never exceeded', async () => {
  const start = ['start', '--port', new URL(api.url).port, '--json'];
  const first = JSON.parse((await baseload(data.path, start)).stdout);
  expect(look()).toMatchObject({ runId: first.runId, records: sampleSettings.places, whole: true });

  const loading = new BaseloadProcess(data.path, start);
  let ended = false;
  const finished = loading.finished().finally(() => {
    ended = true;
  });
  const seen = [];
  while (!ended) {
    seen.push(look());
    await sleep(20);
  }
  const second = JSON.parse((await finished).stdout);
  seen.push(look());

  const runs = seen.map(({ runId }) => runId);
  expect(second.runId > first.runId).toBe(true);
  expect([...new Set(runs)]).toEqual([first.runId, second.runId]);
  expect(runs).toEqual([...runs].sort()); // the pointer moved once, and forward
  expect(seen.every(({ whole, records }) => whole && records === sampleSettings.places)).toBe(true);

  expect(api.stats().busiestSecond).toBeLessThanOrEqual(limits.requestsPerSecond + limits.burst);
}, 60_000);
