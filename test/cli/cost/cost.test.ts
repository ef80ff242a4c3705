import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type EnvironmentCost, environmentCost } from '../../../cli/cost';
import { costLines } from '../../../cli/cost/cost-lines';
import { readStanding } from '../../../cli/cost/read-standing';
import { templatesOf } from '../../../cli/cost/synthesize-environment';
import type { Cost } from '../../../core/forecast/cost';
import { manifestKey, manifestPartKey, rawKey } from '../../../core/run/keys';
import { publish } from '../../../core/run/publish/pointer';
import { restPart } from '../../../core/run/verify/range-block';
import { secretsOf } from '../../../core/source/secrets-of';
import { BaseloadStack } from '../../../lib/baseload-stack';
import type { Capacity } from '../../../lib/environments';
import { datasetKinds, sourceKinds } from '../../../lib/monitoring/alarms/alarm-names';
import { usualEnvironments } from '../../../lib/usual-environments';
import { type Template as AnyTemplate, templateSchema } from '../../../local/template/assembly';
import { writeFinished } from '../../core/run/publish/publish-fixture';
import { aReceipt, aRun, startOfTime } from '../../core/run/run-fixture';
import { fixtureSources, usualTemplates } from '../../lib/fixtures/synthesize';
import { memoryLake } from '../../support/memory-lake';
import { aDataset, aSource } from '../../support/source-fixture';
import { withoutSettings } from '../../support/without-settings';

const sources = fixtureSources.map(({ source }) => source);
const datasets = sources.flatMap((source) => source.datasets);
let prod: readonly AnyTemplate[];
let dev: readonly AnyTemplate[];

beforeAll(() => {
  prod = usualTemplates('prod');
  dev = usualTemplates('dev');
});

test('the templates are those of the environment, nested ones too, of the sources in the folder', async () => {
  const folder = join(__dirname, '..', '..', 'lib', 'fixtures', 'sources');
  const found = await templatesOf('staging', folder, withoutSettings);
  const names = found.flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Properties }) => Properties?.FunctionName ?? []),
  );
  expect(names).toEqual(
    expect.arrayContaining(['baseload-staging-tides-worker', 'baseload-staging-reconcile']),
  );
  expect(found.length).toBe(usualTemplates('staging').length);
});

describe('what stands', () => {
  test('is counted in the templates, nested ones too', () => {
    const { standing, keeping } = readStanding('prod', sources, prod);
    const expected = datasets.filter(({ schedule, incremental }) => schedule ?? incremental?.schedule);
    expect(standing).toMatchObject({
      datasets: datasets.length,
      scheduled: expected.length,
      reconcilesPerHour: 60,
      polledQueues: sources.length,
      secrets: new Set(sources.flatMap((source) => secretsOf(source))).size,
      // A page for each source, one for the function that completes runs, and one for the account's concurrency.
      compositeAlarms: sources.length + 2,
      dashboards: 1,
      natGateways: 0,
      endpointZones: 0,
      logDays: 90,
    });
    expect(expected.length).toBeGreaterThan(0);
    // Two alarms of a source, and one of the environment, are on an expression of two metrics.
    const unscheduled = sources.filter((source) => !source.datasets.some((one) => expected.includes(one)));
    const ofSources = sources.length * (sourceKinds.length + 2) - unscheduled.length;
    const ofDatasets = datasets.length * (datasetKinds.length - 1) + expected.length;
    expect(standing.alarmMetrics).toBe(ofSources + ofDatasets + 3);
    expect(keeping).toEqual({ rawDays: 365, tiered: true });
  });

  test('is less in dev, where nothing is loaded by itself', () => {
    const { standing, keeping, loadsByItself } = readStanding('dev', sources, dev);
    expect(standing).toMatchObject({ scheduled: 0, reconcilesPerHour: 60, logDays: 7 });
    expect(keeping).toEqual({ rawDays: 14, tiered: false });
    expect(loadsByItself(`${sources[0]?.name}/${sources[0]?.datasets[0]?.name}`)).toBe(false);
  });

  test('has the gateway, its address and the endpoints of a network', () => {
    const environment = { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } };
    const stack = new BaseloadStack(new App(), 'Stack', { environment, sources: fixtureSources });
    const template = templateSchema.parse(Template.fromStack(stack).toJSON());
    expect(readStanding('prod', sources, [template]).standing).toMatchObject({
      natGateways: 1,
      publicAddresses: 1,
      // SQS and Secrets Manager, in two zones each.
      endpointZones: 4,
    });
  });
});

