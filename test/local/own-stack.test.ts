import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { functionNames, reconcileName } from '../../lambda/environment';
import type { LocalMode } from '../../local/local-mode';
import { startLocalMode } from '../../local/local-mode';
import type { SampleApi } from '../../local/sample/sample-api';
import { startSampleApi } from '../../local/sample/sample-api';
import { sampleSettings } from '../../local/sample/settings';
import { withoutSettings } from '../support/without-settings';

const projectRoot = resolve(__dirname, '../..');

let dataDirectory: string;
let api: SampleApi;
let local: LocalMode | undefined;

beforeEach(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'baseload-test-'));
  api = await startSampleApi({ port: 0 });
});

afterEach(async () => {
  await local?.stop({ graceMilliseconds: 0 });
  await api.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});

test('the project’s own template, bundles and permissions load pages of the sample API', async () => {
  // The sample alone: somebody may have sources and settings of their own beside it.
  const sources = join(dataDirectory, 'sources');
  const geonames = JSON.stringify(join(projectRoot, 'sources', 'geonames'));
  mkdirSync(sources);
  writeFileSync(join(sources, 'geonames.ts'), `export { default } from ${geonames};`);
  const mode = await startLocalMode({
    projectRoot,
    dataDirectory,
    context: { ...withoutSettings, sources, 'local:geonames:baseUrl': api.baseUrl },
    secret: () => sampleSettings.token,
  });
  local = mode;
  const names = functionNames('local', 'geonames');
  expect([...mode.functions].sort()).toEqual([names.fanOut, reconcileName('local'), names.worker].sort());

  const totals: Record<string, number> = {};
  const loaded = new Promise<void>((done, fail) => {
    mode.on('event-source-failure', ({ error }) => fail(error));
    mode.on('log', ({ functionName, line }) => {
      if (line.includes('"level":"ERROR"')) fail(new Error(`${functionName}: ${line}`));
    });
    mode.on('metrics', ({ values }) => {
      for (const [name, value] of Object.entries(values)) totals[name] = (totals[name] ?? 0) + value;
      if (totals.RangesLoaded !== undefined && totals.RangesLoaded === totals.RangesEnqueued) done();
    });
  });
  const event = { dataset: 'cities', runId: '2026-01-31t03-00-00-000z', onlyPages: 4 };
  await Promise.race([mode.invoke(names.fanOut, event), loaded]);
  await mode.eventSources.start();
  await loaded;
  expect(totals).toMatchObject({ RecordsReceived: 2000, RecordsStaged: 2000 });
  const { result } = await mode.invoke(reconcileName('local'), {});
  expect(result).toEqual([expect.objectContaining({ source: 'geonames', dataset: 'cities' })]);
});
