import { setTimeout as sleep } from 'node:timers/promises';
import { type SampleApi, startSampleApi } from '../../local/sample/sample-api';
import { sampleSettings } from '../../local/sample/settings';
import { BaseloadProcess, baseload, temporaryFolder } from '../support/baseload-process';

const kills = 10;
/** The sample is planned as 16 ranges of at most 18 pages, on 4 lanes. */
const pagesInFlight = 4 * 18;
const pages = Math.ceil(sampleSettings.places / 500);

let api: SampleApi;
const data = temporaryFolder();
beforeAll(async () => {
  // Slow enough that ten kills come before the end.
  api = await startSampleApi({ port: 0, requestsPerSecond: 25, burst: 10 });
});
afterAll(async () => {
  await api.close();
  data.remove();
});

test('a load that is killed ten times at random moments loses nothing and repeats only what was in flight', async () => {
  const start = ['start', '--port', new URL(api.url).port];
  const moments: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const victim = new BaseloadProcess(data.path, start);
    await victim.said('  run ');
    moments.push(Math.random() * 1000);
    await sleep(moments.at(-1));
    victim.kill('SIGKILL');
    expect(await victim.finished()).toMatchObject({ signal: 'SIGKILL' });
  }

  const last = await baseload(data.path, [...start, '--json']);
  expect({ ...last, moments }).toMatchObject({ code: 0 });
  expect(JSON.parse(last.stdout)).toMatchObject({ published: true, records: sampleSettings.places, pages });

  const query =
    'select count(*) as n, count(distinct id) as ids, min(id) as first, max(id) as last from cities';
  const { stdout } = await baseload(data.path, ['query', query, '--json']);
  const places = sampleSettings.places;
  expect(JSON.parse(stdout)).toEqual([{ n: places, ids: places, first: 1, last: places }]);

  const times = Object.values(api.stats().pages);
  const repeated = times.reduce((sum, n) => sum + n - 1, 0);
  expect(times).toHaveLength(pages);
  // Once per start, page 1 may be asked for by fan-out before there is a plan.
  expect(repeated).toBeLessThanOrEqual(kills * pagesInFlight + 1);
}, 240_000);