describe('what runs cost', () => {
  const schedule = { type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' } as const;
  const geonames = aSource({ name: aRun.source, datasets: [aDataset({ name: aRun.dataset, schedule })] });
  const asked = { env: 'prod', runsOf: 'local', sources: [geonames] } as const;

  test('is reckoned from the last published run, with the bodies that it kept', async () => {
    const lake = memoryLake();
    await publish(lake, await writeFinished(lake, aRun.runId), new Date(startOfTime));
    await lake.put(rawKey(aRun, { slice: 'all', index: 0 }, 'a'), 'x'.repeat(123));
    const found = await environmentCost({ ...asked, templates: prod }, lake);
    const [dataset] = found.datasets;
    expect(dataset?.run).toMatchObject({
      runId: aRun.runId,
      kind: 'full',
      ranges: 2,
      stored: { tableBytes: 20, rawBytes: 123, rawObjects: 1 },
    });
    expect(dataset?.run?.cost.total).toBeGreaterThan(0);
    expect(found.month.total).toBeCloseTo(found.month.atRest + (dataset?.month?.total ?? Number.NaN), 9);
    expect(costLines(found).join('\n')).toContain(`geonames/cities  ${aRun.runId}`);
  });

  test('is that of looks at page edges, too', async () => {
    const lake = memoryLake();
    const parts = [1, 2].map((look) => manifestPartKey({ ...aRun, look }, restPart(0, 1)));
    for (const [at, key] of parts.entries()) {
      const object = { key: `of look ${at + 1}`, bytes: 9, etag: 'e', look: at + 1, receipt: aReceipt() };
      await lake.put(key, `${JSON.stringify(object)}\n`);
    }
    const drift = { looks: 2, moved: 0, grown: 0, outcome: 'settled', sentence: 'nothing moved' } as const;
    const costs: Cost[] = [];
    for (const manifest of [{}, { drift }]) {
      await publish(lake, await writeFinished(lake, aRun.runId, { manifest }), new Date(startOfTime));
      const { datasets } = await environmentCost({ ...asked, templates: prod }, lake);
      expect(datasets[0]?.run?.ranges).toBe(2);
      if (datasets[0]?.run) costs.push(datasets[0].run.cost);
    }
    const [alone, looked] = costs;
    // Of each look a batch that is sent, a message that is received and deleted, and two passes that ask how much waits in two queues.
    expect((looked?.sqs ?? 0) - (alone?.sqs ?? 0)).toBeCloseTo(2 * (3 + 4) * 0.4e-6, 12);
    expect(looked?.lambda).toBeGreaterThan(alone?.lambda ?? Number.NaN);
  });

  test('is that of the memory which the environment gives to functions', async () => {
    const lake = memoryLake();
    await publish(lake, await writeFinished(lake, aRun.runId), new Date(startOfTime));
    const { prod: usualProd } = usualEnvironments;
    const sources = [{ file: fixtureSources[0]?.file ?? '', source: geonames }];
    const costWith = (capacity: Partial<Capacity>) => {
      const environment = { ...usualProd, capacity: { ...usualProd.capacity, ...capacity } };
      const stack = new BaseloadStack(new App(), 'Stack', { environment, sources });
      const templates = [templateSchema.parse(Template.fromStack(stack).toJSON())];
      return environmentCost({ ...asked, templates }, lake);
    };
    const usual = await costWith({});
    const large = await costWith({ workerMegabytes: 3538, reconcileMegabytes: 10_240 });
    const small = await costWith({ workerMegabytes: 1024 });
    const lambda = (found: EnvironmentCost) => found.datasets[0]?.run?.cost.lambda ?? Number.NaN;
    const reconcile = (found: EnvironmentCost) => found.atRest.find(({ name }) => name === 'reconcile');
    const room = (run: EnvironmentCost) => run.datasets[0]?.run?.workerMegabytes;
    expect([usual, large, small].map(room)).toEqual([1769, 3538, 1024]);
    // Two ranges of 0.1 s and 1,000 bytes, what is written of each, and what is shaped at 0.58 of a CPU.
    const seconds = (slowness: number) => 0.2 + 0.6 + (slowness * 2000) / 30e6;
    const workers = (megabytes: number, slowness = 1) =>
      seconds(slowness) * (megabytes / 1024) * 0.0000133334;
    expect(lambda(small) - lambda(usual)).toBeCloseTo(workers(1024, 1769 / 1024) - workers(1769), 9);
    expect(lambda(large)).toBeGreaterThan(lambda(usual) + workers(3538) - workers(1769));
    expect([usual, large].map((found) => reconcile(found)?.amount)).toEqual([
      '43,800 calls of 0.10 s, 1,769 MB',
      '43,800 calls of 0.10 s, 10,240 MB',
    ]);
    // 8,471 MB more for 4,380 seconds.
    const more = (reconcile(large)?.dollars ?? 0) - (reconcile(usual)?.dollars ?? 0);
    expect(more).toBeCloseTo(4380 * (8471 / 1024) * 0.0000133334, 9);
    expect(costLines(large).join('\n')).toMatch(/ worker .*\n.*\n.* 3,538 MB /);
  });

  test('keeps the whole table of an increment, not what changed', async () => {
    const lake = memoryLake();
    const base = { runId: '2026-01-30t03-00-00-000z' };
    await publish(lake, await writeFinished(lake, base.runId), new Date(startOfTime));
    const increment = { since: '2026-01-30T02:50:00.000Z', sent: 0, base };
    const finished = await writeFinished(lake, aRun.runId, { manifest: { increment }, plan: { increment } });
    const table = { ...finished.table, bytes: 40_000_000 };
    expect(await publish(lake, { ...finished, table }, new Date(startOfTime))).toBe('published');
    const [dataset] = (await environmentCost({ ...asked, templates: prod }, lake)).datasets;
    expect(dataset?.run).toMatchObject({ kind: 'incremental', stored: { tableBytes: 40_000_000 } });
    // 0.04 GB, once: nothing loads it by itself.
    expect(dataset?.month?.tables).toBeCloseTo(0.04 * 0.023, 9);
  });

  test('is told to be missing where nothing is published, and what stands costs the same', async () => {
    const found = await environmentCost({ ...asked, templates: prod }, undefined);
    expect(found.month.total).toBe(found.month.atRest);
    expect(costLines(found).join('\n')).toContain('npx baseload plan geonames/cities forecasts one');
  });

  test('does not hide what stands where a document of the run cannot be read', async () => {
    const lake = memoryLake();
    await publish(lake, await writeFinished(lake, aRun.runId), new Date(startOfTime));
    await lake.put(manifestKey(aRun), '{"version": 1}');
    const found = await environmentCost({ ...asked, templates: prod }, lake);
    expect(found.datasets[0]?.unreadable).toContain(manifestKey(aRun));
    expect(found.month.atRest).toBeGreaterThan(0);
    expect(costLines(found).at(-1)).toContain(manifestKey(aRun));
  });
});
